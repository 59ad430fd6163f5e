package sensorium.app;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;
import sensorium.multimodal.classify.FineTuning;
import sensorium.multimodal.classify.FineTuning.Tune;
import sensorium.nn.Lora;

/** How a published model is taught something else. */
final class TuningOptions {
    @Option(
            names = "--from",
            paramLabel = "FOLDER",
            description = "Begin with this published model (ViT, AST or KWT) instead of from nothing.")
    Path from;

    @Option(
            names = "--fine-tune",
            split = ",",
            paramLabel = "WHAT",
            description = "What of it is trained: full, head or lora; several, with commas, are compared in a table"
                    + " (default: full).")
    List<Tune> tune = List.of(Tune.FULL);

    @Option(
            names = "--rank",
            paramLabel = "R",
            description = "Rank of the adapters of --fine-tune lora (default: ${DEFAULT-VALUE}).")
    private int rank = 8;

    @Option(
            names = "--alpha",
            paramLabel = "A",
            description = "They are scaled with A / R (default: ${DEFAULT-VALUE}).")
    private double alpha = 16;

    @Option(
            names = "--target",
            split = ",",
            paramLabel = "NAME",
            description = "The linear maps that are adapted, by the end of their names (default: queries and values).")
    private List<String> targets = Lora.QUERIES_AND_VALUES;

    @Option(
            names = "--freeze",
            paramLabel = "REGEX",
            description = "Leave every parameter as it is in whose name this is found.")
    private String freeze = "";

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Examples that an update is learnt from (default: ${DEFAULT-VALUE}).")
    int batch = 16;

    FineTuning tuning(List<String> labels) {
        return new FineTuning(
                from.toAbsolutePath().normalize().toString(),
                labels,
                tune.getFirst(),
                new Lora(rank, alpha, targets),
                freeze);
    }
}
