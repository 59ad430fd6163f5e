package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.BadInputException;
import sensorium.app.Main;
import sensorium.app.Progress;

/** {@code sensorium bench}: the kernels against native libraries. */
@Command(
        name = "sensorium bench",
        mixinStandardHelpOptions = true,
        subcommands = IndexBench.class,
        description = "Measure the kernels against native libraries, in one process on the same inputs.")
public final class BenchCommand implements Callable<Integer> {
    /** Cases that are measured in one process. */
    private static final int TOGETHER = 12;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "GROUP",
            arity = "0..*",
            description =
                    "Groups, or beginnings of the names of cases, such as gemm/197 (default: everything but steps); memory and start are of whole processes.")
    private List<String> wanted = new ArrayList<>();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of every engine (default: one, then all cores).")
    private Integer threads;

    @Option(names = "--json", description = "Print an array of JSON, one object a line.")
    private boolean json;

    @Option(names = "--markdown", description = "Print the table in Markdown.")
    private boolean markdown;

    private final List<Row> rows = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    private BenchCommand() {}

    public static void main(String[] args) {
        Main.run(new BenchCommand(), args);
    }

    @Override
    public Integer call() {
        if (threads != null && threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads must be at least 1");
        }
        List<Case> cases = cases();
        int cores = Runtime.getRuntime().availableProcessors();
        int[] counts = threads != null
                ? new int[] {threads}
                : IntStream.of(1, cores).distinct().toArray();
        System.setProperty("jmh.ignoreLock", "true"); // its lock file would be the machine's, not ours
        Output output = json ? new Output.Json(System.out) : new Output.Text(System.out, new Table(markdown));
        output.begin();
        boolean all = wanted.isEmpty();
        boolean processesOnly = !all && cases.isEmpty();
        try (var progress = new Progress()) {
            int most = counts[counts.length - 1]; // as such processes are used
            if (all || wanted.contains(Processes.MEMORY)) {
                progress.update(Processes.MEMORY, 0, 1, "");
                Processes.memory(most).forEach(output::cost);
            }
            if (all || wanted.contains(Processes.START)) {
                progress.update(Processes.START, 0, 1, "");
                Processes.start(most).forEach(output::cost);
            }
            if (!processesOnly) {
                measure(cases, counts, output, progress);
            }
        }
        output.end(rows);
        if (failures.isEmpty()) {
            return 0;
        }
        System.err.println("sensorium: the others are measured, these failed: " + String.join(", ", failures));
        return 1;
    }

    private List<Case> cases() {
        for (String name : wanted) {
            if (!ofProcesses(name)
                    && Groups.names().stream()
                            .flatMap(g -> Groups.of(g).stream())
                            .noneMatch(c -> matches(c, name))) {
                throw new ParameterException(
                        spec.commandLine(),
                        "no group or case is called " + name + "; the groups are " + String.join(", ", Groups.names())
                                + ", " + Processes.MEMORY + ", " + Processes.START);
            }
        }
        return Groups.names().stream()
                .flatMap(g -> Groups.of(g).stream())
                .filter(c -> wanted.isEmpty()
                        ? !c.group().equals(GemmSteps.GROUP)
                        : wanted.stream().anyMatch(name -> matches(c, name)))
                .toList();
    }

    private static boolean ofProcesses(String name) {
        return name.equals(Processes.MEMORY) || name.equals(Processes.START);
    }

    private static boolean matches(Case c, String name) {
        return c.group().equals(name) || name.contains("/") && c.name().startsWith(name);
    }

    private void measure(List<Case> cases, int[] counts, Output output, Progress progress) {
        List<Map<Roof, Double>> peaks = Arrays.stream(counts)
                .<Map<Roof, Double>>mapToObj(_ -> new EnumMap<>(Roof.class))
                .toList();
        long total = cases.size() + Roof.values().length;
        long done = 0;
        for (Roof roof : Roof.values()) {
            Case c = Groups.named(Peak.name(roof));
            progress.update(c.name(), done++, total, "");
            List<Map<String, Double>> rates =
                    Measurement.run(List.of(c), counts).getFirst();
            for (int i = 0; i < counts.length; i++) {
                double rate = rates.get(i).get(Ours.NAME);
                peaks.get(i).put(roof, rate);
                add(new Row(c.name(), counts[i], roof, c.work(), rate, rate, Map.of()), output, progress);
            }
        }
        for (List<Case> some : together(cases)) {
            progress.update(some.getFirst().name(), done, total, "");
            done += some.size();
            List<List<Map<String, Double>>> rates = rates(some, counts, progress);
            for (int c = 0; c < some.size(); c++) {
                for (int i = 0; i < rates.get(c).size(); i++) {
                    add(row(some.get(c), counts[i], peaks.get(i), rates.get(c).get(i)), output, progress);
                }
            }
        }
    }

    /** Cases of a group, so many at a time as share a process: it loads the libraries and compiles our code once. */
    private static List<List<Case>> together(List<Case> cases) {
        List<List<Case>> all = new ArrayList<>();
        for (Case c : cases) {
            if (all.isEmpty()
                    || all.getLast().size() == TOGETHER
                    || !all.getLast().getFirst().group().equals(c.group())) {
                all.add(new ArrayList<>());
            }
            all.getLast().add(c);
        }
        return all;
    }

    /** What the cases came to; nothing for one that failed, also by itself: the others can still be measured, the exit status tells. */
    private List<List<Map<String, Double>>> rates(List<Case> cases, int[] counts, Progress progress) {
        try {
            return Measurement.run(cases, counts);
        } catch (BadInputException e) {
            if (cases.size() > 1) {
                return cases.stream()
                        .map(c -> rates(List.of(c), counts, progress).getFirst())
                        .toList();
            }
            failures.add(cases.getFirst().name());
            progress.close();
            System.err.println("sensorium: " + e.getMessage());
            return List.of(List.of());
        }
    }

    private static Row row(Case c, int threads, Map<Roof, Double> peaks, Map<String, Double> rates) {
        Map<String, Double> peers = new TreeMap<>(rates);
        double ours = peers.remove(Ours.NAME);
        return new Row(c.name(), threads, c.roof(), c.work(), ours, peaks.get(c.roof()), peers);
    }

    private void add(Row row, Output output, Progress progress) {
        rows.add(row);
        progress.close();
        output.row(row);
    }
}
