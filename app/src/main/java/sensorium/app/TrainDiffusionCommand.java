package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sensorium.app.report.TimeTable;
import sensorium.diffusion.DiffusionConfig;
import sensorium.diffusion.DiffusionModel;
import sensorium.diffusion.DiffusionPipeline;
import sensorium.diffusion.DiffusionRecipe;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.nn.training.Trainer;
import sensorium.text.TextEncoder;
import sensorium.vision.PictureTokenizer;

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
            description =
                    "Noise: linear, scaled-linear, cosine, sigmoid or zero-terminal-snr (default: ${DEFAULT-VALUE}).")
    private String schedule = "cosine";

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

    @Override
    public void run() {
        common.backend();
        options.requirePositive();
        var kind = DiffusionConfig.Kind.named(network);
        Overrides overrides = options.overrides();
        var settings = overrides.apply(DiffusionRecipe.Options.USUAL);
        overrides.requireAllTaken(settings);
        TextEncoder reader =
                text == null ? null : new ModelFolder(text).openSpace().text();
        PictureTokenizer codec = latent == null ? null : new ModelFolder(latent).openTokenizer();
        DiffusionData data = DiffusionData.open(options.data, reader, codec);
        DiffusionConfig config = data.config(kind).withSchedule(schedule);
        long began = System.nanoTime();
        DiffusionModel model;
        Trainer.Outcome outcome;
        double decoding;
        Skipped skipped;
        int pictures;
        // The folder first: that it cannot be had should not be learnt after decoding everything.
        try (var progress = new Progress();
                var folder = options.folder(ModelFolder.config(config))) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            model = DiffusionModel.of(Weights.random(common.seed), config, reader, codec);
            var examples = options.orWithdraw(folder, () -> data.training(model, watcher));
            var heldOut = options.orWithdraw(folder, () -> data.heldOut(model, watcher));
            pictures = examples.lessons().size();
            skipped = Skipped.all(data.skipped(), examples.skipped(), heldOut.skipped());
            decoding = (System.nanoTime() - began) * 1e-9;
            var recipe = new DiffusionRecipe(model, examples.lessons(), heldOut.lessons(), settings, common.seed);
            outcome = Trainer.train(
                    recipe,
                    options.plan(DiffusionRecipe.plan(settings, common.seed, options.length(folder, recipe::steps))),
                    folder,
                    new TrainingView(common, progress));
        }
        double training = (System.nanoTime() - began) * 1e-9 - decoding;
        // As it was saved: with the averaged weights.
        DiffusionPipeline saved = new ModelFolder(options.out).openDiffusion();
        Path report = new TrainingReport(
                        "Pictures out of noise, learnt from " + options.data,
                        options.data,
                        "%,d pictures, %s".formatted(pictures, data.told()),
                        skipped,
                        model,
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", decoding),
                                new TimeTable.Span("train and evaluate", training)),
                        DiffusionView.of(saved, data.shown(), common.seed))
                .write(options.out);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", options.out.toString());
        json.put("data", options.data);
        json.put("told", data.told());
        json.put("latent", latent == null ? null : latent.toString());
        json.put("network", network);
        json.put("parameters", model.parameterCount());
        json.put("steps", outcome.steps());
        json.put("loss", outcome.loss());
        json.put("held_out_error", outcome.measures().get("held_out_error"));
        json.put("train_seconds", outcome.seconds());
        json.put("skipped", skipped.count());
        json.put("report", report.toString());
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "%s in %.0f s; %s; held-out error %.4f%s%nreport %s",
                        TrainingReport.steps(outcome),
                        outcome.seconds(),
                        data.told(),
                        outcome.measures().get("held_out_error"),
                        skipped.summary(),
                        report));
    }
}
