package sensorium.kernels.opencl;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_mem;
import sensorium.backend.Backend;
import sensorium.memory.MemoryStats;
import sensorium.memory.Storage;
import sensorium.memory.TensorMemoryException;

/**
 * The buffers of one device, in size classes (four a power of two) and kept for reuse when released. The queue is in order,
 * so a buffer may be handed on while commands that use it are still waiting.
 *
 * <p>In <em>guarded</em> mode fresh memory is filled with NaN and each buffer ends in a canary that is checked when it is
 * released, as {@link sensorium.memory.HostMemory} does.
 */
final class DeviceMemory implements DeviceQueue.Shortage {
    private static final long ALIGNMENT = 128;
    private static final byte GUARD = (byte) 0xFF;

    private final DeviceQueue queue;
    private final Chain chain;
    private final long limit;
    private final boolean guarded;
    private final Map<Long, ArrayDeque<Block>> free = new HashMap<>();
    private final Set<DeviceStorage> live = ConcurrentHashMap.newKeySet();
    private long active;
    private long peak;
    private long cached;

    private record Block(cl_mem memory, long bytes, Ledger.Entry entry) {}

    /**
     * @param limit most bytes to take from the device
     * @param chain what may still want a buffer when its last user has gone
     */
    DeviceMemory(DeviceQueue queue, Chain chain, long limit, boolean guarded) {
        this.queue = queue;
        this.chain = chain;
        this.limit = limit;
        this.guarded = guarded;
    }

    /**
     * A buffer of at least {@code bytes} bytes with undefined content.
     *
     * @throws TensorMemoryException if limit or driver refuse even after the pool was drained
     */
    DeviceStorage allocate(Backend owner, long bytes) {
        long size = sizeClass(Math.max(1, bytes) + (guarded ? ALIGNMENT : 0));
        Block block;
        synchronized (this) {
            block = take(size);
            active += size;
            peak = Math.max(peak, active);
        }
        var storage = new DeviceStorage(this, owner, block, bytes);
        if (guarded) {
            queue.fill(block.memory, block.bytes, GUARD);
        }
        live.add(storage);
        return storage;
    }

    private Block take(long size) {
        ArrayDeque<Block> reusable = free.get(size);
        if (reusable != null && !reusable.isEmpty()) {
            cached -= size;
            return reusable.pop();
        }
        if (active + cached + size > limit) {
            drain();
        }
        if (active + size > limit) {
            throw exhausted("%.1f of the device's %.1f MB were asked for".formatted(size / 1e6, limit / 1e6));
        }
        try {
            return create(size);
        } catch (CLException first) {
            refuseUnlessMemory(first, size);
            relieve();
            try {
                return create(size);
            } catch (CLException second) {
                refuseUnlessMemory(second, size);
                throw exhausted("the driver has no %.1f MB (%s)".formatted(size / 1e6, second.getMessage()));
            }
        }
    }

    private Block create(long size) {
        cl_mem memory = queue.createBuffer(size);
        return new Block(
                memory,
                size,
                queue.ledger().open(Ledger.Kind.MEMORY, size + " bytes", () -> CL.clReleaseMemObject(memory)));
    }

    /** Rethrows what is no lack of memory. */
    private void refuseUnlessMemory(CLException e, long size) {
        if (e.getStatus() == CL.CL_INVALID_BUFFER_SIZE) {
            throw exhausted("the device takes no buffer of %.1f MB".formatted(size / 1e6));
        }
        if (!DeviceQueue.isShortage(e)) {
            throw e;
        }
    }

    @Override
    public void relieve() {
        queue.finish();
        drain();
    }

    @Override
    public TensorMemoryException report(String why) {
        return exhausted(why);
    }

    private TensorMemoryException exhausted(String why) {
        return new TensorMemoryException(
                "[memory] no memory left on the device: %s, in use are %s. Largest live tensors: %s. Release some, "
                                .formatted(why, stats(), largest(8))
                        + "or use smaller batches");
    }

    private String largest(int n) {
        return live.stream()
                .sorted(Comparator.comparingLong(DeviceStorage::bytes).reversed())
                .limit(n)
                .map(Storage::toString)
                .collect(Collectors.joining(", "));
    }

    private static long sizeClass(long bytes) {
        long quarter = Math.max(ALIGNMENT, Long.highestOneBit(bytes - 1) >> 2);
        return Math.addExact(bytes, quarter - 1) / quarter * quarter;
    }

    private synchronized void giveBack(DeviceStorage storage) {
        if (!live.remove(storage)) {
            return; // the device was closed before
        }
        active -= storage.block.bytes;
        cached += storage.block.bytes;
        free.computeIfAbsent(storage.block.bytes, _ -> new ArrayDeque<>()).push(storage.block);
    }

    private void checkGuard(DeviceStorage storage) {
        byte[] tail = new byte[(int) ALIGNMENT];
        queue.read(storage.block.memory, storage.block.bytes - ALIGNMENT, tail);
        for (byte b : tail) {
            if (b != GUARD) {
                throw new IllegalStateException("[memory] a kernel wrote outside the bounds of " + storage);
            }
        }
    }

    /** Gives the buffers that nobody uses back to the driver. */
    synchronized void drain() {
        for (ArrayDeque<Block> blocks : free.values()) {
            for (Block block : blocks) {
                cached -= block.bytes;
                block.entry.close();
            }
            blocks.clear();
        }
    }

    /** Gives everything back to the driver, also what is alive: nobody can use it any more. */
    synchronized void close() {
        drain();
        for (DeviceStorage storage : live) {
            active -= storage.block.bytes;
            storage.block.entry.close();
        }
        live.clear();
    }

    synchronized MemoryStats stats() {
        return new MemoryStats(active, peak, cached, live.size());
    }

    /** A buffer of the device. */
    static final class DeviceStorage extends Storage {
        private final DeviceMemory pool;
        private final Backend owner;
        private final Block block;
        private final long bytes;

        private DeviceStorage(DeviceMemory pool, Backend owner, Block block, long bytes) {
            this.pool = pool;
            this.owner = owner;
            this.block = block;
            this.bytes = bytes;
        }

        cl_mem buffer() {
            return block.memory;
        }

        @Override
        public Backend backend() {
            return owner;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        /** At once, or when the chain that it is part of has been submitted. */
        @Override
        protected void free() {
            if (!pool.chain.keeps(this)) {
                end();
            }
        }

        /** Gives the buffer back to the pool. */
        void end() {
            try {
                if (pool.guarded && pool.live.contains(this)) {
                    pool.checkGuard(this);
                }
            } finally {
                pool.giveBack(this);
            }
        }
    }
}
