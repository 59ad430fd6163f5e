package sensorium.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import sensorium.BadInputException;

/** Runs some cases in a JVM of their own, under JMH. */
final class Measurement {
    static final List<String> FLAGS = List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx6g",
            "-Dorg.bytedeco.javacpp.nopointergc=true", // peers' tensors end with their scope, not with the collector's
            // help
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-Dorg.bytedeco.javacpp.logger=slf4j" // which is mute here: it warns of bindings made for another JavaCPP
            );

    /** Turns of a case before those that count; never fewer than it has engines at both numbers of threads. */
    private static final int WARMUP_TURNS = 10;

    private Measurement() {}

    /**
     * Rates of all engines by their names: for each case, and within it for each number of threads, the medians of the turns; of
     * the machine's own peaks the best.
     *
     * @throws BadInputException if a case failed, with the reason
     */
    static List<List<Map<String, Double>>> run(List<Case> cases, int[] threads) {
        Path log = log();
        try {
            var options = new OptionsBuilder()
                    .include(Turns.class.getName() + ".run")
                    .param("names", Turns.joined(cases.stream().map(Case::name)))
                    .param("threads", Turns.joined(Arrays.stream(threads).boxed()))
                    .forks(1)
                    .threads(1)
                    .warmupIterations(WARMUP_TURNS * cases.size())
                    .measurementIterations(cases.stream().mapToInt(Case::turns).sum())
                    .addProfiler(TurnProfiler.class)
                    .jvmArgs(FLAGS.toArray(String[]::new))
                    .jvmArgsAppend(Threads.flag(Arrays.stream(threads).max().orElseThrow()))
                    .shouldFailOnError(true)
                    .output(log.toString())
                    .build();
            RunResult result = new Runner(options).runSingle();
            Map<String, List<Double>> nanos = nanos(result);
            return cases.stream()
                    .map(c -> Arrays.stream(threads)
                            .mapToObj(n -> rates(c, n, nanos))
                            .toList())
                    .toList();
        } catch (RunnerException e) {
            throw new BadInputException(Turns.joined(cases.stream().map(Case::name)) + " failed: " + reason(log), e);
        } finally {
            delete(log);
        }
    }

    private static Map<String, Double> rates(Case c, int threads, Map<String, List<Double>> nanos) {
        boolean peak = c.group().equals(Peak.GROUP);
        String prefix = Turns.label(c, threads, "");
        Map<String, Double> rates = new TreeMap<>();
        nanos.forEach((player, times) -> {
            if (player.startsWith(prefix)) {
                double[] all = times.stream().mapToDouble(Double::doubleValue).toArray();
                double time = peak ? times.stream().min(Double::compare).orElseThrow() : Statistics.median(all);
                rates.put(player.substring(prefix.length()), c.work() / time); // 10⁹ a second is one a nanosecond
            }
        });
        return rates;
    }

    /** Nanoseconds a call, by case, threads and engine. */
    private static Map<String, List<Double>> nanos(RunResult result) {
        Map<String, List<Double>> times = new HashMap<>();
        for (var fork : result.getBenchmarkResults()) {
            for (IterationResult turn : fork.getIterationResults()) {
                turn.getSecondaryResults()
                        .forEach((engine, calls) -> times.computeIfAbsent(engine, _ -> new ArrayList<>())
                                .add(turn.getPrimaryResult().getScore() / calls.getScore()));
            }
        }
        return times;
    }

    private static Path log() {
        try {
            return Files.createTempFile("sensorium-bench", ".log");
        } catch (IOException e) {
            throw new BadInputException("no temporary file can be made (" + e.getMessage() + ")", e);
        }
    }

    /** The line of the log that names the exception. */
    private static String reason(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.stream()
                    .map(String::strip)
                    .filter(line -> line.matches("[\\w.$]+(Exception|Error): .*"))
                    .findFirst()
                    .orElse("JMH says: " + (lines.isEmpty() ? "nothing" : lines.getLast()));
        } catch (IOException e) {
            return "its log cannot be read (" + e.getMessage() + ")";
        }
    }

    private static void delete(Path log) {
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            log.toFile().deleteOnExit();
        }
    }
}
