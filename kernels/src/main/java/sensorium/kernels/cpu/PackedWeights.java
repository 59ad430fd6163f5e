package sensorium.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Gemm.Packed;
import sensorium.memory.HostMemory.Derived;
import sensorium.memory.HostMemory.HostStorage;
import sensorium.memory.HugePages;

/**
 * The weight of a linear map in the panels that its products read. Copying it there takes as long as multiplying some thirty rows with
 * it, so a weight that has been used a few times is kept so until it changes or goes. One that is trained changes with every step, before
 * that. The numbers are those that would be packed each time.
 */
final class PackedWeights implements Derived {
    /** Products after which a weight is taken for one that stays: more than a step of training makes of it. */
    private static final int USES = 8;
    /** Of all that are kept, in bytes: what a large model reads from its file does not come to memory a second time. */
    private static final long MOST_BYTES = 512L << 20;

    private static final long SLAB_BYTES = 4 * HugePages.BYTES;
    private static final int ALIGNMENT = 64;

    private static final AtomicLong HELD = new AtomicLong();
    private static MemorySegment slab = MemorySegment.NULL;
    private static long slabUsed;

    private final Matrix weight;
    private final int k;
    private final int n;
    private int uses;
    private long held;
    /** Its memory goes when nobody can read it any more. */
    private MemorySegment memory;

    private Packed packed;

    private PackedWeights(Matrix weight, int k, int n) {
        this.weight = weight;
        this.k = k;
        this.n = n;
    }

    /**
     * The panels of B[k, n], which lies in a block; null where it has not been used often enough, or there is no room.
     *
     * @param storage where one such matrix is kept, the one that was used last
     */
    static PackedWeights of(HostStorage storage, Matrix b, int k, int n) {
        if (!(storage.derived() instanceof PackedWeights known) || !known.isOf(b, k, n)) {
            storage.derive(new PackedWeights(b, k, n));
            return null;
        }
        return known.isReady() ? known : null;
    }

    private boolean isOf(Matrix b, int depth, int columns) {
        return weight.equals(b) && k == depth && n == columns;
    }

    private synchronized boolean isReady() {
        if (packed != null || ++uses < USES) {
            return packed != null;
        }
        long bytes = 4 * Packed.floats(k, n);
        if (HELD.addAndGet(bytes) > MOST_BYTES) {
            HELD.addAndGet(-bytes);
            uses = Integer.MIN_VALUE; // not asked again
            return false;
        }
        held = bytes;
        memory = room(bytes);
        packed = Packed.of(weight, k, n, memory.address());
        return true;
    }

    /** Weights that are smaller than a large page share some: read one after the other, each small page is one that must be looked up. */
    private static synchronized MemorySegment room(long bytes) {
        if (bytes > SLAB_BYTES / 2) {
            return HugePages.allocate(Arena.ofAuto(), bytes);
        }
        if (slab.byteSize() - slabUsed < bytes) {
            slab = HugePages.allocate(Arena.ofAuto(), SLAB_BYTES);
            slabUsed = 0;
        }
        MemorySegment part = slab.asSlice(slabUsed, bytes); // the slab stays as long as one of its parts
        slabUsed += Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
        return part;
    }

    /** What is multiplied with, as long as this is reachable. */
    Packed packed() {
        return packed;
    }

    @Override
    public synchronized void dropped() {
        HELD.addAndGet(-held);
        held = 0;
    }
}
