package sensorium.memory;

import java.util.concurrent.atomic.AtomicReference;

/**
 * One handle's reference on a storage, given back exactly once: by its scope, by its owner or by the garbage collector.
 */
public final class Lease implements Runnable {
    private final Storage storage;
    private final AtomicReference<String> endedBy = new AtomicReference<>();

    /** Takes over a reference that the caller holds. */
    public Lease(Storage storage) {
        this.storage = storage;
    }

    /** A lease that never held anything. */
    public static Lease ended(Storage storage, String by) {
        var lease = new Lease(storage);
        lease.endedBy.set(by);
        return lease;
    }

    public Storage storage() {
        return storage;
    }

    /** Who released it, or null while it holds. */
    public String endedBy() {
        return endedBy.get();
    }

    public void end(String by) {
        if (endedBy.compareAndSet(null, by)) {
            storage.release();
        }
    }

    /** Ends without giving the reference back: {@code by} has taken it over. */
    public void surrender(String by) {
        endedBy.compareAndSet(null, by);
    }

    /** Called by the Cleaner. */
    @Override
    public void run() {
        end("the garbage collector");
    }
}
