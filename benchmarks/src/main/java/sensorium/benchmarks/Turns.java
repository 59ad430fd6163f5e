package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 * The one JMH benchmark: an iteration times some calls of one engine of a case. Cases take turns, and so do the engines of each,
 * so that what else happens on the machine hits all alike, and each at several times. {@link TurnProfiler} says whose turn it was and how many calls.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Turns {
    private static final String COMMA = ",";
    private static final long TURN_NANOS = 30_000_000L;
    private static Turns current;

    /** The cases by name, with commas between them. */
    @Param("")
    public String names;

    /** The numbers of threads, with commas between them. */
    @Param("1")
    public String threads;

    private final List<Match> matches = new ArrayList<>();
    private int match = -1;
    private Player player; // null in a turn that is nobody's

    /** A case and who plays it; how many turns were taken. */
    private static final class Match {
        final Case of;
        final List<Player> players = new ArrayList<>();
        int played;

        Match(Case of) {
            this.of = of;
        }
    }

    /** An engine with so many threads: each has turns of its own, of so many calls. */
    private static final class Player {
        final String label;
        final Engine engine;
        final int threads;
        int calls;

        Player(Case of, Engine engine, int threads) {
            this.label = label(of, threads, engine.name());
            this.engine = engine;
            this.threads = threads;
        }
    }

    /** As the parameters have them. */
    static String joined(Stream<?> values) {
        return values.map(Object::toString).collect(Collectors.joining(COMMA));
    }

    @Setup(Level.Trial)
    public void open() {
        for (String name : names.split(COMMA)) {
            var match = new Match(Groups.named(name));
            List<Engine> engines = match.of.engines().get();
            Agreement.check(match.of, engines);
            String[] counts = threads.split(COMMA);
            for (int i = 0; i < counts.length; i++) {
                int n = Integer.parseInt(counts[i]);
                engines.stream()
                        .filter(e -> e.worksWith(n))
                        .forEach(e -> match.players.add(new Player(match.of, e, n)));
                Threads.use(n);
                Compiler.warm(engines.getFirst(), i == 0);
            }
            matches.add(match);
        }
        current = this;
    }

    /** Passes the turn on. Turns that do not count find out how long the engines take, once each. */
    @Setup(Level.Iteration)
    public void next(IterationParams iteration) {
        if (iteration.getType() == IterationType.WARMUP) {
            calibrateNext();
            player = null;
            return;
        }
        do {
            match = (match + 1) % matches.size();
        } while (matches.get(match).played == matches.get(match).of.turns());
        Match playing = matches.get(match);
        player = playing.players.get(playing.played++ % playing.players.size());
        Quiet.await();
        Threads.use(player.threads);
    }

    private void calibrateNext() {
        for (Match m : matches) {
            for (Player p : m.players) {
                if (p.calls == 0) {
                    player = p;
                    Quiet.await();
                    Threads.use(p.threads);
                    p.calls = calibrate();
                    return;
                }
            }
        }
    }

    private int calibrate() {
        long start = System.nanoTime();
        long best = Long.MAX_VALUE;
        for (long before = start, now = start; now - start < TURN_NANOS; before = now) {
            player.engine.run();
            now = System.nanoTime();
            best = Math.min(best, now - before);
        }
        return (int) Math.max(1, TURN_NANOS / Math.max(1, best));
    }

    @Benchmark
    public void run() {
        if (player != null) {
            for (int i = player.calls; i > 0; i--) {
                player.engine.run();
            }
        }
    }

    /** Whose turn it is in this process, and how often it runs in it; nothing where it is nobody's. */
    static Optional<Turn> current() {
        return Optional.ofNullable(current)
                .filter(t -> t.player != null)
                .map(t -> new Turn(t.player.label, t.player.calls));
    }

    /** What the turns of an engine are reported under. */
    static String label(Case of, int threads, String engine) {
        return joined(Stream.of(of.name(), threads, engine));
    }

    /** @param player its label */
    record Turn(String player, int calls) {}
}
