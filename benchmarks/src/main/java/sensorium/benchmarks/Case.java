package sensorium.benchmarks;

import java.util.List;
import java.util.function.Supplier;

/**
 * One comparison.
 *
 * @param name group and shape, for example {@code gemm/1024x1024x1024}
 * @param roof what bounds it; the unit of {@code work} with it
 * @param work floating-point operations or bytes of one run, counted from the shapes and the same for all engines
 * @param tolerance largest difference of results, relative to the largest magnitude; 0 where results are not compared
 * @param engines makes the inputs and opens the engines on them, ours first; called once in a process
 */
public record Case(String name, Roof roof, double work, double tolerance, Supplier<List<Engine>> engines) {
    /** What single precision leaves of a few thousand terms summed in another order. */
    public static final double ROUNDING = 1e-4;

    /** Seconds of a run that is long. */
    private static final double LONG = 0.3;

    /** A case whose results differ by rounding alone. */
    public Case(String name, Roof roof, double work, Supplier<List<Engine>> engines) {
        this(name, roof, work, ROUNDING, engines);
    }

    /** What stands before the slash. */
    public String group() {
        return name.substring(0, name.indexOf('/'));
    }

    /** Turns of all engines together that count: fewer where, at a modest machine's rates, a run takes long. */
    int turns() {
        double seconds = work / (roof == Roof.FMA ? 60e9 : 10e9);
        return seconds > LONG ? 24 : seconds > LONG / 3 ? 32 : 50;
    }
}
