package sensorium.nn.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/** Prepares numbered batches ahead of time and hands them out in order. Whatever the number of threads, the same batches. */
final class Prefetcher<B> implements AutoCloseable {
    private final LongFunction<B> load;
    private final long end;
    private final int ahead;
    private final ExecutorService threads;
    private final Deque<Future<B>> waiting = new ArrayDeque<>();
    private long next;

    /** Batches {@code start} (inclusive) to {@code end} (exclusive). */
    Prefetcher(LongFunction<B> load, long start, long end, int threads) {
        this.load = load;
        this.next = start;
        this.end = end;
        this.ahead = threads + 1;
        this.threads = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("batches-", 0).factory());
        while (waiting.size() < ahead && next < this.end) {
            submit();
        }
    }

    private void submit() {
        long number = next++;
        waiting.add(threads.submit(() -> load.apply(number)));
    }

    /** The next batch, once it is there. What preparing it threw is thrown here. */
    B next() {
        Future<B> first = waiting.remove();
        if (next < end) {
            submit();
        }
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
