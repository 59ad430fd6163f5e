package sensorium.kernels.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_mem;
import org.jocl.cl_platform_id;
import sensorium.BadInputException;
import sensorium.backend.DeviceException;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.memory.TensorMemoryException;

/**
 * One device with its context and its queue, which runs commands in the order they are given. Every call that submits holds
 * one lock: a kernel's arguments belong to the kernel object, so two threads that set them would mix them up.
 */
final class DeviceQueue implements AutoCloseable {
    /** Transfers in pieces, because buffers of Java end at 2 GiB. */
    private static final long PIECE = 1L << 30;

    private static final long HEAP_PIECE = 16L << 20;

    private final Ledger ledger = new Ledger();
    private final ReentrantLock lock = new ReentrantLock();
    private final DeviceFacts facts;
    private final cl_device_id device;
    private final cl_context context;
    private final cl_command_queue queue;
    private final int units;
    private final long localBytes;
    private final boolean processor; // what the device is, whatever kernels it gets
    private final Ledger.Entry contextEntry;
    private final Ledger.Entry queueEntry;
    private Staging staging; // made at the first upload; guarded by the lock
    private boolean closed; // guarded by the lock
    private Shortage shortage;
    private int[] planted = {}; // guarded by the lock

    /** @throws BadInputException if the drivers no longer show the device that the probe saw */
    DeviceQueue(DeviceFacts facts) {
        this.facts = facts;
        CL.setExceptionsEnabled(true);
        cl_platform_id platform = null;
        cl_device_id found = null;
        try {
            platform = Probe.platforms()[facts.platform()];
            found = Probe.devices(platform)[facts.device()];
        } catch (CLException | LinkageError | ArrayIndexOutOfBoundsException e) {
            throw new BadInputException(
                    "the OpenCL device " + facts.name() + " is gone (" + e.getMessage() + "); see the command devices",
                    e);
        }
        device = found;
        int[] n = new int[1];
        CL.clGetDeviceInfo(device, CL.CL_DEVICE_MAX_COMPUTE_UNITS, Sizeof.cl_uint, Pointer.to(n), null);
        units = n[0];
        long[] bytes = new long[1];
        CL.clGetDeviceInfo(device, CL.CL_DEVICE_LOCAL_MEM_SIZE, Sizeof.cl_ulong, Pointer.to(bytes), null);
        localBytes = bytes[0];
        CL.clGetDeviceInfo(device, CL.CL_DEVICE_TYPE, Sizeof.cl_ulong, Pointer.to(bytes), null);
        processor = (bytes[0] & CL.CL_DEVICE_TYPE_CPU) != 0;
        var properties = new cl_context_properties();
        properties.addProperty(CL.CL_CONTEXT_PLATFORM, platform);
        context = CL.clCreateContext(properties, 1, new cl_device_id[] {device}, null, null, null);
        contextEntry = ledger.open(Ledger.Kind.CONTEXT, facts.name(), () -> CL.clReleaseContext(context));
        queue = Probe.queue(context, device);
        queueEntry = ledger.open(Ledger.Kind.QUEUE, facts.name(), () -> CL.clReleaseCommandQueue(queue));
    }

    DeviceFacts facts() {
        return facts;
    }

    Ledger ledger() {
        return ledger;
    }

    cl_context context() {
        return context;
    }

    cl_device_id device() {
        return device;
    }

    /** Compute units: how many groups run at once, and not by turns. */
    int units() {
        return units;
    }

    /** Bytes of local memory that a group may have. */
    long localBytes() {
        return localBytes;
    }

    /** Items of a work-group that works together: few values, because some drivers compile each kernel for each. */
    int groupSize() {
        return facts.gpu() ? 256 : 64;
    }

    /** Items of a work-group where each works for itself: only the device counts. */
    private int plainGroupSize() {
        return processor ? 64 : 256;
    }

    cl_mem createBuffer(long bytes) {
        lock.lock();
        try {
            requireOpen("buffer");
            return CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE, bytes, null, null);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Submits a kernel over {@code items} work-items, rounded up to whole groups: the kernel itself ignores those beyond.
     *
     * @param arguments a {@link DeviceStorage}, {@link Grid}, int[] (a struct of ints), int, long, float or double each
     */
    void launch(Programs.Kernel kernel, long items, Object... arguments) {
        int group = plainGroupSize();
        launchGroups(kernel, (items + group - 1) / group, group, arguments);
    }

    /**
     * Submits a kernel over {@code groups} work-groups of {@code group} items. A driver may give a buffer its memory only when
     * a kernel first uses it: if it has none then, the pool is drained and the kernel submitted again.
     *
     * @throws TensorMemoryException if there is none even so
     * @throws DeviceException if the device fails otherwise
     */
    void launchGroups(Programs.Kernel kernel, long groups, int group, Object... arguments) {
        if (groups == 0) {
            return;
        }
        try {
            submit(kernel, groups * group, group, arguments);
        } catch (CLException first) {
            if (!isShortage(first)) {
                throw failed(kernel.toString(), first);
            }
            shortage.relieve(); // not under the lock: the pool has its own, and takes this one under it
            try {
                submit(kernel, groups * group, group, arguments);
            } catch (CLException second) {
                throw isShortage(second)
                        ? shortage.report("the driver has none for " + kernel + " (" + second.getMessage() + ")")
                        : failed(kernel.toString(), second);
            }
        }
    }

    private void submit(Programs.Kernel kernel, long items, int group, Object... arguments) {
        lock.lock();
        try {
            requireOpen(kernel.toString());
            if (planted.length > 0) {
                int status = planted[0];
                planted = Arrays.copyOfRange(planted, 1, planted.length);
                throw new CLException(CL.stringFor_errorCode(status), status);
            }
            for (int i = 0; i < arguments.length; i++) {
                set(kernel, i, arguments[i]);
            }
            long[] global = {items};
            CL.clEnqueueNDRangeKernel(queue, kernel.handle(), 1, null, global, new long[] {group}, 0, null, null);
        } finally {
            lock.unlock();
        }
    }

    /** Whether a call failed for lack of memory, by what drivers say. */
    static boolean isShortage(CLException e) {
        return switch (e.getStatus()) {
            case CL.CL_MEM_OBJECT_ALLOCATION_FAILURE, CL.CL_OUT_OF_RESOURCES, CL.CL_OUT_OF_HOST_MEMORY -> true;
            default -> false;
        };
    }

    /** What helps when the driver has no memory left, and what to say when nothing helps. */
    interface Shortage {
        /** Gives back what nobody uses. */
        void relieve();

        TensorMemoryException report(String why);
    }

    void onShortage(Shortage handler) {
        shortage = handler;
    }

    /** Has the next launches fail with these codes, one each: tests have no device that is lost when asked. */
    void plantFailures(int... codes) {
        lock.lock();
        try {
            planted = codes.clone();
        } finally {
            lock.unlock();
        }
    }

    private static void set(Programs.Kernel kernel, int i, Object argument) {
        switch (argument) {
            case DeviceStorage s -> CL.clSetKernelArg(kernel.handle(), i, Sizeof.cl_mem, Pointer.to(s.buffer()));
            case Grid g -> set(kernel, i, g.packed());
            case int[] struct -> CL.clSetKernelArg(kernel.handle(), i, struct.length * 4L, Pointer.to(struct));
            case Integer n -> CL.clSetKernelArg(kernel.handle(), i, Sizeof.cl_int, Pointer.to(new int[] {n}));
            case Long n -> CL.clSetKernelArg(kernel.handle(), i, Sizeof.cl_long, Pointer.to(new long[] {n}));
            case Float f -> CL.clSetKernelArg(kernel.handle(), i, Sizeof.cl_float, Pointer.to(new float[] {f}));
            case Double d -> CL.clSetKernelArg(kernel.handle(), i, Sizeof.cl_double, Pointer.to(new double[] {d}));
            case Byte b -> CL.clSetKernelArg(kernel.handle(), i, 1, Pointer.to(new byte[] {b}));
            case Short s -> CL.clSetKernelArg(kernel.handle(), i, 2, Pointer.to(new short[] {s}));
            default -> throw new IllegalArgumentException("no kernel argument: " + argument);
        }
    }

    /** Fills a buffer with one byte. */
    void fill(cl_mem memory, long bytes, byte value) {
        locked(
                "fill",
                () -> CL.clEnqueueFillBuffer(
                        queue, memory, Pointer.to(new byte[] {value}), 1, 0, bytes, 0, null, null));
    }

    /** Copies host memory to the start of a buffer; the source may be changed as soon as this returns. */
    void write(MemorySegment source, cl_mem target) {
        locked("upload", () -> {
            if (staging == null) {
                staging = new Staging(context, queue, ledger);
            }
            staging.write(source, target);
        });
    }

    /** Copies from the start of a buffer over the whole of {@code target}, when all work given before is done. */
    void read(cl_mem source, MemorySegment target) {
        // The driver reaches native memory in place; arrays of the heap go by way of it.
        try (var arena = Arena.ofConfined()) {
            long piece = target.isNative() ? PIECE : HEAP_PIECE;
            MemorySegment direct = target.isNative() ? target : arena.allocate(Math.min(piece, target.byteSize()), 64);
            for (long at = 0; at < target.byteSize(); at += piece) {
                long from = at;
                long n = Math.min(piece, target.byteSize() - at);
                MemorySegment part = target.isNative() ? target.asSlice(at, n) : direct.asSlice(0, n);
                locked(
                        "download",
                        () -> CL.clEnqueueReadBuffer(
                                queue, source, true, from, n, Pointer.to(part.asByteBuffer()), 0, null, null));
                if (!target.isNative()) {
                    target.asSlice(at, n).copyFrom(part);
                }
            }
        }
    }

    void read(cl_mem source, long from, byte[] target) {
        locked(
                "download",
                () -> CL.clEnqueueReadBuffer(
                        queue, source, true, from, target.length, Pointer.to(target), 0, null, null));
    }

    /** Waits until all work given so far is done. */
    void finish() {
        locked("wait", () -> {
            CL.clFinish(queue);
            if (staging != null) {
                staging.settle();
            }
        });
    }

    private void locked(String what, Runnable call) {
        lock.lock();
        try {
            requireOpen(what);
            call.run();
        } catch (CLException e) {
            throw failed(what, e);
        } finally {
            lock.unlock();
        }
    }

    /** Calls on released objects would take the JVM down. */
    private void requireOpen(String what) {
        if (closed) {
            throw new IllegalStateException("[opencl] " + what + ": " + facts.name() + " was closed");
        }
    }

    private RuntimeException failed(String what, CLException e) {
        return new DeviceException(
                "[opencl] " + what + " failed on " + facts.name() + ": " + e.getMessage()
                        + "; what was saved is whole: start again in a new process, training with --resume",
                e);
    }

    /** Releases the queue, then the context; whoever made buffers and programs has released them. */
    @Override
    public void close() {
        finish();
        lock.lock();
        try {
            closed = true;
            if (staging != null) {
                staging.close();
            }
            queueEntry.close();
            contextEntry.close();
        } finally {
            lock.unlock();
        }
    }
}
