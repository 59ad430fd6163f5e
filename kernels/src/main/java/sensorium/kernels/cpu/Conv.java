package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.set;
import static sensorium.kernels.cpu.Lanes.store;

import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Scratch.Slot;
import sensorium.op.Primitive.Window;

/**
 * Two-dimensional convolution and its input gradient as matrix products whose right operand never exists as a whole.
 *
 * <p>The input is copied to zero-padded planes, one for every phase of the stride: row u, column v of phase (a, b) is
 * padded pixel (u·stride + a, v·stride + b). With the output seen as flat over the planes' width, the pixels that a tap
 * of the kernel meets then adjoin, so a panel of the product is a run of floats a tap, copied straight into the packed
 * block. The few columns between output width and plane width are computed and dropped.
 */
final class Conv {
    /** Floats of planes that are made at once: what two cores' caches hold. */
    private static final int PLANES = 1 << 20;
    /** Output floats a channel of a task. */
    private static final int BAND = 512;
    /** Multiply-adds that are worth a task. */
    private static final long WORTH_SHARING = 1 << 18;

    /**
     * One axis of a convolution.
     *
     * @param in extent of the input, without padding
     * @param out extent of the output
     */
    record Axis(int in, int out, int kernel, int stride, int pad, int dilation) {
        static Axis height(Window w, int in, int kernel) {
            return new Axis(in, w.outH(in, kernel), kernel, w.strideH(), w.padH(), w.dilationH());
        }

        static Axis width(Window w, int in, int kernel) {
            return new Axis(in, w.outW(in, kernel), kernel, w.strideW(), w.padW(), w.dilationW());
        }

        int phase(int tap) {
            return tap * dilation % stride;
        }

        /** Whole strides from the first tap. */
        int shift(int tap) {
            return tap * dilation / stride;
        }

        int reach() {
            return shift(kernel - 1);
        }

        /** Extent of a phase's plane. */
        int plane() {
            return out + reach();
        }

        /** First index of phase {@code phase} that is a pixel of the input. */
        int first(int phase) {
            return Math.max(0, Math.ceilDiv(pad - phase, stride));
        }

        /** Number of pixels of the input in phase {@code phase}. */
        int count(int phase) {
            return Math.max(0, Math.floorDiv(in - 1 + pad - phase, stride) + 1 - first(phase));
        }
    }

    private final WorkPool pool;
    private final Axis h;
    private final Axis w;
    private final int images;
    private final int groups;
    /** Channels of the input and of the output, of one group. */
    private final int inputs;

    private final int outputs;

    Conv(WorkPool pool, Axis h, Axis w, int images, int groups, int inputs, int outputs) {
        this.pool = pool;
        this.h = h;
        this.w = w;
        this.images = images;
        this.groups = groups;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    private int taps() {
        return h.kernel * w.kernel;
    }

    /** Floats of a channel's planes. */
    private long channelFloats() {
        return (long) h.stride * w.stride * h.plane() * w.plane();
    }

    /** Floats of an image's planes; the last panel reads, and drops, a little more. */
    private long imageFloats() {
        return (long) groups * inputs * channelFloats() + GemmTiles.COLUMNS;
    }

    /** How many of the images are done at once where each has {@code floats} floats of planes. */
    private int chunk(long floats) {
        return Math.clamp(PLANES / floats, 1, Math.max(1, images));
    }

    /** For every tap, from a channel's planes to the pixel that output (0, 0) meets. */
    private int[] offsets() {
        int[] offsets = new int[taps()];
        for (int i = 0; i < h.kernel; i++) {
            for (int j = 0; j < w.kernel; j++) {
                int plane = h.phase(i) * w.stride + w.phase(j);
                offsets[i * w.kernel + j] = (plane * h.plane() + h.shift(i)) * w.plane() + w.shift(j);
            }
        }
        return offsets;
    }

    /** y (N, O, H', W') = x (N, C, H, W) ⋆ weight (O, C/groups, kH, kW). */
    void forward(long x, long weight, long y) {
        long outPlane = (long) h.out * w.out;
        if (taps() == 1 && h.stride == 1 && w.stride == 1 && h.pad == 0 && w.pad == 0) {
            pointwise(x, weight, y);
            return;
        }
        int chunk = chunk(imageFloats());
        long planes = Scratch.floats(Slot.PLANES, chunk * imageFloats());
        var products =
                new ShiftedProducts(outputs, inputs, planes, imageFloats(), channelFloats(), offsets(), w.plane());
        for (int first = 0; first < images; first += chunk) {
            int n = Math.min(chunk, images - first);
            makePlanes(x + 4L * first * groups * inputs * h.in * w.in, planes, n);
            long to = y + 4L * first * groups * outputs * outPlane;
            products.run(n, weight, 0, h.out, w.out, (image, group, row, rows, from, fromChannel) -> {
                for (int o = 0; o < outputs; o++) {
                    long target =
                            to + 4 * ((((long) image * groups + group) * outputs + o) * outPlane + (long) row * w.out);
                    for (int r = 0; r < rows; r++) {
                        Copies.adjoining(
                                target + 4L * r * w.out,
                                from + 4 * (o * fromChannel + (long) r * w.plane()),
                                4L * w.out);
                    }
                }
            });
        }
    }

    /** A kernel of one tap that visits every pixel is a product with the input as it is. */
    private void pointwise(long x, long weight, long y) {
        int pixels = h.in * w.in;
        long[] offsets = new long[3 * images * groups];
        for (int i = 0; i < images * groups; i++) {
            offsets[3 * i] = (long) i % groups * outputs * inputs;
            offsets[3 * i + 1] = (long) i * inputs * pixels;
            offsets[3 * i + 2] = (long) i * outputs * pixels;
        }
        Gemm.batched(
                pool,
                images * groups,
                offsets,
                outputs,
                pixels,
                inputs,
                new Matrix(weight, inputs, 1),
                new Matrix(x, pixels, 1),
                new Matrix(y, pixels, 1),
                false);
    }

    /** dx (N, C, H, W) from dy (N, O, H', W'): for each phase of the stride a convolution with the taps that meet it. */
    void inputGrad(long dy, long weight, long dx) {
        // dy stands behind margins as wide as the kernel reaches, so that shifts never leave its plane.
        int rows = h.reach() + (h.in - 1 + h.pad) / h.stride + 1;
        int columns = w.reach() + (w.in - 1 + w.pad) / w.stride + 1;
        long channel = (long) rows * columns;
        long image = (long) groups * outputs * channel + GemmTiles.COLUMNS;
        int chunk = chunk(image);
        long planes = Scratch.floats(Slot.PLANES, chunk * image);
        long turned = Scratch.floats(Slot.WEIGHTS, (long) groups * inputs * outputs * taps());
        for (int first = 0; first < images; first += chunk) {
            int n = Math.min(chunk, images - first);
            makeMargins(dy + 4L * first * groups * outputs * h.out * w.out, planes, n, rows, columns, image);
            long to = dx + 4L * first * groups * inputs * h.in * w.in;
            for (int a = 0; a < h.stride; a++) {
                for (int b = 0; b < w.stride; b++) {
                    inputGradOfPhase(a, b, n, planes, image, channel, columns, weight, turned, to);
                }
            }
        }
    }

    private void inputGradOfPhase(
            int a,
            int b,
            int n,
            long planes,
            long image,
            long channel,
            int columns,
            long weight,
            long turned,
            long dx) {
        int[] taps = java.util.stream.IntStream.range(0, taps())
                .filter(t -> h.phase(t / w.kernel) == a && w.phase(t % w.kernel) == b)
                .toArray();
        int[] offsets = new int[taps.length];
        for (int t = 0; t < taps.length; t++) {
            offsets[t] = (h.reach() - h.shift(taps[t] / w.kernel)) * columns + w.reach() - w.shift(taps[t] % w.kernel);
        }
        // turned[g][c][o·taps + t] = weight[g·outputs + o][c][taps[t]]
        for (int go = 0; go < groups * outputs; go++) {
            for (int c = 0; c < inputs; c++) {
                for (int t = 0; t < taps.length; t++) {
                    long to = (((long) go / outputs * inputs + c) * outputs + go % outputs) * taps.length + t;
                    set(turned + 4 * to, get(weight + 4 * (((long) go * inputs + c) * taps() + taps[t])));
                }
            }
        }
        int u = h.first(a);
        int v = w.first(b);
        int width = w.count(b);
        var products = new ShiftedProducts(inputs, outputs, planes, image, channel, offsets, columns);
        products.run(n, turned, (long) u * columns + v, h.count(a), width, (i, group, row, rows, from, fromChannel) -> {
            for (int c = 0; c < inputs; c++) {
                long plane = dx + 4 * (((long) i * groups + group) * inputs + c) * h.in * w.in;
                for (int r = 0; r < rows; r++) {
                    int y = (u + row + r) * h.stride + a - h.pad;
                    long target = plane + 4 * ((long) y * w.in + (long) v * w.stride + b - w.pad);
                    spread(from + 4 * (c * fromChannel + (long) r * columns), target, w.stride, width);
                }
            }
        });
    }

    private static void spread(long from, long to, int step, int n) {
        if (step == 1) {
            Copies.adjoining(to, from, 4L * n);
            return;
        }
        for (int i = 0; i < n; i++) {
            set(to + 4L * i * step, get(from + 4L * i));
        }
    }

    /** Fills the padded planes of all phases from x (images, channels, H, W). */
    private void makePlanes(long x, long planes, int n) {
        int channels = groups * inputs;
        long floats = channelFloats();
        pool.parallelFor(n * channels, (int) Math.max(1, Nest.CHUNK / floats), (from, to) -> {
            for (int i = from; i < to; i++) {
                long target = planes + 4 * (i / channels * imageFloats() + i % channels * floats);
                // The rest after the last channel is multiplied by zeros, so it must be finite.
                Lanes.fill(target, floats + (i % channels == channels - 1 ? GemmTiles.COLUMNS : 0), 0f);
                long plane = x + 4L * i * h.in * w.in;
                for (int y = 0; y < h.in; y++) {
                    int u = (y + h.pad) / h.stride;
                    if (u < h.plane()) {
                        int a = (y + h.pad) % h.stride;
                        long row = target + 4L * ((long) a * w.stride * h.plane() + u) * w.plane();
                        splitRow(plane + 4L * y * w.in, row);
                    }
                }
            }
        });
    }

    /** Deals a row of pixels out to the phases of its columns. */
    private void splitRow(long x, long row) {
        for (int b = 0; b < w.stride; b++) {
            int v = w.first(b);
            int n = Math.min(w.count(b), w.plane() - v);
            long from = x + 4L * ((long) v * w.stride + b - w.pad);
            long to = row + 4L * ((long) b * h.plane() * w.plane() + v);
            if (w.stride == 1) {
                Copies.adjoining(to, from, 4L * Math.max(0, n));
            } else {
                for (int i = 0; i < n; i++) {
                    set(to + 4L * i, get(from + 4L * i * w.stride));
                }
            }
        }
    }

    /** Puts dy (images, channels, H', W') behind margins of {@code reach} in planes of rows × columns. */
    private void makeMargins(long dy, long planes, int n, int rows, int columns, long image) {
        int channels = groups * outputs;
        int height = Math.min(h.out, rows - h.reach());
        int width = Math.min(w.out, columns - w.reach());
        pool.parallelFor(n * channels, Math.max(1, Nest.CHUNK / (rows * columns)), (from, to) -> {
            for (int i = from; i < to; i++) {
                long target = planes + 4 * (i / channels * image + (long) (i % channels) * rows * columns);
                Lanes.fill(target, (long) rows * columns, 0f);
                for (int r = 0; r < height; r++) {
                    Copies.adjoining(
                            target + 4 * ((long) (r + h.reach()) * columns + w.reach()),
                            dy + 4 * ((long) i * h.out + r) * w.out,
                            4L * width);
                }
            }
        });
    }

    /** dweight (O, C/groups, kH, kW) from x (N, C, H, W) and dy (N, O, H', W'). */
    void weightGrad(long x, long dy, long dweight) {
        Lanes.fill(dweight, (long) groups * outputs * inputs * taps(), 0f);
        int flat = (h.out - 1) * w.plane() + w.out;
        int padded = Math.ceilDiv(flat, W) * W;
        long dyImage = (long) groups * outputs * padded;
        int chunk = chunk(imageFloats() + dyImage);
        long planes = Scratch.floats(Slot.PLANES, chunk * imageFloats());
        long rows = Scratch.floats(Slot.ROWS, chunk * dyImage);
        int[] offsets = offsets();
        for (int first = 0; first < images; first += chunk) {
            int n = Math.min(chunk, images - first);
            makePlanes(x + 4L * first * groups * inputs * h.in * w.in, planes, n);
            makeRows(dy + 4L * first * groups * outputs * h.out * w.out, rows, n, padded);
            correlate(n, planes, rows, padded, offsets, dweight);
        }
    }

    /** Lays dy out flat over the planes' width, zeros between, so that it meets x pixel for pixel. */
    private void makeRows(long dy, long rows, int n, int padded) {
        pool.parallelFor(n * groups * outputs, Math.max(1, Nest.CHUNK / padded), (from, to) -> {
            for (int i = from; i < to; i++) {
                long target = rows + 4L * i * padded;
                Lanes.fill(target, padded, 0f);
                for (int r = 0; r < h.out; r++) {
                    Copies.adjoining(target + 4L * r * w.plane(), dy + 4 * ((long) i * h.out + r) * w.out, 4L * w.out);
                }
            }
        });
    }

    /** {@code dweight[o, k] += Σ over images and pixels of rows[o]·planes[k]}. */
    private void correlate(int n, long planes, long rows, int padded, int[] offsets, long dweight) {
        int depth = inputs * offsets.length;
        int tilesOfTaps = Math.ceilDiv(depth, Correlation.TAPS);
        long work = (long) outputs * Correlation.TAPS * padded * n;
        pool.parallelFor(groups * tilesOfTaps, (int) Math.max(1, WORTH_SHARING / work), (from, to) -> {
            var tile = new Correlation(n, padded, 4L * groups * outputs * padded, 4 * imageFloats());
            for (int task = from; task < to; task++) {
                int g = task / tilesOfTaps;
                int k = task % tilesOfTaps * Correlation.TAPS;
                tile.taps = Math.min(Correlation.TAPS, depth - k);
                for (int t = 0; t < Correlation.TAPS; t++) {
                    int kt = Math.min(k + t, depth - 1);
                    long channel = (long) g * inputs + kt / offsets.length;
                    tile.x[t] = planes + 4 * (channel * channelFloats() + offsets[kt % offsets.length]);
                }
                for (int o = 0; o < outputs; o += Correlation.CHANNELS) {
                    tile.channels = Math.min(Correlation.CHANNELS, outputs - o);
                    long first = (long) g * outputs + o;
                    tile.add(rows + 4 * first * padded, dweight + 4 * (first * depth + k), depth);
                }
            }
        });
    }

    /** What to do with rows {@code row} to {@code row + rows − 1} of a group's result, one run of floats a channel. */
    @FunctionalInterface
    private interface Sink {
        void put(int image, int group, int row, int rows, long from, long fromChannel);
    }

    /** Products of weights (groups, m, channels·taps) with planes, seen through taps at fixed offsets. */
    private final class ShiftedProducts {
        private final int m;
        private final int channels;
        private final long planes;
        private final long imageFloats;
        private final long channelFloats;
        private final int[] offsets;
        private final int width;

        ShiftedProducts(
                int m, int channels, long planes, long imageFloats, long channelFloats, int[] offsets, int width) {
            this.m = m;
            this.channels = channels;
            this.planes = planes;
            this.imageFloats = imageFloats;
            this.channelFloats = channelFloats;
            this.offsets = offsets;
            this.width = width;
        }

        /** @param start of the first row, in elements from where the offsets count */
        void run(int n, long weights, long start, int rows, int columns, Sink sink) {
            if (rows == 0 || columns == 0) {
                return;
            }
            int depth = channels * offsets.length;
            int band = Math.clamp(BAND / width, 1, rows);
            int bands = Math.ceilDiv(rows, band);
            long work = (long) m * depth * band * width;
            int grain = (int) Math.max(1, WORTH_SHARING / Math.max(1, work));
            pool.parallelFor(Math.multiplyExact(n * groups, bands), grain, (from, to) -> {
                for (int task = from; task < to; task++) {
                    int row = task % bands * band;
                    int group = task / bands % groups;
                    int image = task / bands / groups;
                    int height = Math.min(band, rows - row);
                    int flat = (height - 1) * width + columns;
                    long base = planes
                            + 4
                                    * (image * imageFloats
                                            + (long) group * channels * channelFloats
                                            + start
                                            + (long) row * width);
                    long out = Scratch.floats(Slot.OUTPUT, (long) m * flat);
                    var a = new Matrix(weights + 4L * group * m * depth, depth, 1);
                    Gemm.Panels panels = (p, k0, count, j0, _) -> pack(base + 4L * j0, p, k0, count);
                    Gemm.blocks(m, flat, depth, a, null, panels, new Matrix(out, flat, 1), false);
                    sink.put(image, group, row, height, out, flat);
                }
            });
        }

        private void pack(long from, long to, int k0, int count) {
            int taps = offsets.length;
            long step = 4L * GemmTiles.COLUMNS;
            int tap = k0 % taps;
            long channel = from + 4 * (k0 / taps * channelFloats);
            for (int k = 0; k < count; k++) {
                long source = channel + 4L * offsets[tap];
                store(load(source), to + k * step);
                store(load(source + VB), to + k * step + VB);
                if (++tap == taps) {
                    tap = 0;
                    channel += 4 * channelFloats;
                }
            }
        }
    }
}
