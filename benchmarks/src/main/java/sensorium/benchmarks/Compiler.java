package sensorium.benchmarks;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/**
 * Runs our code until the JVM has compiled it: what a small kernel needs is done in a second, a step of training is of a
 * hundred kernels, and with all cores computing the compiler gets little of them.
 */
final class Compiler {
    private static final CompilationMXBean COMPILER = ManagementFactory.getCompilationMXBean();
    private static final long WINDOW_NANOS = 600_000_000L;
    /** Share of a window in which the compiler may still be at work. */
    private static final double BUSY = 0.03;
    /** Quiet windows in a row: between one level of compilation and the next there is a pause. */
    private static final int QUIET = 2;

    private static final int LIMIT = 20;
    /** Where it was warm before. */
    private static final int AGAIN = 1;

    private Compiler() {}

    /** @param cold whether it has not run yet; else it has, with another number of threads */
    static void warm(Engine engine, boolean cold) {
        int quiet = 0;
        for (int i = 0; i < LIMIT && quiet < (cold ? QUIET : AGAIN); i++) {
            long compiled = COMPILER.getTotalCompilationTime();
            long start = System.nanoTime();
            while (System.nanoTime() - start < WINDOW_NANOS) {
                engine.run();
            }
            double nanos = 1e6 * (COMPILER.getTotalCompilationTime() - compiled);
            quiet = nanos < BUSY * (System.nanoTime() - start) ? quiet + 1 : 0;
        }
    }
}
