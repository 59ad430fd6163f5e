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
    static final int WARMUP_TURNS = 12;

    private static final String THREADS = "sensorium.threads";
    private static final long TURN_NANOS = 40_000_000L;
    /** Our code is compiled while it runs: it must run for a while before it is measured. */
    private static final long OUR_WARMUP_NANOS = 1_600_000_000L;
    /** A step of training is of a hundred kernels, each of which must be called often enough. */
    private static final long OUR_MODELS_WARMUP_NANOS = 6_000_000_000L;
    /** From so many seconds a run is of a whole model, or as long. */
    private static final double MODEL = 5e-3;

    private static Turns current;

    /** The case, by name. */
    @Param("")
    public String name;

    private List<Engine> engines;
    private int[] calls;
    private int turn = -1;
    /** Nanoseconds that ours runs in each of its turns before those that count. */
    private long warmup;

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
        long whole = c.expectedSeconds() < MODEL ? OUR_WARMUP_NANOS : OUR_MODELS_WARMUP_NANOS;
        warmup = whole / Math.max(1, Measurement.warmupTurns(c) / engines.size());
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
        long budget = turn == 0 ? warmup : TURN_NANOS;
        long start = System.nanoTime();
        long best = Long.MAX_VALUE;
        for (long before = start, now = start; now - start < budget; before = now) {
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
