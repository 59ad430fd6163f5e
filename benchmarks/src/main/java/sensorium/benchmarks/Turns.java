package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
    private static final String COMMA = ",";
    private static final long TURN_NANOS = 40_000_000L;
    private static Turns current;

    /** The case, by name. */
    @Param("")
    public String name;

    /** The numbers of threads, with commas between them. */
    @Param("1")
    public String threads;

    private final List<Player> players = new ArrayList<>();
    private int[] calls;
    private int turn = -1;

    /** An engine with so many threads: each has turns of its own. */
    private record Player(Engine engine, int threads) {}

    /** As the parameter has them. */
    static String joined(int[] threads) {
        return Arrays.stream(threads).mapToObj(Integer::toString).collect(Collectors.joining(COMMA));
    }

    @Setup(Level.Trial)
    public void open() {
        Case c = Groups.named(name);
        List<Engine> engines = c.engines().get();
        Agreement.check(c, engines);
        for (String count : threads.split(COMMA)) {
            int n = Integer.parseInt(count);
            engines.stream().filter(e -> e.worksWith(n)).forEach(e -> players.add(new Player(e, n)));
            Threads.use(n);
            Compiler.warm(engines.getFirst());
        }
        calls = new int[players.size()];
        current = this;
    }

    /** Passes the turn on; before the ones that count, runs the engine until its time is known. */
    @Setup(Level.Iteration)
    public void next(IterationParams iteration) {
        turn = (turn + 1) % players.size();
        Quiet.await();
        Threads.use(players.get(turn).threads);
        if (iteration.getType() == IterationType.WARMUP) {
            calls[turn] = calibrate();
        }
    }

    private int calibrate() {
        long start = System.nanoTime();
        long best = Long.MAX_VALUE;
        for (long before = start, now = start; now - start < TURN_NANOS; before = now) {
            players.get(turn).engine.run();
            now = System.nanoTime();
            best = Math.min(best, now - before);
        }
        return (int) Math.max(1, TURN_NANOS / Math.max(1, best));
    }

    @Benchmark
    public void run() {
        Engine engine = players.get(turn).engine;
        for (int i = calls[turn]; i > 0; i--) {
            engine.run();
        }
    }

    /** Whose turn it is in this process, and how often it runs in it; nothing where the case could not be opened. */
    static Optional<Turn> current() {
        return Optional.ofNullable(current).map(t -> new Turn(label(t.players.get(t.turn)), t.calls[t.turn]));
    }

    private static String label(Player player) {
        return label(player.threads, player.engine.name());
    }

    /** What the turns of an engine are reported under. */
    static String label(int threads, String engine) {
        return threads + COMMA + engine;
    }

    /** @param player its label */
    record Turn(String player, int calls) {}
}
