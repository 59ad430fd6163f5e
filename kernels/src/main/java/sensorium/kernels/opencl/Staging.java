package sensorium.kernels.opencl;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_event;
import org.jocl.cl_mem;

/**
 * Host memory that the driver has pinned, through which data goes to the device: a copy into it is all that a caller waits for,
 * the transfer overlaps with what is computed meanwhile, and nothing that the garbage collector or the caller may move or change
 * is ever read by the device. Two places, so that one is filled while the other is on its way. Not for two threads at once.
 */
final class Staging implements AutoCloseable {
    private static final int PLACES = 2;
    private static final int BYTES = 4 << 20;

    private final cl_command_queue queue;
    private final Ledger ledger;
    private final Place[] places = new Place[PLACES];
    private int turn;

    private static final class Place {
        cl_mem memory;
        Ledger.Entry entry;
        ByteBuffer mapped;
        cl_event busy;
        Ledger.Entry busyEntry;

        /** Waits until the device has read it. */
        void await() {
            if (busy != null) {
                CL.clWaitForEvents(1, new cl_event[] {busy});
                busy = null;
                busyEntry.close();
            }
        }
    }

    Staging(cl_context context, cl_command_queue queue, Ledger ledger) {
        this.queue = queue;
        this.ledger = ledger;
        for (int i = 0; i < PLACES; i++) {
            Place place = new Place();
            cl_mem memory =
                    CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE | CL.CL_MEM_ALLOC_HOST_PTR, BYTES, null, null);
            place.memory = memory;
            place.entry = ledger.open(Ledger.Kind.MEMORY, "staging", () -> CL.clReleaseMemObject(memory));
            place.mapped = CL.clEnqueueMapBuffer(
                    queue, memory, true, CL.CL_MAP_READ | CL.CL_MAP_WRITE, 0, BYTES, 0, null, null, null);
            places[i] = place;
        }
    }

    /** Copies host memory to the start of a buffer; returns when the source may be changed again. */
    void write(MemorySegment source, cl_mem target) {
        for (long at = 0; at < source.byteSize(); at += BYTES) {
            Place place = places[turn++ % PLACES];
            place.await();
            long n = Math.min(BYTES, source.byteSize() - at);
            MemorySegment.copy(source, at, MemorySegment.ofBuffer(place.mapped), 0, n);
            var sent = new cl_event();
            CL.clEnqueueWriteBuffer(queue, target, false, at, n, Pointer.to(place.mapped), 0, null, sent);
            place.busy = sent;
            place.busyEntry = ledger.open(Ledger.Kind.EVENT, "upload", () -> CL.clReleaseEvent(sent));
        }
        CL.clFlush(queue); // the driver may begin
    }

    /** Releases what is held for transfers that are over, once all are. */
    void settle() {
        for (Place place : places) {
            place.await();
        }
    }

    @Override
    public void close() {
        settle();
        for (Place place : places) {
            CL.clEnqueueUnmapMemObject(queue, place.memory, place.mapped, 0, null, null);
        }
        CL.clFinish(queue);
        for (Place place : places) {
            place.entry.close();
        }
    }
}
