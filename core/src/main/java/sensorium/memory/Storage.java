package sensorium.memory;

import java.util.concurrent.atomic.AtomicInteger;
import sensorium.backend.Backend;
import sensorium.tensor.Spec;

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
    private Spec spec;
    private String maker;

    public abstract Backend backend();

    /** Usable bytes. */
    public abstract long bytes();

    /** Gives the memory back; called once. */
    protected abstract void free();

    /** Remembers what it was allocated for, for reports about memory. */
    public final void label(Spec what, String op) {
        spec = what;
        maker = op;
    }

    /** For example {@code F32(2,3) of matmul (0.0 MB)}. */
    @Override
    public final String toString() {
        String what = spec == null ? "a block" : spec + " of " + maker;
        return what + " (%.1f MB)".formatted(bytes() / 1e6);
    }

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

    /**
     * Takes the only reference away: until {@link #unclaim} the block counts as gone for everybody else. False if there are
     * other references.
     */
    public final boolean claim() {
        boolean alone = references.compareAndSet(1, 0);
        if (alone) {
            forget();
        }
        return alone;
    }

    /** Its contents are about to change: what was derived from them is of no use any more. */
    protected void forget() {}

    /** Gives the reference back that {@link #claim} took. */
    public final void unclaim() {
        references.set(1);
    }

    public final void release() {
        int left = references.decrementAndGet();
        if (left == 0) {
            free();
        } else if (left < 0) {
            throw new IllegalStateException("[memory] " + this + " was released more often than retained");
        }
    }
}
