package sensorium.multimodal.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.multimodal.mutation.Victims.Victim;

/**
 * Damaged files, some thousand of them: each is read after all, or ends in one {@link BadInputException} of one line, in time and in
 * bounded memory. How many: {@code -Dsensorium.mutations}; {@code mvn -Pmutation} asks for 12,000 in a small heap.
 */
class MutationTest {
    private static final int COUNT = Integer.getInteger("sensorium.mutations", 1000);
    private static final long FIRST = Long.getLong("sensorium.mutations.first", 0);
    private static final long MOST_SECONDS = 20;
    private static final long MOST_BYTES = 256L << 20;
    private static final int MOST_FAULTS = 25;

    @TempDir
    Path folder;

    /** How one damaged file ended: "read", "refused", or what is wrong with how it ended. */
    private record End(String how, long bytes) {}

    @Test
    void everyDamagedFileIsReadOrRefusedInALine() throws Exception {
        List<Victim> victims = Victims.in(folder);
        int each = Math.ceilDiv(COUNT, victims.size());
        List<String> faults = new ArrayList<>();
        var table = new StringBuilder(String.format(
                Locale.ROOT, "%-36s %7s %8s %10s %8s%n", "kind", "read", "refused", "most MB", "ms each"));
        int tried = 0;
        ExecutorService worker = Executors.newSingleThreadExecutor();
        try {
            for (Victim victim : victims) {
                assertThat(open(victim).how).as("%s, undamaged", victim.kind()).isEqualTo("read");
                int read = 0;
                int refused = 0;
                long most = 0;
                long began = System.nanoTime();
                for (long seed = FIRST; seed < FIRST + each; seed++) {
                    byte[] damaged = Mutation.of(victim.valid(), victim.text(), seed);
                    Files.write(victim.file(), victim.mend().apply(damaged));
                    End end = within(worker, victim, seed);
                    tried++;
                    read += end.how.equals("read") ? 1 : 0;
                    refused += end.how.equals("refused") ? 1 : 0;
                    most = Math.max(most, end.bytes);
                    if (!end.how.equals("read") && !end.how.equals("refused")) {
                        faults.add(victim.kind() + ", seed " + seed + ": " + end.how);
                    } else if (end.bytes > MOST_BYTES) {
                        faults.add(victim.kind() + ", seed " + seed + ": took " + end.bytes / 1_000_000 + " MB");
                    }
                    if (faults.size() >= MOST_FAULTS) {
                        break;
                    }
                }
                Files.write(victim.file(), victim.valid());
                table.append(String.format(
                        Locale.ROOT,
                        "%-36s %7d %8d %10.1f %8.2f%n",
                        victim.kind(),
                        read,
                        refused,
                        most / 1e6,
                        (System.nanoTime() - began) * 1e-6 / each));
            }
        } finally {
            worker.shutdownNow();
        }
        table.append(tried).append(" damaged files\n");
        Files.writeString(Path.of("target", "mutations.txt"), table, StandardCharsets.UTF_8);
        assertThat(faults).as(table.toString()).isEmpty();
        assertThat(tried).isGreaterThanOrEqualTo(COUNT);
    }

    private static End within(ExecutorService worker, Victim victim, long seed) throws InterruptedException {
        Future<End> future = worker.submit(() -> open(victim));
        try {
            return future.get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(victim.kind() + ", seed " + seed + ": not done in " + MOST_SECONDS + " s", e);
        } catch (ExecutionException e) {
            return new End("died of " + e.getCause(), 0);
        }
    }

    private static End open(Victim victim) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        String how = Scope.tidy(() -> how(victim));
        return new End(how, threads.getCurrentThreadAllocatedBytes() - before);
    }

    private static String how(Victim victim) {
        try {
            victim.open().run();
            return "read";
        } catch (BadInputException e) {
            String line = String.valueOf(e.getMessage());
            return line.lines().count() == 1 && line.length() < 2000
                    ? "refused"
                    : "refused in other than a line: " + line;
        } catch (IOException | RuntimeException | Error e) {
            StackTraceElement at = e.getStackTrace().length > 0 ? e.getStackTrace()[0] : null;
            return "ended in " + e + " at " + at + ours(e);
        }
    }

    /** The first place of ours. */
    private static String ours(Throwable e) {
        for (StackTraceElement at : e.getStackTrace()) {
            if (at.getClassName().startsWith("sensorium.")) {
                return ", from " + at;
            }
        }
        return "";
    }
}
