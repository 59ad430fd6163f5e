package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.W;

import java.util.stream.IntStream;
import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.GemmTiles.Tile;
import sensorium.kernels.cpu.Scratch.Slot;
import sensorium.op.Primitive.Window;

/**
 * Two-dimensional convolution and its gradients as matrix products with patches, a few dozen pixels at a time.
 *
 * <p>Everything keeps its channels first: {@code y[o, pixel] = Σ weight[o, (channel, tap)] · patch[(channel, tap), pixel]}, where
 * the weight and y are matrices as they lie, and the patches are the panels of B that {@link GemmTiles} wants, made from
 * zero-padded planes block by block. The pixels of all images count as one axis, so that small maps waste nothing.
 */
final class Conv {
    /** Floats of planes that are made at once: what two cores' caches hold. */
    static final int PLANES = 1 << 20;
    /** Floats of patches that a task makes at once: a quarter of L2. */
    private static final int PATCHES = 1 << 16;
    /** Most rows of patches that a product sums in one go, if an image's channel has fewer taps. */
    private static final int DEPTH = 768;
    /** Most panels of patches that a task makes at once. */
    private static final int PANELS = 8;

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

        /** Extent of what the kernel ever meets, padding included. */
        int seen() {
            return (out - 1) * stride + (kernel - 1) * dilation + 1;
        }

        /** Extent of the phases of what is seen, all together. */
        int phases() {
            return Math.ceilDiv(seen(), stride) * stride;
        }

        /** Extent of the gradient of the output with margins in which the kernel can be shifted. */
        int slopes() {
            return reach() + (in - 1 + pad) / stride + 1;
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

    final WorkPool pool;
    final Axis h;
    final Axis w;
    final int images;
    final int groups;
    /** Channels of the input and of the output, of one group. */
    final int inputs;

    final int outputs;

    Conv(WorkPool pool, Axis h, Axis w, int images, int groups, int inputs, int outputs) {
        this.pool = pool;
        this.h = h;
        this.w = w;
        this.images = images;
        this.groups = groups;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    int taps() {
        return h.kernel * w.kernel;
    }

    /** How many of the images are done at once where each has {@code floats} floats of planes. */
    int chunk(long floats) {
        return Math.clamp(PLANES / Math.max(1, floats), 1, Math.max(1, images));
    }

    /** y (N, O, H', W') = x (N, C, H, W) ⋆ weight (O, C/groups, kH, kW). */
    void forward(long x, long weight, long y) {
        if (isDepthwise()) {
            new Depthwise(this).forward(x, weight, y);
            return;
        }
        if (isPointwise()) {
            pointwise(outputs, inputs, new Matrix(weight, inputs, 1), x, y);
            return;
        }
        if (Winograd.pays(this) && Winograd.forward(this, x, weight, y)) {
            return;
        }
        int chunk = chunk(inputFloats());
        var planes = inputPlanes(chunk, groups * inputs);
        var patches = patchesOf(planes);
        for (int first = 0; first < images; first += chunk) {
            int n = Math.min(chunk, images - first);
            planes.fill(pool, x + 4L * first * groups * inputs * h.in * w.in, n, h.in, w.in, h.pad, w.pad);
            multiply(n, patches, outputs, inputs, weight, y + 4L * first * groups * outputs * patches.pixels());
        }
    }

    /** Floats of a picture of {@link #inputPlanes}. */
    long inputFloats() {
        return (long) h.phases() * w.phases() * groups * inputs;
    }

    /** Room for the padded input of some images. */
    Planes inputPlanes(int count, int channels) {
        int rows = Math.ceilDiv(h.seen(), h.stride);
        int columns = Math.ceilDiv(w.seen(), w.stride);
        return Planes.in(
                Slot.PLANES, count, h.stride, w.stride, rows, columns, channels, Math.ceilDiv(w.pad, w.stride));
    }

    /** What the kernel sees of the padded input at each pixel of the output. */
    Patches patchesOf(Planes planes) {
        int[] offsets = IntStream.range(0, taps())
                .map(t -> planes.at(t / w.kernel * h.dilation, t % w.kernel * w.dilation))
                .toArray();
        return new Patches(planes, offsets, 0, h.out, w.out);
    }

    /** Whether every channel has one filter of its own: then there is nothing to multiply. */
    private boolean isDepthwise() {
        return groups > 1 && inputs == 1 && outputs == 1;
    }

    /** Whether a kernel of one tap visits every pixel: then all are products of matrices as they are. */
    private boolean isPointwise() {
        return taps() == 1 && h.stride == 1 && w.stride == 1 && h.pad == 0 && w.pad == 0;
    }

    /** to (N, rows, pixels) = weight (rows, depth) · from (N, depth, pixels), a group at a time. */
    private void pointwise(int rows, int depth, Matrix weight, long from, long to) {
        int pixels = h.in * w.in;
        long[] offsets = new long[3 * images * groups];
        for (int i = 0; i < images * groups; i++) {
            offsets[3 * i] = (long) i % groups * outputs * inputs;
            offsets[3 * i + 1] = (long) i * depth * pixels;
            offsets[3 * i + 2] = (long) i * rows * pixels;
        }
        var b = new Matrix(from, pixels, 1);
        Gemm.batched(pool, images * groups, offsets, rows, pixels, depth, weight, b, new Matrix(to, pixels, 1), false);
    }

    /** dweight (O, C) = Σ dy (O, pixels) · x (C, pixels)ᵀ over the images, a group at a time. */
    private void pointwiseWeightGrad(long x, long dy, long dweight) {
        int pixels = h.in * w.in;
        long[] offsets = new long[3 * groups];
        for (int g = 0; g < groups; g++) {
            offsets[3 * g] = (long) g * outputs * pixels;
            offsets[3 * g + 1] = (long) g * inputs * pixels;
            offsets[3 * g + 2] = (long) g * outputs * inputs;
        }
        var c = new Matrix(dweight, inputs, 1);
        for (int i = 0; i < images; i++) {
            var a = new Matrix(dy + 4L * i * groups * outputs * pixels, pixels, 1);
            var b = new Matrix(x + 4L * i * groups * inputs * pixels, 1, pixels);
            Gemm.batched(pool, groups, offsets, outputs, inputs, pixels, a, b, c, i > 0);
        }
    }

    /** dx (N, C, H, W) from dy (N, O, H', W'): for each phase of the stride a convolution with the taps that meet it. */
    void inputGrad(long dy, long weight, long dx) {
        if (isDepthwise()) {
            new Depthwise(this).inputGrad(dy, weight, dx);
            return;
        }
        if (isPointwise()) {
            pointwise(inputs, outputs, new Matrix(weight, 1, inputs), dy, dx);
            return;
        }
        if (Winograd.pays(this) && Winograd.inputGrad(this, dy, weight, dx)) {
            return;
        }
        long image = (long) h.slopes() * w.slopes() * groups * outputs;
        int chunk = chunk(image);
        var planes = Planes.in(Slot.PLANES, chunk, 1, 1, h.slopes(), w.slopes(), groups * outputs, w.reach());
        var phases = phases(planes);
        long[] weights = weightsOf(phases, weight);
        for (int first = 0; first < images; first += chunk) {
            int n = Math.min(chunk, images - first);
            long from = dy + 4L * first * groups * outputs * h.out * w.out;
            planes.fill(pool, from, n, h.out, w.out, h.reach(), w.reach());
            long to = dx + 4L * first * groups * inputs * h.in * w.in;
            if (phases.length == 1) {
                multiply(n, phases[0].patches, inputs, outputs, weights[0], to);
                continue;
            }
            long[] parts = new long[phases.length];
            long part = Scratch.floats(Slot.PARTIAL, (long) n * groups * inputs * h.in * w.in + W);
            for (int p = 0; p < phases.length; p++) {
                parts[p] = part;
                multiply(n, phases[p].patches, inputs, outputs, weights[p], part);
                part += 4L * n * groups * inputs * phases[p].patches.pixels();
            }
            pool.parallelFor(n * groups * inputs, 1 + Nest.CHUNK / (1 + h.in * w.in), (i, end) -> {
                for (; i < end; i++) {
                    join(phases, parts, i, to + 4L * i * h.in * w.in);
                }
            });
        }
    }

    /**
     * The part of the gradient of the input in one phase of the stride.
     *
     * @param taps that meet it
     * @param patches what they see of the gradient of the output
     */
    record Phase(int[] taps, Patches patches) {}

    /** All phases; the planes of dy have margins as wide as the kernel reaches, so that shifts never leave them. */
    Phase[] phases(Planes planes) {
        var phases = new Phase[h.stride * w.stride];
        for (int p = 0; p < phases.length; p++) {
            int a = p / w.stride;
            int b = p % w.stride;
            // From the last tap to the first, so that what they see ascends.
            int[] taps = IntStream.range(0, taps())
                    .map(t -> taps() - 1 - t)
                    .filter(t -> h.phase(t / w.kernel) == a && w.phase(t % w.kernel) == b)
                    .toArray();
            int[] offsets = IntStream.of(taps)
                    .map(t -> planes.at(h.reach() - h.shift(t / w.kernel), w.reach() - w.shift(t % w.kernel)))
                    .toArray();
            int start = planes.at(h.first(a), w.first(b));
            phases[p] = new Phase(taps, new Patches(planes, offsets, start, h.count(a), w.count(b)));
        }
        return phases;
    }

    /** Deals the phases of plane {@code i}, counted through images and channels, out to (H, W) at {@code to}. */
    void join(Phase[] phases, long[] parts, int i, long to) {
        long[] rows = new long[w.stride];
        for (int y = 0; y < h.in; y++) {
            int a = (y + h.pad) % h.stride;
            for (int b = 0; b < w.stride; b++) {
                int p = a * w.stride + b;
                rows[b] = parts[p] + 4L * (i * phases[p].patches.pixels() + y / h.stride * w.count(b));
            }
            Planes.join(w.in, rows, w.pad % w.stride, to + 4L * y * w.in, to + 4L * h.in * w.in);
        }
    }

    /** The weight as (groups, C, O · taps) for each phase. */
    private long[] weightsOf(Phase[] phases, long weight) {
        long[] to = new long[phases.length];
        to[0] = Scratch.floats(Slot.WEIGHTS, (long) groups * inputs * outputs * taps());
        for (int p = 0; p < phases.length; p++) {
            int[] taps = phases[p].taps;
            int depth = outputs * taps.length;
            if (p + 1 < phases.length) {
                to[p + 1] = to[p] + 4L * groups * inputs * depth;
            }
            long target = to[p];
            int grain = 1 + Nest.CHUNK / (1 + depth);
            pool.parallelFor(groups * inputs, grain, (from, end) -> {
                for (int i = from; i < end; i++) {
                    long source = weight + 4L * (i / inputs * outputs * inputs + i % inputs) * taps();
                    Taps.gather(outputs, (long) inputs * taps(), taps(), source, taps, target + 4L * i * depth);
                }
            });
        }
        return to;
    }

    /**
     * y (n, groups · rows, pixels) = a (groups · rows, seen · taps) · patches, {@code seen} channels of which a group sees.
     */
    private void multiply(int n, Patches patches, int rows, int seen, long a, long y) {
        int pixels = Math.multiplyExact(n, patches.pixels());
        int taps = patches.taps();
        int depth = seen * taps;
        if (depth == 0) {
            Lanes.fill(y, (long) groups * rows * pixels, 0f);
            return;
        }
        int parts = Math.ceilDiv(seen, Math.clamp(DEPTH / taps, 1, seen));
        int channels = Math.ceilDiv(seen, parts);
        long panel = 4L * channels * taps * GemmTiles.COLUMNS;
        int most = Math.clamp(4L * PATCHES / panel, 1, PANELS);
        int blocks = Math.ceilDiv(Math.ceilDiv(pixels, GemmTiles.COLUMNS), most);
        if (blocks < 4 * pool.threads()) {
            blocks = Math.ceilDiv(blocks, pool.threads()) * pool.threads();
        }
        int all = blocks;
        pool.parallelFor(Math.multiplyExact(groups, all), 1, (from, to) -> {
            for (int task = from; task < to; task++) {
                int group = task / all;
                int first = Gemm.begin(task % all, all, pixels, GemmTiles.COLUMNS);
                int count = Gemm.begin(task % all + 1, all, pixels, GemmTiles.COLUMNS) - first;
                if (count > 0) {
                    var block = new Block(patches, first, count, group, rows, seen, channels);
                    multiply(block, a + 4L * group * rows * depth, y);
                }
            }
        });
    }

    /** Some pixels of a group: {@code rows} channels of the result, {@code seen} summed over, so many in one go. */
    private record Block(Patches patches, int first, int count, int group, int rows, int seen, int channels) {}

    private void multiply(Block b, long a, long y) {
        var patches = b.patches;
        int taps = patches.taps();
        int inImage = b.first % patches.pixels();
        long image = 4L * b.rows * patches.pixels();
        long c = y + ((long) b.first / patches.pixels() * groups + b.group) * image + 4L * inImage;
        var tile = new Tile();
        tile.aRow = 4L * b.seen * taps;
        tile.aCol = 4;
        tile.bRow = 4L * GemmTiles.COLUMNS;
        tile.cRow = 4L * patches.pixels();
        boolean inOne = inImage + b.count <= patches.pixels();
        if (!inOne) {
            // A vector more, so that rows don't meet in the same sets of the cache.
            tile.cRow = 4L * (Math.ceilDiv(b.count, GemmTiles.COLUMNS) * GemmTiles.COLUMNS + W);
            c = Scratch.floats(Slot.OUTPUT, b.rows * tile.cRow / 4);
        }
        long panel = tile.bRow * b.channels * taps;
        long rows = Scratch.floats(Slot.ROWS, panel / 4 * Math.ceilDiv(b.count, GemmTiles.COLUMNS));
        for (int k = 0; k < b.seen; k += b.channels) {
            int channels = Math.min(b.channels, b.seen - k);
            patches.copy(b.first, b.count, b.group * b.seen + k, channels, rows, tile.bRow, panel);
            tile.depth = channels * taps;
            Gemm.panels(tile, b.rows, b.count, a + 4L * k * taps, rows, panel, c, k > 0);
        }
        if (!inOne) {
            scatter(b, c, tile.cRow, y);
        }
    }

    /** Deals a block's products out to its images. */
    private void scatter(Block b, long from, long row, long y) {
        int pixels = b.patches.pixels();
        for (int done = 0; done < b.count; ) {
            int inImage = (b.first + done) % pixels;
            int n = Math.min(pixels - inImage, b.count - done);
            long image = (long) (b.first + done) / pixels * groups + b.group;
            long to = y + 4 * (image * b.rows * pixels + inImage);
            for (int o = 0; o < b.rows; o++) {
                Planes.copy(n, from + o * row + 4L * done, to + 4L * o * pixels);
            }
            done += n;
        }
    }

    /** dweight (O, C/groups, kH, kW) from x (N, C, H, W) and dy (N, O, H', W'). */
    void weightGrad(long x, long dy, long dweight) {
        if (isDepthwise()) {
            new Depthwise(this).weightGrad(x, dy, dweight);
        } else if (isPointwise() && images > 0) {
            pointwiseWeightGrad(x, dy, dweight);
        } else if (!Winograd.pays(this) || !new WinogradWeightGrad(this).run(x, dy, dweight)) {
            new ConvWeightGrad(this).run(x, dy, dweight);
        }
    }
}
