package sensorium.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import sensorium.BadInputException;

/** What can only be measured of whole processes: peak memory, each engine in a process of its own, and how long a start takes. */
final class Processes {
    static final String MEMORY = "memory";
    static final String START = "start";

    private static final int STARTS = 5;
    /** Enough for pools and allocators to have all that they will ever hold. */
    private static final int RUNS = 8;

    private static final String ONE_PICTURE = "vit b16 batch 1";

    /** What a process does: engines by name, opened where they are wanted, for a library that is loaded takes memory too. */
    private static final Map<String, Supplier<List<Supplier<Engine>>>> LOADS = new TreeMap<>(Map.of(
            ONE_PICTURE,
            () -> VitCases.openers(1),
            "vit b16 batch 8",
            () -> VitCases.openers(8),
            "train vit 28x28 batch 128",
            TrainCases::vitOpeners));

    /**
     * @param seconds from the start of the process to the first result
     * @param megabytes peak resident memory (VmHWM), 10⁶ bytes
     */
    private record Outcome(double seconds, double megabytes) {}

    private Processes() {}

    static List<Cost> memory(int threads) {
        List<Cost> costs = new ArrayList<>();
        for (String load : LOADS.keySet()) {
            if (!load.equals(ONE_PICTURE)) {
                double ours = child(load, 0, RUNS, threads).megabytes;
                double theirs = child(load, 1, RUNS, threads).megabytes;
                costs.add(new Cost(MEMORY + "/" + load, threads, "MB", ours, theirs));
            }
        }
        return costs;
    }

    static List<Cost> start(int threads) {
        var first = new double[STARTS];
        var devices = new double[STARTS];
        devices(); // the first may have to build
        for (int i = 0; i < STARTS; i++) {
            devices[i] = devices();
            first[i] = child(ONE_PICTURE, 0, 1, threads).seconds;
        }
        return List.of(
                new Cost(START + "/devices", threads, "s", Statistics.median(devices), null),
                new Cost(START + "/first " + ONE_PICTURE, threads, "s", Statistics.median(first), null));
    }

    /** Seconds of {@code ./sensorium devices}. */
    private static double devices() {
        long began = System.nanoTime();
        output(List.of(
                Path.of(System.getProperty("sensorium.home"), "sensorium").toString(), "devices"));
        return (System.nanoTime() - began) * 1e-9;
    }

    private static Outcome child(String load, int engine, int runs, int threads) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(Measurement.FLAGS);
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmn48m", Turns.threadsFlag(threads))); // as the launcher has it
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Processes.class.getName()));
        command.addAll(List.of(load, Integer.toString(engine), Integer.toString(runs)));
        String[] numbers = output(command).strip().split(" ");
        return new Outcome(Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]));
    }

    private static String output(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new BadInputException("this failed, run it to see why: " + String.join(" ", command));
            }
            return output;
        } catch (IOException e) {
            throw new BadInputException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new BadInputException("interrupted while waiting for " + command.getFirst(), e);
        }
    }

    /** The child: opens one engine of a load, runs it, and prints an {@link Outcome}. */
    public static void main(String[] args) throws IOException {
        Engine engine = LOADS.get(args[0]).get().get(Integer.parseInt(args[1])).get();
        engine.run();
        Instant began = ProcessHandle.current().info().startInstant().orElseThrow();
        double seconds = Duration.between(began, Instant.now()).toNanos() * 1e-9;
        for (int i = 1; i < Integer.parseInt(args[2]); i++) {
            engine.run();
        }
        System.out.println(seconds + " " + peak());
    }

    private static double peak() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")) * 1e-6)
                .findFirst()
                .orElseThrow();
    }
}
