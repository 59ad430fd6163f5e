package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.multimodal.model.ParityCases;
import sensorium.nn.ParityCase;
import sensorium.nn.ParityReport;
import sensorium.nn.ParityReport.Row;

/** {@code parity MODEL DUMP}: where a published model's values leave those of its reference implementation. */
@Command(
        name = "parity",
        mixinStandardHelpOptions = true,
        description = {
            "Run a published model on the inputs of a recorded run (safetensors) and compare every value in it.",
            "Exits 0 when all are within tolerance, 1 with the first one that is not, in the order of computation.",
            "Errors: absolute, relative to the largest magnitude where that is above 1, and in units in the last place."
        })
final class ParityCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The folder of a published model, or a run folder.")
    private Path model;

    @Parameters(
            index = "1",
            paramLabel = "DUMP",
            description = "A recorded run: input.*, trace.* by the checkpoint's module names, output.*.")
    private Path dump;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description = "Largest relative error of every value (default: the model's own).")
    private Double tolerance;

    @Override
    public void run() {
        if (tolerance != null && !(tolerance >= 0)) {
            throw new ParameterException(spec.commandLine(), "--tolerance must be 0 or more");
        }
        common.backend();
        ParityCase known = ParityCases.open(model);
        ParityCase compared = tolerance == null ? known : known.within(_ -> tolerance);
        Safetensors recorded = Safetensors.open(dump);
        // As parity/dump.py says of what it writes.
        boolean everyModule = "all".equals(recorded.metadata().get("modules"));
        var recording = new ParityCase.Recording(recorded.tensors(), dump.toString(), everyModule);
        ParityReport report = compared.compare(recording);
        common.print(json(report), text(report));
        report.fault().ifPresent(fault -> {
            throw new BadInputException(dump + ": " + fault);
        });
    }

    private static Map<String, Object> json(ParityReport report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("agrees", report.agrees());
        report.divergence().ifPresent(row -> json.put("first", row.name()));
        json.put("missing", report.missing());
        json.put("values", report.rows().stream().map(ParityCommand::json).toList());
        return json;
    }

    private static Map<String, Object> json(Row row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", row.name());
        json.put("shape", row.expected().dims());
        json.put("absolute", row.absolute());
        json.put("relative", row.relative());
        json.put("ulps", row.ulps());
        json.put("tolerance", row.tolerance());
        json.put("within", row.isWithin());
        return json;
    }

    private static String text(ParityReport report) {
        List<Row> rows = report.rows();
        int name = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
        int shape = rows.stream()
                .mapToInt(row -> row.expected().toString().length())
                .max()
                .orElse(0);
        String layout = "%-" + Math.max(4, name) + "s  %-" + Math.max(5, shape) + "s  %9s  %9s  %9s  %9s";
        var text = new StringBuilder(
                String.format(Locale.ROOT, layout, "name", "shape", "absolute", "relative", "ULP", "tolerance"));
        for (Row row : rows) {
            text.append('\n')
                    .append(String.format(
                            Locale.ROOT,
                            layout,
                            row.name(),
                            row.expected(),
                            number(row.absolute()),
                            number(row.relative()),
                            number(row.ulps()),
                            number(row.tolerance())))
                    .append(row.isWithin() ? "" : "  <--");
        }
        return text.toString();
    }

    private static String number(double x) {
        return x == 0 ? "0" : String.format(Locale.ROOT, "%.2e", x);
    }
}
