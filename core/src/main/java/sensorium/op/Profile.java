package sensorium.op;

import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import sensorium.backend.Backend;
import sensorium.backend.Operand;

/**
 * Where the time goes, op by op: from {@link #start} to {@link #stop} every kernel of the process is timed on the thread that
 * asked for it. While no profile runs, an op pays for one read of a field.
 */
public final class Profile {
    private static volatile Profile current;

    private final long began = System.nanoTime();
    private final TreeMap<String, Line> lines = new TreeMap<>();

    private Profile() {}

    /**
     * All calls of one op together.
     *
     * @param seconds wall time
     * @param flops see {@link Cost}
     * @param bytes see {@link Cost}
     */
    public record Line(String op, long calls, double seconds, long flops, long bytes) {
        private Line plus(Line more) {
            return new Line(op, calls + more.calls, seconds + more.seconds, flops + more.flops, bytes + more.bytes);
        }
    }

    /**
     * @param seconds from start to stop, also what no kernel took
     * @param lines the slowest first
     */
    public record Summary(double seconds, List<Line> lines) {
        public double kernelSeconds() {
            return lines.stream().mapToDouble(Line::seconds).sum();
        }
    }

    /** Begins anew; a profile that runs already is given up. */
    public static synchronized Profile start() {
        current = new Profile();
        return current;
    }

    /** Ends this profile. */
    public Summary stop() {
        double seconds = (System.nanoTime() - began) * 1e-9;
        synchronized (Profile.class) {
            if (current == this) {
                current = null;
            }
        }
        synchronized (lines) {
            return new Summary(
                    seconds,
                    lines.values().stream()
                            .sorted(Comparator.comparingDouble(Line::seconds).reversed())
                            .toList());
        }
    }

    /** Has {@code backend} compute, under the clock if one runs. */
    static void run(Backend backend, Op op, List<Operand> in, List<Operand> out) {
        Profile profile = current;
        if (profile == null) {
            backend.run(op, in, out);
            return;
        }
        long began = System.nanoTime();
        backend.run(op, in, out);
        backend.synchronize();
        double seconds = (System.nanoTime() - began) * 1e-9;
        Cost cost = Cost.of(op, in, out);
        synchronized (profile.lines) {
            profile.lines.merge(op.name(), new Line(op.name(), 1, seconds, cost.flops(), cost.bytes()), Line::plus);
        }
    }
}
