package sensorium.nn.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Prepares numbered batches ahead of time and hands them out in order. Whatever the number of threads, the same batches. */
final class Prefetcher<B> implements AutoCloseable {
    private final LongFunction<Supplier<B>> load;
    private final LongSupplier end;
    private final ExecutorService threads;
    private final Deque<Future<B>> waiting = new ArrayDeque<>();
    private long next;

    /**
     * Batches {@code start} (inclusive) to {@code end} (exclusive).
     *
     * @param load how to prepare a batch: asked for here, run on another thread
     * @param end may change as long as batches are left
     */
    Prefetcher(LongFunction<Supplier<B>> load, long start, LongSupplier end, int threads) {
        this.load = load;
        this.next = start;
        this.end = end;
        this.threads = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("batches-", 0).factory());
        for (int i = 0; i <= threads; i++) {
            submit();
        }
    }

    private void submit() {
        if (next < end.getAsLong()) {
            Supplier<B> batch = load.apply(next++);
            waiting.add(threads.submit(batch::get));
        }
    }

    /** The first batch that nobody is preparing yet. */
    long open() {
        return next;
    }

    /** The next batch, once it is there. What preparing it threw is thrown here. */
    B next() {
        Future<B> first = waiting.remove();
        submit();
        try {
            return first.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
