package sensorium.benchmarks;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * The one JMH benchmark: an iteration times some calls of one engine of a case, and engines take turns, so that what else
 * happens on the machine hits all alike. {@link TurnProfiler} says whose turn it was and how many calls.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Turns {
    /** Iterations before those that count, where runs are short. */
    static final int WARMUP_TURNS = 6;

    private static final String THREADS = "sensorium.threads";
    private static final long TURN_NANOS = 40_000_000L;
    private static Turns current;

    /** The case, by name. */
    @Param("")
    public String name;

    private List<Engine> engines;
    private int[] calls;
    private int turn = -1;

    /** Threads that every engine of this process computes with. */
    static int threads() {
        return Integer.getInteger(THREADS, 1);
    }

    /** What makes a new JVM compute with {@code threads}. */
    static String threadsFlag(int threads) {
        return "-D" + THREADS + "=" + threads;
    }

    @Setup(Level.Trial)
    public void open() {
        Case c = Groups.named(name);
        engines = c.engines().get();
        Agreement.check(c, engines);
        calls = new int[engines.size()];
        Compiler.warm(engines.getFirst());
        current = this;
    }

    /** Passes the turn on; before the ones that count, runs the engine until its time is known. */
    @Setup(Level.Iteration)
    public void next(IterationParams iteration) {
        turn = (turn + 1) % engines.size();
        Quiet.await();
        if (iteration.getType() == IterationType.WARMUP) {
            calls[turn] = calibrate();
        }
    }

    private int calibrate() {
        long start = System.nanoTime();
        long best = Long.MAX_VALUE;
        for (long before = start, now = start; now - start < TURN_NANOS; before = now) {
            engines.get(turn).run();
            now = System.nanoTime();
            best = Math.min(best, now - before);
        }
        return (int) Math.max(1, TURN_NANOS / Math.max(1, best));
    }

    @Benchmark
    public void run() {
        Engine engine = engines.get(turn);
        for (int i = calls[turn]; i > 0; i--) {
            engine.run();
        }
    }

    /** Whose turn it is in this process, and how often it runs in it; nothing where the case could not be opened. */
    static Optional<Turn> current() {
        return Optional.ofNullable(current)
                .map(t -> new Turn(t.engines.get(t.turn).name(), t.calls[t.turn]));
    }

    record Turn(String engine, int calls) {}
}
