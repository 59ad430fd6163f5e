package sensorium.kernels.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;

/**
 * Bad operands that only the device sees. A kernel that meets an index outside its axis, or divides integers by zero,
 * writes the op's number into one word and goes on harmlessly; the host reads the word before it trusts a result, so the
 * exception comes with the first download or {@code synchronize} after the op, not with the op.
 */
final class Faults {
    /** What can be wrong. */
    enum Kind {
        INDEX,
        DIVISION
    }

    private final DeviceQueue queue;
    private final DeviceMemory pool;
    private final DeviceStorage word;
    private final List<Fault> known = new ArrayList<>();
    private boolean watched;

    private record Fault(String op, Kind kind) {}

    Faults(DeviceQueue queue, OpenClBackend owner) {
        this.queue = queue;
        // A pool of its own: the word is no tensor, and must not show among them.
        pool = new DeviceMemory(queue, owner.chain(), Long.MAX_VALUE, false);
        word = pool.allocate(owner, Integer.BYTES);
        clear();
    }

    DeviceStorage word() {
        return word;
    }

    /** The number of this fault of this op; from now on the word is looked at. */
    synchronized int code(String op, Kind kind) {
        var fault = new Fault(op, kind);
        watched = true;
        int i = known.indexOf(fault);
        if (i < 0) {
            known.add(fault);
            i = known.size() - 1;
        }
        return i + 1;
    }

    /**
     * @throws IndexOutOfBoundsException if an index was outside since the last look
     * @throws ArithmeticException if an integer was divided by zero
     */
    synchronized void raise() {
        if (!watched) {
            return;
        }
        watched = false;
        int code;
        try (var arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(ValueLayout.JAVA_INT);
            queue.read(word.buffer(), host);
            code = host.get(ValueLayout.JAVA_INT, 0);
        }
        if (code == 0) {
            return;
        }
        clear();
        Fault fault = known.get(code - 1);
        switch (fault.kind) {
            case INDEX ->
                throw new IndexOutOfBoundsException("[" + fault.op + "] an index is outside its axis, on the device");
            case DIVISION ->
                throw new ArithmeticException("[" + fault.op + "] integers divided by zero, on the device");
        }
    }

    private void clear() {
        queue.fill(word.buffer(), Integer.BYTES, (byte) 0);
    }

    void close() {
        word.release();
        pool.drain();
    }
}
