package sensorium.kernels.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A few threads that share out the indices of a loop. Indices are handed out in chunks of the caller's grain, whatever
 * the number of threads; which thread computes a chunk, and when, is left open. So a loop whose chunks don't read one
 * another's results gives bitwise the same numbers with one thread as with many.
 *
 * <p>Workers spin for a few microseconds after a loop, because the next one usually follows at once, and then park: a
 * worker that spins longer starves the JIT compilers while the machine warms up. Workers are daemons.
 */
final class WorkPool {
    /** The body of a loop over {@code from ≤ i < to}. */
    @FunctionalInterface
    interface Range {
        void run(int from, int to);
    }

    /** Names the number of threads, the caller's included; by default as many as there are processors. */
    static final String THREADS_PROPERTY = "sensorium.threads";

    private static final int SPINS = 1 << 11;

    private final Worker[] workers;
    /** Whether the current thread is computing a chunk: loops inside it run inline. */
    private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);

    private final AtomicInteger busy = new AtomicInteger();
    private volatile Job job;
    /** How many of the threads compute, the caller included. */
    private volatile int used;

    private volatile boolean closed;

    /** @param threads threads that compute, the caller of {@link #parallelFor} included; at least 1. */
    WorkPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + ", expected at least 1");
        }
        used = threads;
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
        }
    }

    /** As many threads as {@value #THREADS_PROPERTY} or the number of processors says. */
    static int defaultThreads() {
        return Math.max(
                1, Integer.getInteger(THREADS_PROPERTY, Runtime.getRuntime().availableProcessors()));
    }

    /** Threads that compute now. */
    int threads() {
        return used;
    }

    /**
     * From the next loop on so many of the threads compute; the others rest.
     *
     * @param threads at least 1 and at most as many as there are
     */
    void use(int threads) {
        if (threads < 1 || threads > workers.length + 1) {
            throw new IllegalArgumentException(
                    "threads: " + threads + ", expected 1 to " + (workers.length + 1) + ", as many as the pool has");
        }
        used = threads;
    }

    /** Lets the workers end; loops that follow run on their caller's thread. */
    void close() {
        closed = true;
        for (Worker w : workers) {
            LockSupport.unpark(w);
        }
    }

    /**
     * Runs {@code body} over 0 ≤ i &lt; count in chunks of {@code grain} (the last may be shorter) and returns when all
     * are done. A loop inside a loop, or one begun while another thread's is running, runs on its caller's thread. The
     * first exception that a chunk throws is thrown here; chunks not begun by then are skipped.
     */
    void parallelFor(int count, int grain, Range body) {
        if (count <= 0) {
            return;
        }
        int threads = used;
        if (threads == 1 || count <= grain || closed || inside.get() || !busy.compareAndSet(0, 1)) {
            for (int from = 0; from < count; from += grain) {
                body.run(from, Math.min(count, from + grain));
            }
            return;
        }
        var mine = new Job(threads, count, grain, body);
        try {
            job = mine;
            for (int i = 0; i < threads - 1; i++) {
                if (workers[i].parked) {
                    LockSupport.unpark(workers[i]);
                }
            }
            inside.set(true);
            mine.work();
            mine.awaitWorkers();
        } finally {
            inside.set(false);
            job = null;
            busy.set(0);
        }
        mine.rethrow();
    }

    private static final class Job {
        final int threads;
        final int count;
        final int grain;
        final Range body;
        final int chunks;
        final AtomicInteger next = new AtomicInteger();
        /** Chunks that are finished or will never be begun. */
        final AtomicInteger done = new AtomicInteger();

        final Thread caller = Thread.currentThread();
        volatile Throwable failure;

        Job(int threads, int count, int grain, Range body) {
            this.threads = threads;
            this.count = count;
            this.grain = grain;
            this.body = body;
            this.chunks = Math.ceilDiv(count, grain);
        }

        void work() {
            for (int chunk = next.getAndIncrement(); chunk < chunks; chunk = next.getAndIncrement()) {
                try {
                    if (failure == null) {
                        int from = chunk * grain;
                        body.run(from, Math.min(count, from + grain));
                    }
                } catch (Throwable t) {
                    fail(t);
                }
                if (done.incrementAndGet() == chunks) {
                    LockSupport.unpark(caller);
                }
            }
        }

        synchronized void fail(Throwable t) {
            if (failure == null) {
                failure = t;
            }
        }

        void awaitWorkers() {
            for (int spin = 0; done.get() < chunks; spin++) {
                if (spin < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
        }

        void rethrow() {
            switch (failure) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failure);
            }
        }
    }

    private final class Worker extends Thread {
        /** Its place among the threads, of which the caller is the first. */
        final int index;

        volatile boolean parked;

        Worker(int index) {
            super("sensorium-" + index);
            this.index = index;
            setDaemon(true);
        }

        @Override
        public void run() {
            inside.set(true);
            Job last = null;
            while (!closed) {
                Job now = job;
                if (now != null && now != last) {
                    if (index < now.threads) {
                        now.work();
                    }
                    last = now;
                } else {
                    await(last);
                }
            }
        }

        private void await(Job last) {
            for (int spin = 0; spin < SPINS; spin++) {
                Job now = job;
                if (now != null && now != last) {
                    return;
                }
                Thread.onSpinWait();
            }
            parked = true;
            Job now = job;
            if (!closed && (now == null || now == last)) {
                LockSupport.park(this);
            }
            parked = false;
        }
    }
}
