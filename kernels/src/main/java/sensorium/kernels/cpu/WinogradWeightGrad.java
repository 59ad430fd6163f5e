package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.GemmTiles.PANEL_ROW;
import static sensorium.kernels.cpu.GemmTiles.VECTORS;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.GemmTiles.Tile;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * The gradient of 3 × 3 filters of stride 1 by {@link Winograd}'s tiles, its forward pass read backwards: the gradient of a
 * tile's four pixels becomes 16 numbers, {@code A·dy·Aᵀ}, each of which meets V's over all tiles in a product of matrices, and
 * {@code dg = Gᵀ·dU·G} leads back from their sum.
 */
final class WinogradWeightGrad {
    private static final int BASIS = Winograd.BASIS;
    /** Floats of what tiles become that are made at once: the last cache. */
    private static final int NUMBERS = 1 << 21;
    /** Most tiles that a product sums in one go, and that a task makes at once. */
    private static final int DEPTH = 256;

    private final Conv conv;
    private final WorkPool pool;
    private final ConvWeightGrad plain;
    /** The tiles as the pixels of a convolution. */
    private final Conv tiles;

    private final int inTile; // tiles of an image
    /** Panels of outputs. */
    private final int panels;

    WinogradWeightGrad(Conv conv) {
        this.conv = conv;
        pool = conv.pool;
        plain = new ConvWeightGrad(conv);
        tiles = new Conv(
                pool, Winograd.tiles(conv.h), Winograd.tiles(conv.w), conv.images, 1, conv.inputs, conv.outputs);
        inTile = tiles.h.out() * tiles.w.out();
        panels = Math.ceilDiv(conv.outputs, GemmTiles.COLUMNS);
    }

    /** As {@link Winograd#forward}: whether all of dweight is finite. */
    boolean run(long x, long dy, long dweight) {
        int inputs = conv.inputs;
        int chunk = tiles.chunk(tiles.inputFloats());
        var planes = tiles.inputPlanes(chunk, inputs);
        var patches = tiles.patchesOf(planes);
        long slopes = plain.slopes(chunk);
        int most = Math.clamp(NUMBERS / BASIS / (inputs + panels * GemmTiles.COLUMNS) / DEPTH, 1, 16) * DEPTH;
        var v = new Numbers(Slot.KEYS, inputs, 4L * most + VB); // (16, inputs, tiles)
        var spread =
                new Numbers(Slot.VALUES, panels, PANEL_ROW * most); // A·dy·Aᵀ: (16, panels, tiles, columns of a panel)
        var sums = new Numbers(Slot.SCORES, inputs, PANEL_ROW * panels); // dU: (16, inputs, panels · columns)
        int rows = 8 * GemmTiles.ROWS;
        int parts = Math.ceilDiv(inputs, rows);
        for (int first = 0; first < conv.images; first += chunk) {
            int n = Math.min(chunk, conv.images - first);
            long from = x + 4L * first * inputs * conv.h.in() * conv.w.in();
            planes.fill(pool, from, n, conv.h.in(), conv.w.in(), conv.h.pad(), conv.w.pad());
            plain.turn(dy + 4L * first * conv.outputs * conv.h.out() * conv.w.out(), n, slopes);
            for (int tile = 0; tile < n * inTile; tile += most) {
                int begin = tile;
                int count = Math.min(most, n * inTile - begin);
                boolean add = first > 0 || begin > 0;
                pool.parallelFor(Math.ceilDiv(count, DEPTH), 1, (i, end) -> {
                    for (; i < end; i++) {
                        int at = i * DEPTH;
                        int some = Math.min(DEPTH, count - at);
                        see(patches, begin + at, some, v, v.address + 4L * at);
                        spread(begin + at, some, slopes, spread, spread.address + PANEL_ROW * at);
                    }
                });
                pool.parallelFor(BASIS * parts, 1, (i, end) -> {
                    for (; i < end; i++) {
                        int c = i % parts * rows;
                        int t = i / parts;
                        sum(
                                Math.min(rows, inputs - c),
                                count,
                                v,
                                v.at(t, c),
                                spread,
                                spread.at(t, 0),
                                sums,
                                sums.at(t, c),
                                add);
                    }
                });
            }
        }
        long taps = Scratch.floats(Slot.PARTIAL, 9L * inputs * plain.width);
        pool.parallelFor(inputs, 1 + Nest.CHUNK / (BASIS * plain.width), (c, end) -> {
            for (; c < end; c++) {
                long to = taps + 36L * c * plain.width;
                filter(plain.width / W, sums.at(0, c), sums.step(), to, 4L * plain.width);
            }
        });
        plain.putSums(taps, 1, dweight);
        return isFinite(dweight, 9L * inputs * conv.outputs);
    }

    /**
     * 16 matrices.
     *
     * @param row bytes from one row to the next
     */
    private record Numbers(long address, int rows, long row) {
        Numbers(Slot slot, int rows, long row) {
            this(Scratch.floats(slot, (long) BASIS * rows * row / 4), rows, row);
        }

        /** Bytes from one matrix to the next. */
        long step() {
            return rows * row;
        }

        long at(int matrix, int i) {
            return address + matrix * step() + i * row;
        }
    }

    /** V of some tiles. */
    private void see(Patches patches, int begin, int count, Numbers v, long to) {
        long panel = PANEL_ROW * Winograd.CHANNELS * BASIS;
        int vectors = Math.ceilDiv(count, W);
        long seen = Scratch.floats(Slot.SEEN, Math.ceilDiv(vectors, VECTORS) * panel / 4);
        for (int c = 0; c < conv.inputs; c += Winograd.CHANNELS) {
            int channels = Math.min(Winograd.CHANNELS, conv.inputs - c);
            patches.copy(begin, count, c, channels, seen, PANEL_ROW, panel);
            for (int i = 0; i < vectors; i++) {
                long from = seen + i / VECTORS * panel + i % VECTORS * VB;
                Winograd.input(channels, from, to + c * v.row + i * VB, v.row, v.step());
            }
        }
    }

    /** A·dy·Aᵀ of some tiles; beyond the map, where it ends in half a tile, dy is zero. */
    private void spread(int begin, int count, long slopes, Numbers spread, long to) {
        int width = conv.w.out();
        int across = tiles.w.out();
        long none = Scratch.floats(Slot.ROWS, GemmTiles.COLUMNS);
        Lanes.fill(none, GemmTiles.COLUMNS, 0f);
        for (int i = begin; i < begin + count; i++, to += PANEL_ROW) {
            int r = 2 * (i % inTile / across);
            int c = 2 * (i % across);
            boolean right = c + 1 < width;
            boolean below = r + 1 < conv.h.out();
            long at = PANEL_ROW * ((long) i / inTile * conv.h.out() * width + (long) r * width + c);
            long down = PANEL_ROW * width;
            for (int p = 0; p < panels; p++) {
                long own = slopes + p * plain.panel + at;
                spread(
                        own,
                        right ? own + PANEL_ROW : none,
                        below ? own + down : none,
                        right && below ? own + down + PANEL_ROW : none,
                        to + p * spread.row,
                        spread.step());
            }
        }
    }

    private static void spread(long y00, long y01, long y10, long y11, long to, long number) {
        for (long i = 0; i < PANEL_ROW; i += VB) {
            FloatVector a = fromMemorySegment(F, ALL, y00 + i, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, y01 + i, ORDER);
            FloatVector c = fromMemorySegment(F, ALL, y10 + i, ORDER);
            FloatVector d = fromMemorySegment(F, ALL, y11 + i, ORDER);
            put(a, b, to + i, number);
            put(a.add(c), b.add(d), to + i + 4 * number, number);
            put(a.sub(c), b.sub(d), to + i + 8 * number, number);
            put(c.neg(), d.neg(), to + i + 12 * number, number);
        }
    }

    private static void put(FloatVector a, FloatVector b, long to, long number) {
        a.intoMemorySegment(ALL, to, ORDER);
        a.add(b).intoMemorySegment(ALL, to + number, ORDER);
        a.sub(b).intoMemorySegment(ALL, to + 2 * number, ORDER);
        b.neg().intoMemorySegment(ALL, to + 3 * number, ORDER);
    }

    /** {@code sums[c, o] (+)= Σ v[c, tile] · spread[tile, o]}, from row {@code c} of V and of the sums on. */
    private void sum(
            int rows, int count, Numbers v, long a, Numbers spread, long b, Numbers sums, long c, boolean add) {
        var tile = new Tile();
        tile.aRow = v.row;
        tile.aCol = 4;
        tile.bRow = PANEL_ROW;
        tile.cRow = sums.row;
        for (int k = 0; k < count; k += DEPTH) {
            tile.depth = Math.min(DEPTH, count - k);
            long panel = b + k * tile.bRow;
            Gemm.panels(tile, rows, plain.width, a + 4L * k, panel, spread.row, c, add || k > 0);
        }
    }

    /** Gᵀ·dU·G of a channel's filters for all outputs. */
    private static void filter(int vectors, long u, long number, long to, long tap) {
        for (int i = 0; i < vectors; i++, u += VB, to += VB) {
            // Of the rows into the first numbers of each column, in place; then the same of the columns.
            for (int j = 0; j < 4; j++) {
                long at = u + j * number;
                FloatVector b =
                        fromMemorySegment(F, ALL, at + 4 * number, ORDER).mul(0.5f);
                FloatVector c =
                        fromMemorySegment(F, ALL, at + 8 * number, ORDER).mul(0.5f);
                FloatVector d = fromMemorySegment(F, ALL, at + 12 * number, ORDER);
                FloatVector sum = b.add(c);
                fromMemorySegment(F, ALL, at, ORDER).add(sum).intoMemorySegment(ALL, at, ORDER);
                b.sub(c).intoMemorySegment(ALL, at + 4 * number, ORDER);
                sum.add(d).intoMemorySegment(ALL, at + 8 * number, ORDER);
            }
            for (int j = 0; j < 3; j++) {
                long at = u + 4L * j * number;
                FloatVector b = fromMemorySegment(F, ALL, at + number, ORDER).mul(0.5f);
                FloatVector c =
                        fromMemorySegment(F, ALL, at + 2 * number, ORDER).mul(0.5f);
                FloatVector sum = b.add(c);
                fromMemorySegment(F, ALL, at, ORDER).add(sum).intoMemorySegment(ALL, to + 3L * j * tap, ORDER);
                b.sub(c).intoMemorySegment(ALL, to + (3L * j + 1) * tap, ORDER);
                sum.add(fromMemorySegment(F, ALL, at + 3 * number, ORDER))
                        .intoMemorySegment(ALL, to + (3L * j + 2) * tap, ORDER);
            }
        }
    }

    private static boolean isFinite(long x, long n) {
        FloatVector check = FloatVector.zero(F);
        long i = 0;
        for (; i <= n - W; i += W) {
            check = fromMemorySegment(F, ALL, x + 4 * i, ORDER).mul(0f).add(check);
        }
        boolean finite = !Float.isNaN(Reduce.sum(check));
        for (; i < n; i++) {
            finite &= Float.isFinite(Lanes.get(x + 4 * i));
        }
        return finite;
    }
}
