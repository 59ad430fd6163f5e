package sensorium.tensor;

import sensorium.op.Primitive;

/**
 * How one axis is resampled. Every mode but NEAREST is linear with a fixed matrix (out × in), so it runs as a product and has
 * derivatives of any order.
 *
 * @param alignCorners whether first and last samples of both grids coincide
 * @param antialias whether the kernel widens when shrinking (bicubic then uses a = −0.5, else −0.75, as torch does)
 */
public record Resampling(Mode mode, boolean alignCorners, boolean antialias) {
    public static final Resampling NEAREST = new Resampling(Mode.NEAREST, false, false);
    public static final Resampling BILINEAR = new Resampling(Mode.BILINEAR, false, false);
    public static final Resampling BICUBIC = new Resampling(Mode.BICUBIC, false, false);

    /** NEAREST takes {@code ⌊i·in/out⌋}, NEAREST_EXACT {@code ⌊(i+½)·in/out⌋}. */
    public enum Mode {
        NEAREST,
        NEAREST_EXACT,
        BILINEAR,
        BICUBIC
    }

    /** @param scale out/in to map coordinates with, or 0 to use the ratio of the extents */
    Tensor apply(Tensor x, int axis, int out, double scale) {
        int in = x.dim(axis);
        if (in == 0 || out < 1) {
            throw new ShapeException("[interpolate] cannot make " + out + " of axis " + axis + " of " + x.shape());
        }
        double step = scale > 0 ? 1 / scale : (double) in / out;
        if (mode == Mode.NEAREST || mode == Mode.NEAREST_EXACT) {
            double half = mode == Mode.NEAREST_EXACT ? 0.5 : 0;
            long[] from = new long[out];
            for (int i = 0; i < out; i++) {
                from[i] = Math.min(in - 1, (long) Math.floor((i + half) * step));
            }
            return x.indexSelect(axis, Tensor.of(x, from));
        }
        if (alignCorners) {
            step = out == 1 ? 0 : (in - 1.0) / (out - 1);
        }
        double[] matrix = antialias ? antialiased(in, out, step) : interpolating(in, out, step);
        return multiply(x, axis, matrix, out);
    }

    private double[] interpolating(int in, int out, double step) {
        double[] m = new double[out * in];
        for (int i = 0; i < out; i++) {
            double centre = alignCorners ? i * step : (i + 0.5) * step - 0.5;
            if (mode == Mode.BILINEAR) {
                double at = Math.max(0, centre);
                int left = Math.min(in - 1, (int) at);
                double f = Math.min(1, at - left);
                m[i * in + left] += 1 - f;
                m[i * in + Math.min(in - 1, left + 1)] += f;
            } else {
                int left = (int) Math.floor(centre);
                for (int k = -1; k <= 2; k++) {
                    m[i * in + Math.clamp(left + k, 0, in - 1)] += cubic(centre - (left + k), -0.75);
                }
            }
        }
        return m;
    }

    private double[] antialiased(int in, int out, double step) {
        double[] m = new double[out * in];
        double stretch = Math.max(1, step);
        double support = (mode == Mode.BILINEAR ? 1 : 2) * stretch;
        for (int i = 0; i < out; i++) {
            double centre = (i + 0.5) * step;
            int from = Math.max(0, (int) (centre - support + 0.5));
            int to = Math.min(in, (int) (centre + support + 0.5));
            double total = 0;
            for (int j = from; j < to; j++) {
                double d = (j - centre + 0.5) / stretch;
                double w = mode == Mode.BILINEAR ? Math.max(0, 1 - Math.abs(d)) : cubic(d, -0.5);
                m[i * in + j] = w;
                total += w;
            }
            for (int j = from; j < to; j++) {
                m[i * in + j] /= total;
            }
        }
        return m;
    }

    /** The convolution kernel of Keys (1981). */
    private static double cubic(double x, double a) {
        double d = Math.abs(x);
        if (d < 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0;
    }

    /** Cell i of the grid averages from ⌊i·in/out⌋ to ⌈(i+1)·in/out⌉. */
    static Tensor adaptive(Tensor x, int axis, int out) {
        int in = x.dim(axis);
        double[] m = new double[out * in];
        for (int i = 0; i < out; i++) {
            int from = i * in / out;
            int to = Math.ceilDiv((i + 1) * in, out);
            for (int j = from; j < to; j++) {
                m[i * in + j] = 1.0 / (to - from);
            }
        }
        return multiply(x, axis, m, out);
    }

    /** See {@link Composites#gridSample}. */
    static Tensor sample(Tensor x, Tensor grid, boolean alignCorners) {
        int h = x.dim(2);
        int w = x.dim(3);
        Tensor flat = x.reshape(x.dim(0), x.dim(1), h * w);
        Tensor px = pixels(grid.select(3, 0), w, alignCorners); // (N,h,w)
        Tensor py = pixels(grid.select(3, 1), h, alignCorners);
        Tensor left = px.floor();
        Tensor top = py.floor();
        Tensor sum = null;
        for (int corner = 0; corner < 4; corner++) {
            Tensor column = left.plus(corner & 1);
            Tensor row = top.plus(corner >> 1);
            // 1 − distance: the weight of this of the four neighbours
            Tensor weight = px.minus(column)
                    .abs()
                    .subtractedFrom(1)
                    .times(py.minus(row).abs().subtractedFrom(1));
            Tensor inside = column.ge(0).and(column.lt(w)).and(row.ge(0)).and(row.lt(h));
            Tensor across = column.clamp(0, w - 1).to(DType.I64);
            Tensor at = row.clamp(0, h - 1).to(DType.I64).times(w).plus(across);
            int places = Math.toIntExact(at.size() / x.dim(0));
            Tensor values = flat.gather(2, at.reshape(x.dim(0), 1, places).expand(x.dim(0), x.dim(1), places));
            Tensor term =
                    values.times(Tensor.where(inside, weight, Tensor.full(x, 0)).reshape(x.dim(0), 1, places));
            sum = sum == null ? term : sum.plus(term);
        }
        return sum.reshape(x.dim(0), x.dim(1), grid.dim(1), grid.dim(2));
    }

    private static Tensor pixels(Tensor coordinate, int extent, boolean alignCorners) {
        return alignCorners
                ? coordinate.plus(1).times((extent - 1) / 2.0)
                : coordinate.plus(1).times(extent / 2.0).minus(0.5);
    }

    private static Tensor multiply(Tensor x, int axis, double[] matrix, int out) {
        Tensor m = Tensor.of(x, matrix).reshape(out, x.dim(axis)).to(x.dtype());
        int last = x.rank() - 1;
        return axis == last
                ? x.matmul(m.t())
                : x.transpose(axis, last).apply(new Primitive.MatMul(), m.t()).transpose(axis, last);
    }
}
