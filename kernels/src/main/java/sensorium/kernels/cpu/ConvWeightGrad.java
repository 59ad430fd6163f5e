package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.GemmTiles.Tile;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * The gradient of a convolution's weights: {@code dweightᵀ[(channel, tap), o] = Σ patch[(channel, tap), pixel] · dy[o, pixel]}.
 * Patches are read along their rows, and dy is turned to panels (pixels, outputs) once.
 *
 * <p>The pixels are cut into shares, whose sums are added in order: how many depends on the shapes alone, so that the
 * numbers don't depend on the threads.
 */
final class ConvWeightGrad {
    /** Most pixels whose products are summed in one go. */
    private static final int PIXELS = 256;
    /** Rows of patches that a task sums, about. */
    private static final int PART = 96;
    /** Tasks at least, where there are pixels enough. */
    private static final int TASKS = 16;

    private final Conv conv;
    private final WorkPool pool;
    /** Pixels of an image of the output. */
    private final int plane;
    /** Rows of all patches of a group. */
    private final int depth;
    /** Outputs of a group, up to whole vectors. */
    final int width;
    /** Bytes of a panel of slopes. */
    long panel;

    ConvWeightGrad(Conv conv) {
        this.conv = conv;
        pool = conv.pool;
        plane = conv.h.out() * conv.w.out();
        depth = conv.inputs * conv.taps();
        width = Math.ceilDiv(conv.outputs, W) * W;
    }

    /** dweight (O, C/groups, kH, kW) from x (N, C, H, W) and dy (N, O, H', W'). */
    void run(long x, long dy, long dweight) {
        var h = conv.h;
        var w = conv.w;
        int groups = conv.groups;
        int wide = Math.ceilDiv(width, GemmTiles.COLUMNS) * GemmTiles.COLUMNS;
        int chunk = conv.chunk(conv.inputFloats() + (long) groups * wide * plane);
        var planes = conv.inputPlanes(chunk, groups * conv.inputs);
        var patches = conv.patchesOf(planes);
        long slopes = slopes(chunk);
        int taps = conv.taps();
        // So many channels that rows fill tiles, if taps leave room for them.
        int some = taps > PART ? 1 : Math.ceilDiv(PART, taps * GemmTiles.ROWS) * GemmTiles.ROWS;
        int channels = Math.clamp(conv.inputs, 1, some);
        int parts = Math.ceilDiv(conv.inputs, channels);
        int pixels = Math.min(chunk, conv.images) * plane;
        int shares = Math.clamp(Math.min(Math.ceilDiv(TASKS, groups * parts), pixels / PIXELS), 1, TASKS);
        // Sums (shares, groups, depth, width); those of a share are added to from chunk to chunk.
        long sums = Scratch.floats(Slot.PARTIAL, (long) shares * groups * depth * width);
        if (conv.images == 0 || plane == 0) {
            Lanes.fill(sums, (long) shares * groups * depth * width, 0f);
        }
        for (int first = 0; first < conv.images; first += chunk) {
            int n = Math.min(chunk, conv.images - first);
            boolean add = first > 0;
            planes.fill(
                    pool, x + 4L * first * groups * conv.inputs * h.in() * w.in(), n, h.in(), w.in(), h.pad(), w.pad());
            turn(dy + 4L * first * groups * conv.outputs * plane, n, slopes);
            int share = Math.ceilDiv(Math.ceilDiv(n * plane, shares), PIXELS) * PIXELS;
            pool.parallelFor(shares * groups * parts, 1, (from, to) -> {
                for (int task = from; task < to; task++) {
                    int channel = task % parts * channels;
                    int group = task / parts % groups;
                    int begin = Math.min(n * plane, task / parts / groups * share);
                    int end = Math.min(n * plane, begin + share);
                    long target = sums + 4 * ((long) task / parts * depth + (long) channel * taps) * width;
                    long b = slopes + 4L * group * wide * chunk * plane;
                    int count = Math.min(channels, conv.inputs - channel);
                    sum(patches, group * conv.inputs + channel, count, b, begin, end, target, add);
                }
            });
        }
        putSums(sums, shares, dweight);
    }

    /** Room for the turned slopes of {@code chunk} images. */
    long slopes(int chunk) {
        long wide = (long) Math.ceilDiv(width, GemmTiles.COLUMNS) * GemmTiles.COLUMNS;
        panel = 4L * chunk * plane * GemmTiles.COLUMNS;
        return Scratch.floats(Slot.SLOPES, conv.groups * wide * chunk * plane);
    }

    /** dy (n, groups · outputs, pixels) as (groups, panels, n · pixels, columns of a panel). */
    void turn(long dy, int n, long to) {
        int columns = GemmTiles.COLUMNS;
        int panels = Math.ceilDiv(conv.outputs, columns);
        int grain = 1 + Nest.CHUNK / (1 + plane * columns);
        pool.parallelFor(n * conv.groups * panels, grain, (from, end) -> {
            for (int task = from; task < end; task++) {
                int p = task % (conv.groups * panels);
                int image = task / (conv.groups * panels);
                int o = p % panels * columns;
                long source = dy + 4L * ((image * conv.groups + p / panels) * conv.outputs + o) * plane;
                long target = to + p * panel + 4L * image * plane * columns;
                int count = Math.min(columns, conv.outputs - o);
                Transposition.transpose(count, plane, source, 4L * plane, target, 4L * columns);
            }
        });
    }

    /** {@code to[k, o] (+)= Σ patch[k, pixel] · slope[pixel, o]} over pixels [begin, end). */
    private void sum(
            Patches patches, int channel, int channels, long slopes, int begin, int end, long to, boolean add) {
        int rows = channels * patches.taps();
        if (begin >= end && !add) {
            Lanes.fill(to, (long) rows * width, 0f);
        }
        var tile = new Tile();
        // A vector more, so that rows don't meet in the same sets of the cache.
        tile.aRow = 4L * PIXELS + VB;
        tile.aCol = 4;
        tile.bRow = 4L * GemmTiles.COLUMNS;
        tile.cRow = 4L * width;
        long a = Scratch.floats(Slot.ROWS, rows * tile.aRow / 4);
        for (int pixel = begin; pixel < end; pixel += PIXELS) {
            tile.depth = Math.min(PIXELS, end - pixel);
            patches.copy(pixel, tile.depth, channel, channels, a, tile.aRow, GemmTiles.PANEL_ROW);
            Gemm.panels(tile, rows, width, a, slopes + pixel * tile.bRow, panel, to, add || pixel > begin);
        }
    }

    /** dweight (groups · O, C · taps) from sums (shares, groups, C · taps, width). */
    void putSums(long sums, int shares, long dweight) {
        long share = (long) conv.groups * depth * width;
        pool.parallelFor(Math.toIntExact(share / W), Nest.CHUNK / W, (from, to) -> {
            for (long i = from; i < to && shares > 1; i++) {
                FloatVector sum = FloatVector.zero(F);
                for (int s = 0; s < shares; s++) {
                    sum = sum.add(fromMemorySegment(F, ALL, sums + 4 * (s * share + i * W), ORDER));
                }
                sum.intoMemorySegment(ALL, sums + 4 * i * W, ORDER);
            }
        });
        int blocks = Math.ceilDiv(conv.outputs, W);
        pool.parallelFor(conv.groups * blocks, (int) Math.max(1, Nest.CHUNK / ((long) depth * W + 1)), (from, to) -> {
            for (int task = from; task < to; task++) {
                int group = task / blocks;
                int o = task % blocks * W;
                int n = Math.min(W, conv.outputs - o);
                long source = sums + 4 * ((long) group * depth * width + o);
                long target = dweight + 4L * (group * conv.outputs + o) * depth;
                Transposition.transpose(depth, n, source, 4L * width, target, 4L * depth);
            }
        });
    }
}
