package sensorium.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Waits until no thread of this process computes: workers of the engine before (OpenMP's, OpenBLAS's) spin on for some
 * milliseconds after their last call, and compilers finish what it made hot.
 */
final class Quiet {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int LIMIT = 60;
    private static final int WINDOW_MILLIS = 5;

    private Quiet() {}

    /** Returns after a window in which the process was idle, or after a third of a second. */
    static void await() {
        for (int i = 0; i < LIMIT; i++) {
            long before = SYSTEM.getProcessCpuTime();
            try {
                Thread.sleep(WINDOW_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (SYSTEM.getProcessCpuTime() - before < 1_000_000L * WINDOW_MILLIS / 5) {
                return;
            }
        }
    }
}
