package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.GemmTiles.PANEL_ROW;
import static sensorium.kernels.cpu.GemmTiles.VECTORS;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.set;

import java.util.concurrent.atomic.AtomicBoolean;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import sensorium.kernels.cpu.Conv.Axis;
import sensorium.kernels.cpu.GemmTiles.Tile;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Convolution by 3 × 3 filters of stride 1 with 4 products for 9: Winograd's F(2 × 2, 3 × 3) (Lavin and Gray, arXiv
 * 1509.09308). Each tile of 2 × 2 pixels of the output sees 4 × 4 of the input; in a basis of 16 numbers a tile and a filter,
 * {@code V = Bᵀ·d·B} and {@code U = G·g·Gᵀ}, the convolution is a product of each number with its own, summed over the
 * channels, which makes 16 products of matrices; {@code y = Aᵀ·M·A} leads back.
 *
 * <p>What the tiles see are the patches of a kernel of 4 taps and a stride of 2. Tiles fill the vectors from end to end, and
 * count through all images. Rounding errors are those of the plain sum, more or less: 0.6 to 1.5 times (rms).
 */
final class Winograd {
    /** Numbers of a tile. */
    static final int BASIS = 16;
    /** Floats of V that are made at once: half of L2. */
    private static final int TILES = 1 << 17;
    /** Floats of M that are made at once. */
    private static final int PRODUCTS = 1 << 16;
    /** Channels of which patches are made at once. */
    static final int CHANNELS = 8;

    private final WorkPool pool;
    /** The tiles as the pixels of a convolution. */
    private final Conv tiles;

    private final int height;
    private final int width;
    private final int inputs;
    private final int outputs;
    private final boolean turned;

    /** @param turned whether it is the gradient of the input that is computed: by filters turned around, from outputs to inputs */
    private Winograd(Conv c, boolean turned) {
        var h = turned ? back(c.h) : c.h;
        var w = turned ? back(c.w) : c.w;
        pool = c.pool;
        height = h.out();
        width = w.out();
        inputs = turned ? c.outputs : c.inputs;
        outputs = turned ? c.inputs : c.outputs;
        this.turned = turned;
        tiles = new Conv(pool, tiles(h), tiles(w), c.images, 1, inputs, outputs);
    }

    private static Axis back(Axis a) {
        return new Axis(a.out(), a.in(), 3, 1, 2 - a.pad(), 1);
    }

    static Axis tiles(Axis a) {
        return new Axis(a.in(), Math.ceilDiv(a.out(), 2), 4, 2, a.pad(), 1);
    }

    /** Whether a convolution can be computed so and is faster by it, forward and back. */
    static boolean pays(Conv c) {
        long most = Math.min((long) c.h.out() * c.w.out(), (long) c.h.in() * c.w.in()) * c.images;
        return c.groups == 1 && fits(c.h) && fits(c.w) && Math.min(c.inputs, c.outputs) >= 16 && most >= 256;
    }

    private static boolean fits(Axis a) {
        return a.kernel() == 3 && a.stride() == 1 && a.dilation() == 1 && a.pad() <= 2;
    }

    /**
     * y (N, O, H', W') = x (N, C, H, W) ⋆ weight (O, C, 3, 3).
     *
     * @return whether all of y is finite: sums and differences of numbers that are not would spread over whole tiles, so y is
     *     then to be computed plainly
     */
    static boolean forward(Conv c, long x, long weight, long y) {
        return new Winograd(c, false).run(x, weight, y);
    }

    /** dx (N, C, H, W) from dy (N, O, H', W'), as {@link #forward}. */
    static boolean inputGrad(Conv c, long dy, long weight, long dx) {
        return new Winograd(c, true).run(dy, weight, dx);
    }

    private boolean run(long x, long weight, long y) {
        long filters = filters(weight);
        int chunk = tiles.chunk(tiles.inputFloats());
        var planes = tiles.inputPlanes(chunk, inputs);
        var patches = tiles.patchesOf(planes);
        var spoilt = new AtomicBoolean();
        for (int first = 0; first < tiles.images && !spoilt.get(); first += chunk) {
            int n = Math.min(chunk, tiles.images - first);
            planes.fill(
                    pool,
                    x + 4L * first * inputs * tiles.h.in() * tiles.w.in(),
                    n,
                    tiles.h.in(),
                    tiles.w.in(),
                    tiles.h.pad(),
                    tiles.w.pad());
            int count = n * patches.pixels();
            // (2 rows, 2 columns of a tile, outputs, tiles)
            long row = 4L * Math.ceilDiv(count, GemmTiles.COLUMNS) * GemmTiles.COLUMNS;
            long parts = Scratch.floats(Slot.PARTIAL, outputs * row + W);
            int block = Math.max(1, TILES / BASIS / inputs / GemmTiles.COLUMNS) * GemmTiles.COLUMNS;
            pool.parallelFor(Math.ceilDiv(count, block), 1, (from, to) -> {
                for (int i = from; i < to; i++) {
                    int begin = i * block;
                    if (!multiply(patches, begin, Math.min(block, count - begin), filters, parts + 4L * begin, row)) {
                        spoilt.set(true);
                    }
                }
            });
            join(n, parts, row, y + 4L * first * outputs * height * width);
        }
        return !spoilt.get();
    }

    /** Bytes from a number of the filters to the next; a line more than they take, so that they don't meet in the cache. */
    private long filterRow() {
        return Math.ceilDiv((long) inputs * outputs, W) * VB + VB;
    }

    /** U: (16, filters in the order of the weight). */
    private long filters(long weight) {
        int n = inputs * outputs;
        long row = filterRow();
        long to = Scratch.floats(Slot.WEIGHTS, BASIS * row / 4);
        pool.parallelFor(Math.ceilDiv(n, W), 1 + Nest.CHUNK / (BASIS * W), (i, end) -> {
            long taps = Scratch.floats(Slot.ROWS, (long) BASIS * W + BASIS);
            long ones = taps + BASIS * VB;
            Lanes.fill(ones, BASIS, 1f);
            for (; i < end; i++) {
                // Whole squares are turned faster; what they read of the next filter is not used.
                int columns = W * (i + 1) < n ? BASIS : 9;
                Transposition.gather(weight + 36L * W * i, 36, Math.min(W, n - W * i), columns, ones, taps);
                filter(turned ? taps + 8 * VB : taps, turned ? -VB : VB, to + i * VB, row);
            }
        });
        return to;
    }

    /** G·g·Gᵀ of a vector of filters, whose taps are {@code step} bytes apart. */
    private static void filter(long g, long step, long to, long row) {
        for (int j = 0; j < 3; j++) {
            FloatVector a = fromMemorySegment(F, ALL, g + j * step, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, g + (3 + j) * step, ORDER);
            FloatVector c = fromMemorySegment(F, ALL, g + (6 + j) * step, ORDER);
            FloatVector ends = a.add(c).mul(0.5f);
            FloatVector half = b.mul(0.5f);
            a.intoMemorySegment(ALL, to + j * row, ORDER);
            ends.add(half).intoMemorySegment(ALL, to + (4 + j) * row, ORDER);
            ends.sub(half).intoMemorySegment(ALL, to + (8 + j) * row, ORDER);
            c.intoMemorySegment(ALL, to + (12 + j) * row, ORDER);
        }
        for (int i = 0; i < 16; i += 4) {
            FloatVector b = fromMemorySegment(F, ALL, to + (i + 1) * row, ORDER);
            FloatVector c = fromMemorySegment(F, ALL, to + (i + 2) * row, ORDER);
            FloatVector ends =
                    fromMemorySegment(F, ALL, to + i * row, ORDER).add(c).mul(0.5f);
            FloatVector half = b.mul(0.5f);
            ends.add(half).intoMemorySegment(ALL, to + (i + 1) * row, ORDER);
            ends.sub(half).intoMemorySegment(ALL, to + (i + 2) * row, ORDER);
            c.intoMemorySegment(ALL, to + (i + 3) * row, ORDER);
        }
    }

    /**
     * Tiles {@code [begin, begin + count)}: V, then for some outputs at a time M and what it makes of the four pixels.
     *
     * @param to first pixels, of all outputs, {@code row} bytes apart; the others follow
     * @return whether all is finite
     */
    private boolean multiply(Patches patches, int begin, int count, long filters, long to, long row) {
        int vectors = Math.ceilDiv(count, W);
        int panels = Math.ceilDiv(vectors, VECTORS);
        long panel = PANEL_ROW * inputs;
        long number = panels * panel + VB;
        long v = Scratch.floats(Slot.ROWS, BASIS * number / 4);
        long seenPanel = PANEL_ROW * CHANNELS * BASIS;
        long seen = Scratch.floats(Slot.SEEN, panels * seenPanel / 4);
        for (int c = 0; c < inputs; c += CHANNELS) {
            int channels = Math.min(CHANNELS, inputs - c);
            patches.copy(begin, count, c, channels, seen, PANEL_ROW, seenPanel);
            for (int i = 0; i < vectors; i++) {
                int p = i / VECTORS;
                long lane = i % VECTORS * VB;
                input(channels, seen + p * seenPanel + lane, v + p * panel + PANEL_ROW * c + lane, PANEL_ROW, number);
            }
        }
        var tile = new Tile();
        tile.depth = inputs;
        tile.aRow = turned ? 4 : 4L * inputs;
        tile.aCol = turned ? 4L * outputs : 4;
        tile.bRow = PANEL_ROW;
        tile.cRow = PANEL_ROW * panels;
        int most = Math.clamp(4L * PRODUCTS / BASIS / tile.cRow / 8 * 8, 8, outputs);
        long product = most * tile.cRow + VB;
        long m = Scratch.floats(Slot.OUTPUT, BASIS * product / 4);
        long lanes = -1L >>> 64 - (count - (vectors - 1) * W);
        boolean finite = true;
        for (int o = 0; o < outputs; o += most) {
            int some = Math.min(most, outputs - o);
            for (int t = 0; t < BASIS; t++) {
                long u = filters + t * filterRow() + o * tile.aRow;
                Gemm.panels(tile, some, vectors * W, u, v + t * number, panel, m + t * product, false);
            }
            for (int r = 0; r < some; r++) {
                finite &= output(vectors, m + r * tile.cRow, product, to + (o + r) * row, outputs * row, lanes);
            }
        }
        return finite;
    }

    /** Bᵀ·d·B of a vector of tiles, channel by channel, {@code row} bytes from one to the next. */
    static void input(int channels, long d, long to, long row, long number) {
        for (int c = 0; c < channels; c++, d += BASIS * PANEL_ROW, to += row) {
            // Columns first, B's signs: 0 − 2, 1 + 2, 2 − 1, 1 − 3.
            FloatVector a = fromMemorySegment(F, ALL, d, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, d + 4 * PANEL_ROW, ORDER);
            FloatVector e = fromMemorySegment(F, ALL, d + 8 * PANEL_ROW, ORDER);
            FloatVector f = fromMemorySegment(F, ALL, d + 12 * PANEL_ROW, ORDER);
            FloatVector t00 = a.sub(e);
            FloatVector t10 = b.add(e);
            FloatVector t20 = e.sub(b);
            FloatVector t30 = b.sub(f);
            a = fromMemorySegment(F, ALL, d + PANEL_ROW, ORDER);
            b = fromMemorySegment(F, ALL, d + 5 * PANEL_ROW, ORDER);
            e = fromMemorySegment(F, ALL, d + 9 * PANEL_ROW, ORDER);
            f = fromMemorySegment(F, ALL, d + 13 * PANEL_ROW, ORDER);
            FloatVector t01 = a.sub(e);
            FloatVector t11 = b.add(e);
            FloatVector t21 = e.sub(b);
            FloatVector t31 = b.sub(f);
            a = fromMemorySegment(F, ALL, d + 2 * PANEL_ROW, ORDER);
            b = fromMemorySegment(F, ALL, d + 6 * PANEL_ROW, ORDER);
            e = fromMemorySegment(F, ALL, d + 10 * PANEL_ROW, ORDER);
            f = fromMemorySegment(F, ALL, d + 14 * PANEL_ROW, ORDER);
            FloatVector t02 = a.sub(e);
            FloatVector t12 = b.add(e);
            FloatVector t22 = e.sub(b);
            FloatVector t32 = b.sub(f);
            a = fromMemorySegment(F, ALL, d + 3 * PANEL_ROW, ORDER);
            b = fromMemorySegment(F, ALL, d + 7 * PANEL_ROW, ORDER);
            e = fromMemorySegment(F, ALL, d + 11 * PANEL_ROW, ORDER);
            f = fromMemorySegment(F, ALL, d + 15 * PANEL_ROW, ORDER);
            FloatVector t03 = a.sub(e);
            FloatVector t13 = b.add(e);
            FloatVector t23 = e.sub(b);
            FloatVector t33 = b.sub(f);
            t00.sub(t02).intoMemorySegment(ALL, to, ORDER);
            t01.add(t02).intoMemorySegment(ALL, to + number, ORDER);
            t02.sub(t01).intoMemorySegment(ALL, to + 2 * number, ORDER);
            t01.sub(t03).intoMemorySegment(ALL, to + 3 * number, ORDER);
            t10.sub(t12).intoMemorySegment(ALL, to + 4 * number, ORDER);
            t11.add(t12).intoMemorySegment(ALL, to + 5 * number, ORDER);
            t12.sub(t11).intoMemorySegment(ALL, to + 6 * number, ORDER);
            t11.sub(t13).intoMemorySegment(ALL, to + 7 * number, ORDER);
            t20.sub(t22).intoMemorySegment(ALL, to + 8 * number, ORDER);
            t21.add(t22).intoMemorySegment(ALL, to + 9 * number, ORDER);
            t22.sub(t21).intoMemorySegment(ALL, to + 10 * number, ORDER);
            t21.sub(t23).intoMemorySegment(ALL, to + 11 * number, ORDER);
            t30.sub(t32).intoMemorySegment(ALL, to + 12 * number, ORDER);
            t31.add(t32).intoMemorySegment(ALL, to + 13 * number, ORDER);
            t32.sub(t31).intoMemorySegment(ALL, to + 14 * number, ORDER);
            t31.sub(t33).intoMemorySegment(ALL, to + 15 * number, ORDER);
        }
    }

    /** Aᵀ·M·A of vectors of tiles; whether all is finite, of the last vector only {@code lanes}. */
    private static boolean output(int vectors, long m, long number, long to, long part, long lanes) {
        FloatVector check = FloatVector.zero(F);
        for (int i = 0; i < vectors; i++, m += VB, to += VB) {
            // Of the columns, A's signs: 0 + 1 + 2, 1 − 2 − 3; then the same of the rows.
            FloatVector a = fromMemorySegment(F, ALL, m + 4 * number, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, m + 8 * number, ORDER);
            FloatVector s0 = fromMemorySegment(F, ALL, m, ORDER).add(a).add(b);
            FloatVector d0 = a.sub(b).sub(fromMemorySegment(F, ALL, m + 12 * number, ORDER));
            a = fromMemorySegment(F, ALL, m + 5 * number, ORDER);
            b = fromMemorySegment(F, ALL, m + 9 * number, ORDER);
            FloatVector s1 = fromMemorySegment(F, ALL, m + number, ORDER).add(a).add(b);
            FloatVector d1 = a.sub(b).sub(fromMemorySegment(F, ALL, m + 13 * number, ORDER));
            a = fromMemorySegment(F, ALL, m + 6 * number, ORDER);
            b = fromMemorySegment(F, ALL, m + 10 * number, ORDER);
            FloatVector s2 =
                    fromMemorySegment(F, ALL, m + 2 * number, ORDER).add(a).add(b);
            FloatVector d2 = a.sub(b).sub(fromMemorySegment(F, ALL, m + 14 * number, ORDER));
            a = fromMemorySegment(F, ALL, m + 7 * number, ORDER);
            b = fromMemorySegment(F, ALL, m + 11 * number, ORDER);
            FloatVector s3 =
                    fromMemorySegment(F, ALL, m + 3 * number, ORDER).add(a).add(b);
            FloatVector d3 = a.sub(b).sub(fromMemorySegment(F, ALL, m + 15 * number, ORDER));
            FloatVector y00 = s0.add(s1).add(s2);
            FloatVector y01 = s1.sub(s2).sub(s3);
            FloatVector y10 = d0.add(d1).add(d2);
            FloatVector y11 = d1.sub(d2).sub(d3);
            y00.intoMemorySegment(ALL, to, ORDER);
            y01.intoMemorySegment(ALL, to + part, ORDER);
            y10.intoMemorySegment(ALL, to + 2 * part, ORDER);
            y11.intoMemorySegment(ALL, to + 3 * part, ORDER);
            // Nothing times what is not finite is not a number.
            FloatVector none = y00.add(y01).add(y10.add(y11)).mul(0f);
            check = check.add(none, VectorMask.fromLong(F, i == vectors - 1 ? lanes : -1L));
        }
        return !check.test(VectorOperators.IS_NAN).anyTrue();
    }

    /** Deals the pixels of the tiles of {@code n} images out to y. */
    private void join(int n, long parts, long row, long y) {
        int across = tiles.w.out();
        long image = 4L * across * tiles.h.out();
        long part = outputs * row;
        long[] places = 2 * width <= W ? places(part, across) : null;
        pool.parallelFor(Math.multiplyExact(n, outputs), 1 + Nest.CHUNK / (1 + height * width), (from, to) -> {
            long[] columns = new long[2];
            long end = y + 4L * to * height * width;
            for (int i = from; i < to; i++) {
                long plane = parts + i % outputs * row + i / outputs * image;
                if (places != null) {
                    gather(plane, places, y + 4L * i * height * width);
                    continue;
                }
                for (int r = 0; r < height; r++) {
                    columns[0] = plane + r % 2 * 2L * part + 4L * (r / 2) * across;
                    columns[1] = columns[0] + part;
                    Planes.join(width, columns, 0, y + 4 * ((long) i * height + r) * width, end);
                }
            }
        });
    }

    /** From where in the parts each pixel of a plane comes, in bytes. */
    private long[] places(long part, int across) {
        var places = new long[height * width];
        for (int i = 0; i < places.length; i++) {
            int r = i / width;
            int c = i % width;
            places[i] = (r % 2 * 2L + c % 2) * part + 4L * (r / 2 * across + c / 2);
        }
        return places;
    }

    private static void gather(long from, long[] places, long to) {
        for (int i = 0; i < places.length; i++) {
            set(to + 4L * i, get(from + places[i]));
        }
    }
}
