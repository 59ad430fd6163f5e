package sensorium.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import sensorium.memory.HugePages;

/**
 * Working memory of one thread, kept from call to call: packed panels, score tiles, padded planes. Each use has its own
 * slot, so kernels that call kernels don't tread on one another.
 */
final class Scratch {
    enum Slot {
        GEMM_A,
        GEMM_B,
        ROW,
        SCORES,
        SCORES_GRAD,
        QUERIES,
        KEYS,
        VALUES,
        PLANES,
        WEIGHTS,
        ROWS,
        SEEN,
        SLOPES,
        OUTPUT,
        PARTIAL,
        TILE,
        BLOCKS,
        TAIL,
        STATISTICS,
        TURNED,
        SQUARE,
        BUTTERFLY,
        COMPLEX,
        SPECTRUM,
        ALIGNMENT,
        ALIGNMENT_SUMS
    }

    private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);

    private final MemorySegment[] slots = new MemorySegment[Slot.values().length];

    /** Address, aligned to 64 bytes, of room for {@code count} floats with whatever content; valid until the next call for this slot. */
    static long floats(Slot slot, long count) {
        return MINE.get().reserve(slot.ordinal(), 4 * count);
    }

    private long reserve(int slot, long bytes) {
        MemorySegment held = slots[slot];
        if (held == null || held.byteSize() < bytes) {
            // Rounded up so that slowly growing demands don't allocate each time.
            long size = Math.max(4096, Long.highestOneBit(Math.max(1, bytes - 1)) << 1);
            held = HugePages.allocate(Arena.ofAuto(), size);
            slots[slot] = held;
        }
        return held.address();
    }
}
