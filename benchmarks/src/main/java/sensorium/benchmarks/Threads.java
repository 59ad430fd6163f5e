package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import sensorium.backend.Backends;
import sensorium.kernels.cpu.CpuBackend;

/** How many threads the engines of this process compute with: the same number all of them, and another in the next turn. */
final class Threads {
    private static final String MOST = "sensorium.threads";
    private static final List<IntConsumer> FOLLOWERS = new ArrayList<>();
    private static int count = Integer.getInteger(MOST, 1);

    private Threads() {}

    /** What gives a new JVM so many threads to compute with; it begins with all of them. */
    static String flag(int most) {
        return "-D" + MOST + "=" + most;
    }

    static int count() {
        return count;
    }

    /** From now on all engines compute with so many. */
    static void use(int threads) {
        count = threads;
        ((CpuBackend) Backends.open("cpu")).useThreads(threads);
        FOLLOWERS.forEach(f -> f.accept(threads));
    }

    /** Tells a library how many to use, now and whenever that changes: each library once, when it is loaded. */
    static void follow(IntConsumer library) {
        FOLLOWERS.add(library);
        library.accept(count);
    }
}
