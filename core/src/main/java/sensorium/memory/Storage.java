package sensorium.memory;

import java.util.concurrent.atomic.AtomicInteger;
import sensorium.backend.Backend;

/**
 * A block of a backend's memory, shared by any number of views and counted by references. Opaque here: only the backend
 * that made it knows an address.
 *
 * <p>It begins with one reference, which belongs to whoever allocated it; at the last {@link #release} it goes back to
 * the backend's pool. Taking a reference on a block that is already gone fails instead of reviving it, so a kernel that
 * pins its operands can never run on memory that somebody else has been given.
 */
public abstract class Storage {
    private final AtomicInteger references = new AtomicInteger(1);

    public abstract Backend backend();

    /** Usable bytes. */
    public abstract long bytes();

    /** Gives the memory back; called once. */
    protected abstract void free();

    public final boolean isAlive() {
        return references.get() > 0;
    }

    /** Adds a reference; false if the storage is already released. */
    public final boolean retain() {
        int n = references.get();
        while (n > 0) {
            if (references.compareAndSet(n, n + 1)) {
                return true;
            }
            n = references.get();
        }
        return false;
    }

    public final void release() {
        int left = references.decrementAndGet();
        if (left == 0) {
            free();
        } else if (left < 0) {
            throw new IllegalStateException("storage of " + bytes() + " bytes released more often than retained");
        }
    }
}
