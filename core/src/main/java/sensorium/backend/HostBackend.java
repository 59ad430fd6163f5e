package sensorium.backend;

import java.lang.foreign.MemorySegment;
import sensorium.memory.HostMemory;
import sensorium.memory.HostMemory.HostStorage;
import sensorium.memory.MemoryStats;
import sensorium.memory.Storage;
import sensorium.tensor.Device;

/** What all backends that compute in host memory share: everything but the computing. */
public abstract class HostBackend implements Backend {
    private final Device device;
    private final HostMemory memory;

    protected HostBackend(Device device, HostMemory memory) {
        this.device = device;
        this.memory = memory;
    }

    /** The storage of an operand, bounds-checked; views begin at {@code layout().offset()}, not at its start. */
    public static MemorySegment memory(Operand operand) {
        return ((HostStorage) operand.storage()).memory();
    }

    @Override
    public final Device device() {
        return device;
    }

    @Override
    public void synchronize() {
        // Every op has finished when it returns.
    }

    @Override
    public Storage allocate(long bytes) {
        return memory.allocate(this, bytes);
    }

    @Override
    public void upload(MemorySegment source, Storage target) {
        MemorySegment.copy(source, 0, ((HostStorage) target).memory(), 0, source.byteSize());
    }

    @Override
    public Storage borrow(MemorySegment source) {
        return source.isNative() ? memory.borrow(this, source) : Backend.super.borrow(source);
    }

    @Override
    public void download(Storage source, MemorySegment target) {
        MemorySegment.copy(((HostStorage) source).memory(), 0, target, 0, target.byteSize());
    }

    @Override
    public final MemoryStats memory() {
        return memory.stats();
    }

    /** Returns what the pool keeps for reuse to the system. */
    public final void drain() {
        memory.drain();
    }
}
