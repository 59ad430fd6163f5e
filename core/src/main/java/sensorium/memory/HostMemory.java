package sensorium.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import sensorium.backend.Backend;

/**
 * Off-heap memory for the backends that compute on the host: 64-byte aligned blocks from size classes (four a power of
 * two), kept for reuse when released. Small blocks are cut from slabs, large ones are mapped one by one so that
 * {@link #drain} can return them to the system; both lie in {@link HugePages}.
 *
 * <p>In <em>guarded</em> mode every block has canaries on both sides, checked when it is released, and fresh memory is
 * filled with NaN: a kernel that writes past its output or reads what it did not write is found out.
 */
public final class HostMemory {
    private static final int ALIGNMENT = 64;
    private static final int CANARY_BYTES = 64;
    private static final long CANARY = 0x5EA5_0C0D_DEAD_F00DL;
    private static final long SLAB_BYTES = 8L << 20;
    private static final long LARGE = HugePages.BYTES;

    private final boolean guarded;
    private final long limit;
    private final Map<Long, ArrayDeque<Block>> free = new HashMap<>();
    private final Set<HostStorage> live = ConcurrentHashMap.newKeySet();
    private MemorySegment slab = MemorySegment.NULL;
    private long slabUsed;
    private long active;
    private long peak;
    private long cached;
    private long reserved;

    private record Block(MemorySegment memory, Arena arena) {}

    public HostMemory(boolean guarded) {
        this(guarded, defaultLimit());
    }

    /** @param limit most bytes to take from the system */
    public HostMemory(boolean guarded, long limit) {
        this.guarded = guarded;
        this.limit = limit;
    }

    /** The mode and limit that the system properties {@code sensorium.memory.guarded} and {@code .limit} ask for. */
    public static HostMemory configured() {
        return new HostMemory(Boolean.getBoolean("sensorium.memory.guarded"));
    }

    private static long defaultLimit() {
        Long asked = Long.getLong("sensorium.memory.limit");
        if (asked != null) {
            return asked;
        }
        // Three quarters of the machine: the heap and the page cache need the rest.
        var os = ManagementFactory.getOperatingSystemMXBean();
        return os instanceof com.sun.management.OperatingSystemMXBean m
                ? m.getTotalMemorySize() / 4 * 3
                : Long.MAX_VALUE;
    }

    public boolean guarded() {
        return guarded;
    }

    /**
     * A block of at least {@code bytes} bytes with undefined content (NaN when guarded).
     *
     * @throws TensorMemoryException if the limit or the system refuses even after the pool was drained
     */
    public HostStorage allocate(Backend owner, long bytes) {
        long padded = Math.addExact(Math.max(bytes, 1), guarded ? 2 * CANARY_BYTES : 0);
        long size = sizeClass(padded);
        Block block;
        synchronized (this) {
            block = take(size);
            active += size;
            peak = Math.max(peak, active);
        }
        long skip = guarded ? CANARY_BYTES : 0;
        MemorySegment usable = block.memory.asSlice(skip, Math.max(bytes, 1));
        var storage = new HostStorage(this, owner, block, usable, bytes);
        if (guarded) {
            fillGuards(block.memory, usable);
        }
        live.add(storage);
        return storage;
    }

    /**
     * Memory that somebody else owns, such as a mapped file, as a block to read from. It always has a reference more than its handles:
     * so it never counts as anyone's alone, and no result takes its place. It is no part of the pool and of its figures.
     */
    public HostStorage borrow(Backend owner, MemorySegment foreign) {
        var storage = new HostStorage(this, owner, new Block(foreign, null), foreign, foreign.byteSize());
        storage.retain();
        return storage;
    }

    private Block take(long size) {
        ArrayDeque<Block> reusable = free.get(size);
        if (reusable != null && !reusable.isEmpty()) {
            cached -= size;
            return reusable.pop();
        }
        return size < LARGE ? cut(size) : map(size);
    }

    /** A block from the system; when there is none, the pool's own unused blocks go back first. */
    private Block map(long size) {
        if (reserved + size > limit) {
            drain();
        }
        if (reserved + size > limit) {
            throw exhausted(size, "the limit is %.1f MB".formatted(limit / 1e6));
        }
        Arena arena = Arena.ofShared();
        MemorySegment memory;
        try {
            memory = HugePages.allocate(arena, size);
        } catch (OutOfMemoryError first) {
            drain();
            try {
                memory = HugePages.allocate(arena, size);
            } catch (OutOfMemoryError second) {
                arena.close();
                throw exhausted(size, "the system has no more");
            }
        }
        reserved += size;
        return new Block(memory, arena);
    }

    private TensorMemoryException exhausted(long size, String why) {
        return new TensorMemoryException(
                "[memory] no %.1f MB left: %s, in use are %s. Largest live tensors: %s. Release some, "
                                .formatted(size / 1e6, why, stats(), largest(8))
                        + "or use smaller batches");
    }

    private Block cut(long size) {
        if (slab.byteSize() - slabUsed < size) {
            Block fresh = map(SLAB_BYTES);
            slab = fresh.memory;
            slabUsed = 0;
        }
        MemorySegment memory = slab.asSlice(slabUsed, size);
        slabUsed += size;
        return new Block(memory, null);
    }

    /** Four classes a power of two, so at most a quarter is wasted; multiples of the alignment. */
    private static long sizeClass(long bytes) {
        if (bytes <= 4 * ALIGNMENT) {
            return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        long quarter = Math.max(ALIGNMENT, Long.highestOneBit(bytes - 1) >> 2);
        return Math.addExact(bytes, quarter - 1) / quarter * quarter;
    }

    private synchronized void giveBack(HostStorage storage) {
        live.remove(storage);
        Block block = storage.block;
        long size = block.memory.byteSize();
        active -= size;
        cached += size;
        free.computeIfAbsent(size, _ -> new ArrayDeque<>()).push(block);
    }

    /** Returns large cached blocks to the system. */
    public synchronized void drain() {
        for (ArrayDeque<Block> blocks : free.values()) {
            blocks.removeIf(b -> {
                if (b.arena == null) {
                    return false;
                }
                cached -= b.memory.byteSize();
                reserved -= b.memory.byteSize();
                b.arena.close();
                return true;
            });
        }
    }

    public synchronized MemoryStats stats() {
        return new MemoryStats(active, peak, cached, live.size());
    }

    public synchronized void resetPeak() {
        peak = active;
    }

    private String largest(int n) {
        return live.stream()
                .sorted(Comparator.comparingLong(HostStorage::bytes).reversed())
                .limit(n)
                .map(Storage::toString)
                .collect(Collectors.joining(", "));
    }

    private static void fillGuards(MemorySegment whole, MemorySegment usable) {
        for (long i = 0; i < CANARY_BYTES; i += 8) {
            whole.set(ValueLayout.JAVA_LONG_UNALIGNED, i, CANARY);
        }
        // All ones is NaN in every float format and an absurd value in the integer ones.
        usable.fill((byte) 0xFF);
        long after = CANARY_BYTES + usable.byteSize();
        for (long i = 0; i < CANARY_BYTES; i += 8) {
            whole.set(ValueLayout.JAVA_LONG_UNALIGNED, after + i, CANARY);
        }
    }

    private static void checkGuards(HostStorage storage) {
        MemorySegment whole = storage.block.memory;
        long after = CANARY_BYTES + storage.memory.byteSize();
        for (long i = 0; i < CANARY_BYTES; i += 8) {
            if (whole.get(ValueLayout.JAVA_LONG_UNALIGNED, i) != CANARY
                    || whole.get(ValueLayout.JAVA_LONG_UNALIGNED, after + i) != CANARY) {
                throw new IllegalStateException("[memory] a kernel wrote outside the bounds of " + storage);
            }
        }
    }

    /** What a backend keeps beside a block because it is dear to make of its contents, such as the same numbers in another order. */
    @FunctionalInterface
    public interface Derived {
        /** The block is gone, or its contents change. */
        void dropped();
    }

    /** A block of host memory. Backends that compute on the host read its address; nobody else does. */
    public static final class HostStorage extends Storage {
        private final AtomicReference<Derived> derived = new AtomicReference<>();
        private final HostMemory memoryPool;
        private final Backend owner;
        private final Block block;
        private final MemorySegment memory;
        private final long bytes;

        private HostStorage(HostMemory pool, Backend owner, Block block, MemorySegment memory, long bytes) {
            this.memoryPool = pool;
            this.owner = owner;
            this.block = block;
            this.memory = memory;
            this.bytes = bytes;
        }

        @Override
        public Backend backend() {
            return owner;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        /** Bounds-checked access. */
        public MemorySegment memory() {
            return memory;
        }

        /** The address of the first byte: 64-byte aligned, if it is not borrowed. */
        public long address() {
            return memory.address();
        }

        /** What was derived from the contents as they are, or null. */
        public Derived derived() {
            return derived.get();
        }

        /** Keeps something that is right as long as the contents stay as they are, in the place of what was kept; null for nothing. */
        public void derive(Derived fresh) {
            Derived old = derived.getAndSet(fresh);
            if (old != null) {
                old.dropped();
            }
        }

        @Override
        protected void forget() {
            derive(null);
        }

        @Override
        protected void free() {
            forget();
            try {
                if (memoryPool.guarded) {
                    checkGuards(this);
                }
            } finally {
                memoryPool.giveBack(this);
            }
        }
    }
}
