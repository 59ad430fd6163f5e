package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Batch normalisation of (rows, features) and its gradient: a lane is a feature, and the rows are walked down. */
record FeatureNorms(WorkPool pool, int rows, int features, double eps) {
    /** Rows that are summed by themselves, so that rounding errors grow with their number only. */
    private static final int BLOCK = 64;

    /** Also writes the mean and the biased variance of every feature. */
    void forward(long x, long weight, long bias, long y, long mean, long variance) {
        long row = 4L * features;
        columns((o, mask) -> {
            FloatVector m = mean(x + o, row, rows, mask);
            FloatVector v = variance(x + o, row, rows, m, mask);
            store(m, mean + o, mask);
            store(v, variance + o, mask);
            FloatVector scale = inverse(v, eps).mul(load(weight + o, mask));
            FloatVector shift = load(bias + o, mask);
            for (int r = 0; r < rows; r++) {
                store(load(x + o + r * row, mask).sub(m).fma(scale, shift), y + o + r * row, mask);
            }
        });
    }

    /** With x̂ = (x − mean)·inverse: dx = weight·inverse·(dy − Σ dy/n − x̂·Σ dy·x̂/n), dweight = Σ dy·x̂, dbias = Σ dy. */
    void backward(long x, long weight, long dy, long dx, long dweight, long dbias) {
        long row = 4L * features;
        columns((o, mask) -> {
            FloatVector m = mean(x + o, row, rows, mask);
            FloatVector inverse = inverse(variance(x + o, row, rows, m, mask), eps);
            FloatVector sum = splat(0f);
            FloatVector dot = splat(0f);
            for (int from = 0; from < rows; from += BLOCK) {
                FloatVector blockSum = splat(0f);
                FloatVector blockDot = splat(0f);
                for (int r = from; r < Math.min(rows, from + BLOCK); r++) {
                    FloatVector g = load(dy + o + r * row, mask);
                    blockSum = blockSum.add(g);
                    blockDot = load(x + o + r * row, mask).sub(m).fma(g, blockDot);
                }
                sum = sum.add(blockSum);
                dot = dot.add(blockDot);
            }
            dot = dot.mul(inverse);
            store(dot, dweight + o, mask);
            store(sum, dbias + o, mask);
            FloatVector scale = inverse.mul(load(weight + o, mask));
            FloatVector a = sum.div(rows);
            FloatVector b = dot.mul(inverse).div(-rows);
            for (int r = 0; r < rows; r++) {
                FloatVector g = load(dy + o + r * row, mask).sub(a);
                store(load(x + o + r * row, mask).sub(m).fma(b, g).mul(scale), dx + o + r * row, mask);
            }
        });
    }

    @FunctionalInterface
    private interface Columns {
        /** @param offset bytes from the start of a row; the mask's lanes exist */
        void run(long offset, VectorMask<Float> mask);
    }

    private void columns(Columns body) {
        int blocks = Math.ceilDiv(features, W);
        pool.parallelFor(blocks, Math.max(1, Nest.CHUNK / (rows * W)), (from, to) -> {
            for (int i = from; i < to; i++) {
                body.run(i * VB, first(Math.min(W, features - i * W)));
            }
        });
    }

    private static FloatVector mean(long x, long row, int rows, VectorMask<Float> mask) {
        FloatVector sum = splat(0f);
        for (int from = 0; from < rows; from += BLOCK) {
            FloatVector block = splat(0f);
            for (int r = from; r < Math.min(rows, from + BLOCK); r++) {
                block = block.add(load(x + r * row, mask));
            }
            sum = sum.add(block);
        }
        return sum.div(rows);
    }

    private static FloatVector variance(long x, long row, int rows, FloatVector mean, VectorMask<Float> mask) {
        FloatVector sum = splat(0f);
        for (int from = 0; from < rows; from += BLOCK) {
            FloatVector block = splat(0f);
            for (int r = from; r < Math.min(rows, from + BLOCK); r++) {
                FloatVector d = load(x + r * row, mask).sub(mean);
                block = d.fma(d, block);
            }
            sum = sum.add(block);
        }
        return sum.div(rows);
    }

    private static FloatVector inverse(FloatVector variance, double eps) {
        return splat(1f).div(variance.add((float) eps).sqrt());
    }
}
