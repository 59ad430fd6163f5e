package sensorium.backend;

import java.lang.foreign.MemorySegment;
import java.util.List;
import sensorium.memory.MemoryStats;
import sensorium.memory.Storage;
import sensorium.op.Op;
import sensorium.tensor.Device;
import sensorium.tensor.Spec;

/**
 * A place that computes. The dispatcher has checked shapes, types, bounds and lifetimes and pins every storage before
 * {@link #run}; a backend only computes.
 */
public interface Backend {
    Device device();

    /** One line for people: processor, vector width, threads, or GPU and driver. */
    String description();

    /** Whether there is a kernel for this op on these operands. A fused op without one runs as its fallback. */
    boolean supports(Op op, List<Spec> inputs);

    /**
     * Computes {@code op}. Inputs may be strided, broadcast (stride 0) or flipped (negative stride); outputs are fresh
     * and contiguous from the start of their storage, and never overlap inputs, unless they take their place as {@link
     * sensorium.op.Fused#replaces} says.
     */
    void run(Op op, List<Operand> inputs, List<Operand> outputs);

    /** Waits until all work given so far is done. */
    void synchronize();

    /** A block of at least {@code bytes} bytes, with one reference that belongs to the caller. */
    Storage allocate(long bytes);

    /** Copies the whole of {@code source} to the start of {@code target}. */
    void upload(MemorySegment source, Storage target);

    /**
     * A block with the content of {@code source}, which may be that memory itself: it must stay as it is as long as it is reachable.
     * Nothing is written to it. By default, and where memory is not the host's, it is copied.
     */
    default Storage borrow(MemorySegment source) {
        Storage storage = allocate(source.byteSize());
        upload(source, storage);
        return storage;
    }

    /** Copies the first bytes of {@code source} over the whole of {@code target}; waits for pending work. */
    void download(Storage source, MemorySegment target);

    MemoryStats memory();

    /** What {@code --profile} adds to the times of the ops, a line each: what a driver holds, what took another way. */
    default List<String> diagnostics() {
        return List.of();
    }
}
