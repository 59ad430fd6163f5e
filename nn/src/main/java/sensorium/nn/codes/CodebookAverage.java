package sensorium.nn.codes;

import java.util.Arrays;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Buffer;
import sensorium.nn.Init;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

/**
 * How a codebook learns without gradients: each code is the running mean of the vectors that chose it (van den Oord et al.,
 * arXiv:1711.00937, appendix A.1). Codes that nobody chooses any more are put where vectors are.
 *
 * @param counts (codes), how many chose each, of late
 * @param sums (codes, width), of those
 */
public record CodebookAverage(Buffer counts, Buffer sums) implements Module {
    private static final double DECAY = 0.97;
    /** Share of the mean count under which a code is dead. */
    private static final double DEAD = 0.03;

    private static final int ROUNDS = 8;
    /** Vectors whose distances are held at once. */
    private static final int AT_ONCE = 8192;

    public static CodebookAverage of(Weights w, int codes, int width) {
        return new CodebookAverage(
                w.buffer("counts", Init.zeros(), codes), w.buffer("sums", Init.zeros(), codes, width));
    }

    /** Whether {@link #start} was called. */
    public boolean hasBegun() {
        return counts.value().sum().item() > 0;
    }

    /** Puts the codes in the middle of groups of vectors (k-means), begun at some of them. */
    public void start(Codebook codebook, float[] vectors, Philox random) {
        int codes = counts.value().dim(0);
        int width = sums.value().dim(1);
        int n = vectors.length / width;
        float[] means = new float[codes * width];
        int[] order = random.permutation(n);
        for (int c = 0; c < codes; c++) {
            System.arraycopy(vectors, order[c % n] * width, means, c * width, width);
        }
        float[] members = new float[codes];
        for (int round = 0; round < ROUNDS; round++) {
            long[] chosen = nearest(vectors, means, n, codes, width);
            float[] totals = new float[codes * width];
            Arrays.fill(members, 0);
            for (int i = 0; i < n; i++) {
                int c = (int) chosen[i];
                members[c]++;
                for (int d = 0; d < width; d++) {
                    totals[c * width + d] += vectors[i * width + d];
                }
            }
            for (int c = 0; c < codes; c++) {
                for (int d = 0; d < width && members[c] > 0; d++) {
                    means[c * width + d] = totals[c * width + d] / members[c];
                }
            }
        }
        Scope.tidyRun(() -> {
            // As if one batch's worth had chosen each as often as they do.
            Tensor count = Tensor.of(members, codes).plus(1e-3);
            counts.set(count);
            sums.set(Tensor.of(means, codes, width).times(count.unsqueeze(1)));
            codebook.weight().set(Tensor.of(means, codes, width));
        });
    }

    private static long[] nearest(float[] vectors, float[] means, int n, int codes, int width) {
        long[] all = new long[n];
        for (int from = 0; from < n; from += AT_ONCE) {
            int some = Math.min(AT_ONCE, n - from);
            float[] part = Arrays.copyOfRange(vectors, from * width, (from + some) * width);
            long[] chosen = Scope.tidy(() -> {
                Tensor m = Tensor.of(means, codes, width);
                Tensor v = Tensor.of(part, some, width);
                return v.matmul(m.t())
                        .times(-2)
                        .plus(m.square().sum(1))
                        .argMin(1)
                        .toLongs();
            });
            System.arraycopy(chosen, 0, all, from, some);
        }
        return all;
    }

    /**
     * Takes a batch in and moves the codes.
     *
     * @param vectors (n, width)
     * @param chosen (n), I64
     */
    public void update(Codebook codebook, Tensor vectors, Tensor chosen) {
        Scope.tidyRun(() -> Tape.pause(() -> {
            int codes = counts.value().dim(0);
            Tensor hot = chosen.unsqueeze(1)
                    .eq(Tensor.arange(chosen, codes).unsqueeze(0))
                    .to(vectors.dtype()); // (n, codes)
            counts.set(counts.value().times(DECAY).plus(hot.sum(0).times(1 - DECAY)));
            sums.set(sums.value()
                    .times(DECAY)
                    .plus(hot.t().matmul(vectors.detached()).times(1 - DECAY)));
            Tensor means = sums.value().dividedBy(counts.value().plus(1e-5).unsqueeze(1));
            // One that was hardly ever chosen stays where it is.
            Tensor known = counts.value().gt(1e-3).unsqueeze(1);
            codebook.weight()
                    .set(Tensor.where(known, means, codebook.weight().value().detached()));
            return null;
        }));
    }

    /** How the codes have been used of late. */
    public CodeUse use() {
        float[] count = counts.value().toFloats();
        double[] all = new double[count.length];
        double mean = 0;
        for (int c = 0; c < count.length; c++) {
            all[c] = count[c];
            mean += all[c] / count.length;
        }
        return CodeUse.of(all, DEAD * mean);
    }

    /** Puts dead codes on vectors of a batch, with the count of a usual code; how many. */
    public int revive(Codebook codebook, float[] vectors, Philox random) {
        int width = sums.value().dim(1);
        float[] count = counts.value().toFloats();
        float[] sum = sums.value().toFloats();
        float[] code = codebook.weight().value().detached().toFloats();
        double mean = 0;
        for (float c : count) {
            mean += c / count.length;
        }
        int revived = 0;
        int[] order = random.permutation(vectors.length / width);
        for (int c = 0; c < count.length; c++) {
            if (count[c] < DEAD * mean) {
                int from = order[revived++ % order.length] * width;
                count[c] = (float) mean;
                for (int d = 0; d < width; d++) {
                    code[c * width + d] = vectors[from + d];
                    sum[c * width + d] = (float) mean * vectors[from + d];
                }
            }
        }
        if (revived > 0) {
            Scope.tidyRun(() -> {
                counts.set(Tensor.of(count, count.length));
                sums.set(Tensor.of(sum, count.length, width));
                codebook.weight().set(Tensor.of(code, count.length, width));
            });
        }
        return revived;
    }
}
