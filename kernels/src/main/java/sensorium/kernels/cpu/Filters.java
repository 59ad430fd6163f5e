package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

/** Rows of weights (bands, bins) of which each is zero but for a short run, as those of mel filters are. */
final class Filters {
    private final long weights;
    private final int bins;
    private final int[] first;
    private final int[] end;

    Filters(long weights, int bands, int bins) {
        this.weights = weights;
        this.bins = bins;
        first = new int[bands];
        end = new int[bands];
        for (int band = 0; band < bands; band++) {
            long row = weights + 4L * band * bins;
            int from = 0;
            int to = bins;
            while (from < to && Lanes.get(row + 4L * from) == 0) {
                from++;
            }
            while (from < to && Lanes.get(row + 4L * (to - 1)) == 0) {
                to--;
            }
            first[band] = from;
            end[band] = to;
        }
    }

    int bands() {
        return first.length;
    }

    /** {@code y[band] = Σ weights[band, bin]·x[bin]}; x and y are of vectors. */
    void apply(long x, long y) {
        for (int band = 0; band < first.length; band++) {
            sum(x, weights + 4L * band * bins, first[band], end[band], y + band * VB);
        }
    }

    private static void sum(long x, long w, int from, int to, long y) {
        var sum = splat(0f);
        for (int i = from; i < to; i++) {
            sum = load(x + i * VB).fma(splat(w + 4L * i), sum);
        }
        store(sum, y);
    }
}
