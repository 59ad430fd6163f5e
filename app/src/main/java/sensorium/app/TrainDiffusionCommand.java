package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sensorium.BadInputException;
import sensorium.app.report.TimeTable;
import sensorium.diffusion.DiffusionConfig;
import sensorium.diffusion.DiffusionPipeline;
import sensorium.diffusion.DiffusionRecipe;
import sensorium.diffusion.Prediction;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.training.Trainer;
import sensorium.text.TextEncoder;
import sensorium.vision.PictureCodec;

/** {@code train diffusion}: pictures of classes, or of what is said, out of noise. */
@Command(
        name = "diffusion",
        mixinStandardHelpOptions = true,
        description = {
            "Learn to make pictures of each label out of noise; with --text, of what is said in words.",
            "Settings: batch, rate, withhold, minsnr, ema."
        })
final class TrainDiffusionCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Mixin
    private TrainingOptions options;

    @Option(names = "--network", paramLabel = "N", description = "unet or dit (default: ${DEFAULT-VALUE}).")
    private String network = "unet";

    @Option(
            names = "--schedule",
            paramLabel = "S",
            description = "Noise: linear, scaled-linear, cosine, sigmoid, zero-terminal-snr or rectified-flow"
                    + " (default: ${DEFAULT-VALUE}).")
    private String schedule = "cosine";

    @Option(
            names = "--prediction",
            paramLabel = "P",
            description = "What the network says: epsilon, sample or velocity (default: ${DEFAULT-VALUE});"
                    + " rectified flow has one of its own.")
    private String prediction = "velocity";

    @Option(
            names = "--width",
            paramLabel = "N",
            description =
                    "Channels of the U-Net's first stage, or of the transformer (default: what suits the pictures).")
    private int width;

    @Option(
            names = "--depth",
            paramLabel = "N",
            description = "Residual blocks of a stage (default: 1), or blocks of the transformer (default: 6).")
    private int depth;

    @Option(
            names = "--text",
            paramLabel = "RUN",
            description = "Learn from captions, as the words of this model of train shared-space are read;"
                    + " its text encoder becomes part of the new model.")
    private Path text;

    @Option(
            names = "--latent",
            paramLabel = "RUN",
            description =
                    "Denoise what this model of train vq makes of pictures, not pixels; it becomes part of the new"
                            + " model.")
    private Path latent;

    /** @throws BadInputException if the space reads texts in another way than as n-grams */
    private static TextEncoder reader(Path space) {
        return new ModelFolder(space)
                .openSpace()
                .grams()
                .orElseThrow(
                        () -> new BadInputException(space + ": its text tower is a published model, which diffusion"
                                + " cannot be told by; train a space without --text-tower"));
    }

    @Override
    public void run() {
        common.backend();
        options.requirePositive();
        var kind = DiffusionConfig.Kind.named(network);
        var size = new DiffusionConfig.Size(width, depth);
        var says = Prediction.named(prediction);
        Overrides overrides = options.overrides();
        var settings = overrides.apply(DiffusionRecipe.Options.USUAL);
        overrides.requireAllTaken(settings);
        TextEncoder reader = text == null ? null : reader(text);
        PictureCodec codec = latent == null ? null : new ModelFolder(latent).openCodec();
        DiffusionData data = DiffusionData.open(options.data, reader, codec);
        DiffusionConfig config = data.config(kind, size).with(says).withSchedule(schedule);
        DiffusionTraining.Result result;
        long began = System.nanoTime();
        try (var progress = new Progress()) {
            result = new DiffusionTraining(data, config, settings).run(options, common, progress);
        }
        double all = (System.nanoTime() - began) * 1e-9;
        Trainer.Outcome outcome = result.outcome();
        double error = outcome.measures().get("held_out_error");
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("told", data.told());
        about.put("latent", latent == null ? null : latent.toString());
        about.put("network", network);
        about.put("parameters", result.model().parameterCount());
        new TrainingReport(
                        "Pictures out of noise, learnt from " + options.data,
                        options.data,
                        "%,d pictures, %s".formatted(result.pictures(), data.told()),
                        result.skipped(),
                        result.model(),
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", result.decodeSeconds()),
                                new TimeTable.Span("train and evaluate", all - result.decodeSeconds())),
                        DiffusionView.of(DiffusionPipeline.of(result.model()), data.shown(), common.seed))
                .print(
                        common,
                        options.out,
                        about,
                        Map.of("held_out_error", error),
                        String.format(Locale.ROOT, "%s; held-out error %.4f", data.told(), error));
    }
}
