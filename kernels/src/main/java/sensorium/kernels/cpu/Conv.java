package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.set;

import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.GemmTiles.Tile;
import sensorium.kernels.cpu.Patches.Planes;
import sensorium.kernels.cpu.Scratch.Slot;
import sensorium.op.Primitive.Window;

/**
 * Two-dimensional convolution and its gradients as matrix products of patches, a few dozen pixels at a time.
 *
 * <p>The input is copied once to zero-padded planes with channels last. What a pixel's kernel sees is then a few long runs
 * of floats, copied to a row of a small matrix that stays in the cache: a few per cent of the cost of the product with the
 * weights. The pixels of all images count as one axis, so that small maps waste nothing.
 */
final class Conv {
    /** Floats of planes that are made at once: what two cores' caches hold. */
    private static final int PLANES = 1 << 20;
    /** Floats of patches that a task makes at once: a quarter of L2. */
    private static final int PATCHES = 1 << 16;
    /** Most pixels of such a task. */
    private static final int PIXELS = 256;
    /** Elements of a patch that a task of the weights' gradient sums over the pixels. */
    private static final int PART = 96;
    /** Such tasks at least, where there are pixels enough: the numbers may depend on it, so not on the threads. */
    private static final int SHARES = 16;

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

    /** How many of the images are done at once where each has {@code floats} floats of planes. */
    private int chunk(long floats) {
        return Math.clamp(PLANES / Math.max(1, floats), 1, Math.max(1, images));
    }

    /** y (N, O, H', W') = x (N, C, H, W) ⋆ weight (O, C/groups, kH, kW). */
    void forward(long x, long weight, long y) {
        if (isPointwise()) {
            pointwise(outputs, inputs, new Matrix(weight, inputs, 1), x, y);
            return;
        }
        int[] taps = IntStream.range(0, taps()).toArray();
        long filters = filters(weight, taps, outputs, inputs, (long) inputs * taps.length, taps.length);
        int chunk = chunk(inputFloats());
        var planes = inputPlanes(chunk);
        var patches = patchesOf(planes);
        int plane = h.out * w.out;
        for (int first = 0; first < images; first += chunk) {
            int n = Math.min(chunk, images - first);
            planes.fill(pool, x + 4L * first * groups * inputs * h.in * w.in, n, h.in, w.in, h.pad, w.pad);
            var result = new Result(y + 4L * first * groups * outputs * plane, plane, w.out, 1, groups, outputs);
            multiply(n, patches, inputs, filters, result);
        }
    }

    private long inputFloats() {
        return (long) h.seen() * w.seen() * groups * inputs;
    }

    /** Room for the padded input of some images. */
    private Planes inputPlanes(int count) {
        long address = Scratch.floats(Slot.PLANES, count * inputFloats() + W);
        return new Planes(address, h.seen(), w.seen(), groups * inputs);
    }

    /** What the kernel sees of the padded input at each pixel of the output. */
    private Patches patchesOf(Planes planes) {
        int[] offsets = IntStream.range(0, taps())
                .map(t -> planes.at(t / w.kernel * h.dilation, t % w.kernel * w.dilation))
                .toArray();
        return new Patches(planes, inputs, offsets, 0, 0, h.out, w.out, h.stride, w.stride);
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
        if (isPointwise()) {
            pointwise(inputs, outputs, new Matrix(weight, 1, inputs), dy, dx);
            return;
        }
        // dy stands behind margins as wide as the kernel reaches, so that shifts never leave its planes.
        int rows = h.reach() + (h.in - 1 + h.pad) / h.stride + 1;
        int columns = w.reach() + (w.in - 1 + w.pad) / w.stride + 1;
        long image = (long) rows * columns * groups * outputs;
        int chunk = chunk(image);
        var planes = new Planes(Scratch.floats(Slot.PLANES, chunk * image + W), rows, columns, groups * outputs);
        for (int a = 0; a < h.stride; a++) {
            for (int b = 0; b < w.stride; b++) {
                inputGradOfPhase(a, b, chunk, planes, dy, weight, dx);
            }
        }
    }

    private void inputGradOfPhase(int a, int b, int chunk, Planes planes, long dy, long weight, long dx) {
        // From the last tap to the first, so that what they see ascends.
        int[] taps = IntStream.range(0, taps())
                .map(t -> taps() - 1 - t)
                .filter(t -> h.phase(t / w.kernel) == a && w.phase(t % w.kernel) == b)
                .toArray();
        int[] offsets = IntStream.of(taps)
                .map(t -> planes.at(h.reach() - h.shift(t / w.kernel), w.reach() - w.shift(t % w.kernel)))
                .toArray();
        int u = h.first(a);
        int v = w.first(b);
        var patches = new Patches(planes, outputs, offsets, u, v, h.count(a), w.count(b), 1, 1);
        long filters = filters(weight, taps, inputs, outputs, taps(), (long) inputs * taps());
        long corner = (long) (u * h.stride + a - h.pad) * w.in + (long) v * w.stride + b - w.pad;
        for (int first = 0; first < images; first += chunk) {
            int n = Math.min(chunk, images - first);
            long from = dy + 4L * first * groups * outputs * h.out * w.out;
            planes.fill(pool, from, n, h.out, w.out, h.reach(), w.reach());
            long to = dx + 4 * ((long) first * groups * inputs * h.in * w.in + corner);
            var result = new Result(to, h.in * w.in, h.stride * w.in, w.stride, groups, inputs);
            multiply(n, patches, outputs, filters, result);
        }
    }

    /**
     * Packs filters into panels as wide as a register tile, (groups, panels, taps · channels, columns), zeros behind the last.
     *
     * @param taps the chosen ones, in the order of the patches
     * @param count filters of a group
     * @param channels that a tap of a filter meets
     * @param filterStep floats of {@code weight} from one filter to the next
     * @param channelStep likewise
     */
    private long filters(long weight, int[] taps, int count, int channels, long filterStep, long channelStep) {
        if (isDepthwise()) {
            return filtersOfEach(weight, taps);
        }
        int width = GemmTiles.COLUMNS;
        int panels = Math.ceilDiv(count, width);
        int depth = taps.length * channels;
        long to = Scratch.floats(Slot.WEIGHTS, (long) groups * panels * depth * width);
        long groupFloats = (long) inputs * outputs * taps();
        pool.parallelFor(groups * panels, (int) Math.max(1, Nest.CHUNK / (1L + (long) depth * width)), (from, end) -> {
            for (int p = from; p < end; p++) {
                long panel = to + 4L * p * depth * width;
                int first = p % panels * width;
                int present = Math.min(width, count - first);
                if (present < width) {
                    Lanes.fill(panel, (long) depth * width, 0f);
                }
                long source = weight + 4 * (p / panels * groupFloats + first * filterStep);
                if (channelStep > filterStep) {
                    // What the filters of a panel have for one channel adjoins.
                    for (int c = 0; c < channels; c++) {
                        for (int t = 0; t < taps.length; t++) {
                            long row = panel + 4L * (t * channels + c) * width;
                            long tap = source + 4 * (c * channelStep + taps[t]);
                            for (int j = 0; j < present; j++) {
                                set(row + 4L * j, get(tap + 4L * j * filterStep));
                            }
                        }
                    }
                } else {
                    long turned = Scratch.floats(Slot.TURNED, (long) width * depth);
                    for (int j = 0; j < present; j++) {
                        for (int t = 0; t < taps.length; t++) {
                            long row = turned + 4L * (j * depth + t * channels);
                            long tap = source + 4 * (j * filterStep + taps[t]);
                            for (int c = 0; c < channels; c++) {
                                set(row + 4L * c, get(tap + 4L * c * channelStep));
                            }
                        }
                    }
                    Transposition.transpose(present, depth, turned, 4L * depth, panel, 4L * width);
                }
            }
        });
        return to;
    }

    /**
     * Where products go: pixel (y, x) of channel c of a group of an image lies at
     * {@code (image·groups + group)·channels·plane + c·plane + y·row + x·step} floats.
     *
     * @param address of the first pixel
     * @param channels of a group
     */
    private record Result(long address, int plane, int row, int step, int groups, int channels) {}

    /** All patches of n images times the filters of their group, {@code seen} channels each. */
    private void multiply(int n, Patches patches, int seen, long filters, Result result) {
        if (isDepthwise()) {
            multiplyEach(
                    n, patches, filters, new Result(result.address, result.plane, result.row, result.step, 1, groups));
            return;
        }
        int pixels = n * patches.pixels();
        int depth = patches.depth();
        int width = Math.ceilDiv(result.channels, W) * W;
        int block = Math.clamp(PATCHES / Math.max(1, depth), GemmTiles.ROWS, PIXELS) / GemmTiles.ROWS * GemmTiles.ROWS;
        int blocks = Math.ceilDiv(pixels, block);
        long panel = 4L * depth * GemmTiles.COLUMNS;
        long ofGroup = panel * Math.ceilDiv(result.channels, GemmTiles.COLUMNS);
        pool.parallelFor(Math.multiplyExact(groups, blocks), 1, (from, to) -> {
            long rows = Scratch.floats(Slot.ROWS, (long) block * depth + W);
            long products = Scratch.floats(Slot.OUTPUT, (long) block * width);
            for (int task = from; task < to; task++) {
                int group = task / blocks;
                int first = task % blocks * block;
                int count = Math.min(block, pixels - first);
                patches.copy(first, count, group * seen, 0, depth, rows);
                tiles(
                        count,
                        width,
                        depth,
                        rows,
                        4L * depth,
                        4,
                        filters + group * ofGroup,
                        panel,
                        4L * GemmTiles.COLUMNS,
                        products,
                        false);
                scatter(first, count, group, patches, products, width, result);
            }
        });
    }

    /** Whether every channel has one filter of its own: then channels fill the vectors, and there is nothing to multiply. */
    private boolean isDepthwise() {
        return groups > 1 && inputs == 1 && outputs == 1;
    }

    /** All pixels of n images, each channel with its own filter. */
    private void multiplyEach(int n, Patches patches, long filters, Result result) {
        int pixels = n * patches.pixels();
        int width = Math.ceilDiv(groups, W) * W;
        int block = Math.clamp(PATCHES / width, 1, PIXELS);
        pool.parallelFor(Math.ceilDiv(pixels, block), 1, (from, to) -> {
            long products = Scratch.floats(Slot.OUTPUT, (long) block * width);
            for (int first = from * block; first < Math.min(pixels, to * block); first += block) {
                int count = Math.min(block, pixels - first);
                patches.weigh(first, count, filters, width, products);
                scatter(first, count, 0, patches, products, width, result);
            }
        });
    }

    /** Filters of one channel each as (taps, channels), zeros up to a whole vector. */
    private long filtersOfEach(long weight, int[] taps) {
        int width = Math.ceilDiv(groups, W) * W;
        long to = Scratch.floats(Slot.WEIGHTS, (long) taps.length * width);
        Lanes.fill(to, (long) taps.length * width, 0f);
        for (int t = 0; t < taps.length; t++) {
            for (int c = 0; c < groups; c++) {
                set(to + 4L * (t * width + c), get(weight + 4L * (c * taps() + taps[t])));
            }
        }
        return to;
    }

    /** {@code c[m, n] (+)= a[m, depth] · b[depth, n]}, where n is a multiple of the vector and c's rows adjoin. */
    private static void tiles(
            int m, int n, int depth, long a, long aRow, long aCol, long b, long panel, long bRow, long c, boolean add) {
        var tile = new Tile();
        tile.aRow = aRow;
        tile.aCol = aCol;
        tile.bRow = bRow;
        tile.cRow = 4L * n;
        tile.depth = depth;
        tile.zRow = tile.cRow;
        for (int j = 0; j < n; j += GemmTiles.COLUMNS) {
            tile.columns = Math.min(GemmTiles.COLUMNS, n - j);
            for (int i = 0; i < m; i += GemmTiles.ROWS) {
                tile.rows = Math.min(GemmTiles.ROWS, m - i);
                long to = c + 4L * (i * n + j);
                GemmTiles.run(tile, a + i * aRow, b + j / GemmTiles.COLUMNS * panel, add ? to : 0, to);
            }
        }
    }

    /** Deals products (pixels, width) out to the channels of the result, row of pixels by row. */
    private void scatter(int first, int count, int group, Patches patches, long from, int width, Result r) {
        int columns = patches.columns();
        // Where rows adjoin in the result too, an image is one row.
        int line = r.step == 1 && r.row == columns ? patches.pixels() : columns;
        for (int done = 0; done < count; ) {
            int pixel = first + done;
            int n = Math.min(line - pixel % line, count - done);
            long image = pixel / patches.pixels();
            int inImage = pixel % patches.pixels();
            long at = (image * r.groups + group) * r.channels * r.plane
                    + (long) (inImage / columns) * r.row
                    + (long) (inImage % columns) * r.step;
            Copies.deal(
                    n, r.channels, from + 4L * done * width, 4L * width, r.address + 4 * at, 4L * r.plane, 4L * r.step);
            done += n;
        }
    }

    /** dweight (O, C/groups, kH, kW) from x (N, C, H, W) and dy (N, O, H', W'). */
    void weightGrad(long x, long dy, long dweight) {
        if (isDepthwise()) {
            weightGradOfEach(x, dy, dweight);
            return;
        }
        if (isPointwise() && images > 0) {
            pointwiseWeightGrad(x, dy, dweight);
            return;
        }
        int plane = h.out * w.out;
        int all = groups * outputs;
        int depth = inputs * taps();
        int width = Math.ceilDiv(outputs, W) * W;
        int parts = Math.ceilDiv(depth, PART);
        int chunk = chunk(inputFloats() + (long) all * plane);
        var planes = inputPlanes(chunk);
        var patches = patchesOf(planes);
        var slopes = new Planes(
                Scratch.floats(Slot.SLOPES, (long) chunk * all * plane + GemmTiles.COLUMNS), h.out, w.out, all);
        int pixels = Math.min(chunk, images) * plane;
        int shares = Math.clamp(Math.min(Math.ceilDiv(SHARES, groups * parts), pixels / PIXELS), 1, SHARES);
        // Sums (shares, groups, depth, width); those of a share are added to from chunk to chunk.
        long sums = Scratch.floats(Slot.PARTIAL, (long) shares * groups * depth * width);
        if (images == 0) {
            Lanes.fill(dweight, (long) all * depth, 0f);
            return;
        }
        for (int first = 0; first < images; first += chunk) {
            int n = Math.min(chunk, images - first);
            boolean add = first > 0;
            planes.fill(pool, x + 4L * first * groups * inputs * h.in * w.in, n, h.in, w.in, h.pad, w.pad);
            slopes.fill(pool, dy + 4L * first * all * plane, n, h.out, w.out, 0, 0);
            int share = Math.ceilDiv(Math.ceilDiv(n * plane, shares), PIXELS) * PIXELS;
            pool.parallelFor(shares * groups * parts, 1, (from, to) -> {
                for (int task = from; task < to; task++) {
                    int part = task % parts * PART;
                    int group = task / parts % groups;
                    int begin = Math.min(n * plane, task / parts / groups * share);
                    int end = Math.min(n * plane, begin + share);
                    long target = sums + 4 * ((long) task / parts * depth + part) * width;
                    sum(patches, slopes, group, part, Math.min(PART, depth - part), begin, end, target, width, add);
                }
            });
        }
        putSums(sums, shares, depth, width, dweight);
    }

    /** dweight (C, 1, kH, kW), where every channel has one filter: a task sums one tap of a vector of channels. */
    private void weightGradOfEach(long x, long dy, long dweight) {
        int plane = h.out * w.out;
        int width = Math.ceilDiv(groups, W) * W;
        int chunk = chunk(inputFloats() + (long) groups * plane);
        var planes = inputPlanes(chunk);
        var patches = patchesOf(planes);
        var slopes = new Planes(Scratch.floats(Slot.SLOPES, (long) chunk * groups * plane + W), h.out, w.out, groups);
        long sums = Scratch.floats(Slot.PARTIAL, (long) taps() * width);
        Lanes.fill(sums, (long) taps() * width, 0f);
        for (int first = 0; first < images; first += chunk) {
            int n = Math.min(chunk, images - first);
            planes.fill(pool, x + 4L * first * groups * h.in * w.in, n, h.in, w.in, h.pad, w.pad);
            slopes.fill(pool, dy + 4L * first * groups * plane, n, h.out, w.out, 0, 0);
            pool.parallelFor(taps() * width / W, 1, (from, to) -> {
                for (int task = from; task < to; task++) {
                    int c = task % (width / W) * W;
                    patches.sum(task / (width / W), n * h.out, slopes.address() + 4L * c, c, sums + 4L * task * W);
                }
            });
        }
        for (int c = 0; c < groups; c++) {
            for (int t = 0; t < taps(); t++) {
                set(dweight + 4L * (c * taps() + t), get(sums + 4L * (t * width + c)));
            }
        }
    }

    /** {@code to[k, o] (+)= Σ patch[pixel, from + k] · slope[pixel, o]} over pixels [begin, end). */
    private void sum(
            Patches patches,
            Planes slopes,
            int group,
            int from,
            int count,
            int begin,
            int end,
            long to,
            int width,
            boolean add) {
        if (begin >= end && !add) {
            Lanes.fill(to, (long) count * width, 0f);
        }
        long rows = Scratch.floats(Slot.ROWS, (long) PIXELS * PART + W);
        long row = 4L * slopes.channels();
        for (int pixel = begin; pixel < end; pixel += PIXELS) {
            int n = Math.min(PIXELS, end - pixel);
            patches.copy(pixel, n, group * inputs, from, count, rows);
            long b = slopes.address() + pixel * row + 4L * group * outputs;
            tiles(count, width, n, rows, 4, 4L * count, b, 4L * GemmTiles.COLUMNS, row, to, add || pixel > begin);
        }
    }

    /** dweight (groups · O, C, taps) from sums (shares, groups, taps · C, width). */
    private void putSums(long sums, int shares, int depth, int width, long dweight) {
        long share = (long) groups * depth * width;
        pool.parallelFor(Math.toIntExact(share / W), Nest.CHUNK / W, (from, to) -> {
            for (long i = from; i < to && shares > 1; i++) {
                FloatVector sum = FloatVector.zero(F);
                for (int s = 0; s < shares; s++) {
                    sum = sum.add(fromMemorySegment(F, ALL, sums + 4 * (s * share + i * W), ORDER));
                }
                sum.intoMemorySegment(ALL, sums + 4 * i * W, ORDER);
            }
        });
        // From (taps · C, outputs) to (outputs, C, taps), some outputs at a time.
        int blocks = Math.ceilDiv(outputs, W);
        pool.parallelFor(groups * blocks, (int) Math.max(1, Nest.CHUNK / ((long) depth * W)), (from, to) -> {
            long turned = Scratch.floats(Slot.TURNED, (long) W * depth);
            for (int task = from; task < to; task++) {
                int group = task / blocks;
                int o = task % blocks * W;
                int n = Math.min(W, outputs - o);
                long source = sums + 4 * ((long) group * depth * width + o);
                Transposition.transpose(depth, n, source, 4L * width, turned, 4L * depth);
                for (int j = 0; j < n; j++) {
                    long target = dweight + 4L * (group * outputs + o + j) * depth;
                    Transposition.transpose(taps(), inputs, turned + 4L * j * depth, 4L * inputs, target, 4L * taps());
                }
            }
        });
    }
}
