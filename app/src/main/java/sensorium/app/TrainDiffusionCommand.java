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
import sensorium.diffusion.ClassDiffusion;
import sensorium.diffusion.DiffusionConfig;
import sensorium.diffusion.DiffusionModel;
import sensorium.diffusion.DiffusionRecipe;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.nn.training.Trainer;

/** {@code train diffusion}: pictures of classes out of noise. */
@Command(
        name = "diffusion",
        mixinStandardHelpOptions = true,
        description = {
            "Learn to make pictures of each label out of noise.",
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

    @Override
    public void run() {
        common.backend();
        options.requirePositive();
        var kind = DiffusionConfig.Kind.named(network);
        Overrides overrides = options.overrides();
        var settings = overrides.apply(DiffusionRecipe.Options.USUAL);
        overrides.requireAllTaken(settings);
        PictureData data = PictureData.open(options.data);
        DiffusionConfig config = DiffusionConfig.small(kind, data.labels(), data.channels(), data.side())
                .withSchedule(schedule);
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
            model = DiffusionModel.of(Weights.random(common.seed), config);
            var examples = options.orWithdraw(folder, () -> data.training(watcher));
            var heldOut = options.orWithdraw(folder, () -> data.heldOut(null, watcher));
            pictures = examples.size();
            skipped = Skipped.all(data.folder().skipped(), examples.skipped(), heldOut.skipped());
            decoding = (System.nanoTime() - began) * 1e-9;
            var recipe = new DiffusionRecipe(
                    model, PictureData.pixels(examples), PictureData.pixels(heldOut), settings, common.seed);
            outcome = Trainer.train(
                    recipe,
                    DiffusionRecipe.plan(settings, common.seed, options.length(folder, recipe::steps)),
                    folder,
                    new TrainingView(common, progress));
        }
        double training = (System.nanoTime() - began) * 1e-9 - decoding;
        // As it was saved: with the averaged weights.
        ClassDiffusion saved = new ModelFolder(options.out).openDiffusion();
        Path report = new TrainingReport(
                        "Pictures out of noise, learnt from " + options.data,
                        options.data,
                        "%,d pictures, %d labels"
                                .formatted(pictures, config.labels().size()),
                        skipped,
                        model,
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", decoding),
                                new TimeTable.Span("train and evaluate", training)),
                        DiffusionView.of(saved, common.seed))
                .write(options.out);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", options.out.toString());
        json.put("data", options.data);
        json.put("labels", config.labels());
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
                        "%s in %.0f s; %d labels; held-out error %.4f%s%nreport %s",
                        TrainingReport.steps(outcome),
                        outcome.seconds(),
                        config.labels().size(),
                        outcome.measures().get("held_out_error"),
                        skipped.summary(),
                        report));
    }
}
