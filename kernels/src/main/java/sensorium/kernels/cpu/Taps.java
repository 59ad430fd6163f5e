package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.set;

import java.util.Arrays;
import jdk.incubator.vector.VectorShuffle;

/** Chosen taps of many filters. */
final class Taps {
    private Taps() {}

    /**
     * {@code to[i · chosen + t] = from[i · step + taps[t]]} for i below n.
     *
     * @param step floats from one filter to the next, at least {@code all}
     * @param all taps that a filter has
     */
    static void gather(int n, long step, int all, long from, int[] taps, long to) {
        int chosen = taps.length;
        int i = 0;
        if (chosen > 0 && all <= W) {
            // What is stored behind a filter's taps the next one overwrites; the last ones must not, nor be read
            // beyond.
            long whole = Math.min(n - Math.ceilDiv(W - chosen, chosen), n - Math.ceilDiv(W - all, step));
            var shuffle = VectorShuffle.fromArray(F, Arrays.copyOf(taps, W), 0);
            for (; i < whole; i++) {
                fromMemorySegment(F, ALL, from + 4L * i * step, ORDER)
                        .rearrange(shuffle)
                        .intoMemorySegment(ALL, to + 4L * i * chosen, ORDER);
            }
        }
        for (; i < n; i++) {
            for (int t = 0; t < chosen; t++) {
                set(to + 4L * (i * chosen + t), get(from + 4 * (i * step + taps[t])));
            }
        }
    }
}
