package sensorium.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.BadInputException;
import sensorium.backend.Backends;
import sensorium.benchmarks.GpuCases.GpuCase;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Times {@link GpuCases} on one device, beside what another engine took for the same there: {@code benchmarks/gpu/run}. */
@Command(name = "gpu", description = "Measure a device beside torch.")
final class GpuTable implements Callable<Integer> {
    /** Seconds that a sample takes at least, samples, and runs before them. */
    private static final double SAMPLE = 0.2;

    private static final int SAMPLES = 7;
    private static final int WARM_UP = 3;

    @Option(names = "--device", defaultValue = "opencl", description = "What to measure (default: ${DEFAULT-VALUE}).")
    private String device;

    @Option(names = "--theirs", description = "Seconds of a run by name, as JSON: what torch_peer.py prints.")
    private Path theirs;

    @Option(names = "--json", description = "Where to write the rows as JSON.")
    private Path json;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "Beginnings of the names of cases (default: all).")
    private List<String> wanted = List.of();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new GpuTable())
                .setExecutionExceptionHandler((e, _, _) -> {
                    if (e instanceof BadInputException) {
                        System.err.println(e.getMessage());
                        return 1;
                    }
                    throw e;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() {
        JsonNode peer = theirs == null ? null : read(theirs);
        Backends.setStandard(Backends.open(device));
        System.out.println(Backends.current().description());
        System.out.printf("%-36s %12s %-10s %12s %8s%n", "case", "ours", "", peerName(peer), "ratio");
        List<Map<String, Object>> rows = new ArrayList<>();
        for (GpuCase c : GpuCases.all()) {
            if (!wanted.isEmpty() && wanted.stream().noneMatch(c.name()::startsWith)) {
                continue;
            }
            double ours = c.work() / seconds(c.opener().get());
            JsonNode took = peer == null ? null : peer.path("seconds").get(c.name());
            double other = took == null ? Double.NaN : c.work() / took.asDouble();
            System.out.printf(
                    "%-36s %12.1f %-10s %12s %8s%n",
                    c.name(),
                    ours,
                    c.unit(),
                    took == null ? "not measured" : "%.1f".formatted(other),
                    took == null ? "" : "%.2f".formatted(ours / other));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", c.name());
            row.put("device", Backends.current().description());
            row.put("ours", Row.rounded(ours));
            row.put("unit", c.unit());
            if (took != null) {
                row.put("peer", peerName(peer));
                row.put("theirs", Row.rounded(other));
                row.put("ratio", Row.rounded(ours / other));
            }
            rows.add(row);
        }
        if (json != null) {
            write(json, JsonMapper.shared().writeValueAsBytes(rows));
        }
        return 0;
    }

    private static String peerName(JsonNode peer) {
        return peer == null ? "" : peer.path("peer").asString("peer");
    }

    /** Of one run: the median of samples, each of as many runs as take long enough to be timed. */
    private static double seconds(Runnable work) {
        double once = Double.POSITIVE_INFINITY;
        for (int i = 0; i < WARM_UP; i++) {
            once = Math.min(once, timed(work, 1));
        }
        int runs = (int) Math.max(1, Math.ceil(SAMPLE / once));
        var samples = new double[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            samples[i] = timed(work, runs);
        }
        return Statistics.median(samples);
    }

    private static double timed(Runnable work, int runs) {
        Backends.current().synchronize();
        long began = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            work.run();
        }
        Backends.current().synchronize();
        return (System.nanoTime() - began) * 1e-9 / runs;
    }

    private static JsonNode read(Path file) {
        try {
            return JsonMapper.shared().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e + ")", e);
        }
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be written (" + e + ")", e);
        }
    }
}
