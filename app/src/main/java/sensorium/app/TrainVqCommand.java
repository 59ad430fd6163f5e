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
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.nn.training.Trainer;
import sensorium.vision.LabelledPictures;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.VqRecipe;

/** {@code train vq}: pictures, or sounds, as tokens. */
@Command(
        name = "vq",
        mixinStandardHelpOptions = true,
        description = "Learn to write pictures or sounds as a few numbers of codebooks, and to read them again.")
final class TrainVqCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Mixin
    private TrainingOptions options;

    @Option(
            names = "--sense",
            paramLabel = "SENSE",
            description = "picture or sound (default: pictures, or sounds where there are no pictures).")
    private String sense;

    @Override
    public void run() {
        common.backend();
        options.requirePositive();
        options.overrides().requireAllTaken();
        if (SoundTokensTraining.isMeant(sense, options.data)) {
            new SoundTokensTraining(common, options).run();
            return;
        }
        PictureData data = PictureData.open(options.data);
        var config = PictureTokenizer.Config.small(data.channels(), data.side());
        long began = System.nanoTime();
        PictureTokenizer model;
        Trainer.Outcome outcome;
        double decoding;
        Skipped skipped;
        LabelledPictures held;
        int pictures;
        // The folder first: that it cannot be had should not be learnt after decoding everything.
        try (var progress = new Progress();
                var folder = options.folder(ModelFolder.config(config))) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            model = PictureTokenizer.of(Weights.random(common.seed), config);
            var examples = options.orWithdraw(folder, () -> data.training(watcher));
            var heldOut = options.orWithdraw(folder, () -> data.heldOut(null, watcher));
            held = PictureData.pixels(heldOut);
            pictures = examples.size();
            skipped = Skipped.all(data.folder().skipped(), examples.skipped(), heldOut.skipped());
            decoding = (System.nanoTime() - began) * 1e-9;
            var recipe = new VqRecipe(model, PictureData.pixels(examples), held, common.seed);
            outcome = Trainer.train(
                    recipe,
                    VqRecipe.plan(common.seed, options.length(folder, recipe::steps)),
                    folder,
                    new TrainingView(common, progress));
        }
        double training = (System.nanoTime() - began) * 1e-9 - decoding;
        Path report = new TrainingReport(
                        "Pictures as tokens, learnt from " + options.data,
                        options.data,
                        "%,d pictures".formatted(pictures),
                        skipped,
                        model,
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", decoding),
                                new TimeTable.Span("train and evaluate", training)),
                        TokensView.of(model, held))
                .write(options.out);
        Map<String, Double> measures = outcome.measures();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", options.out.toString());
        json.put("data", options.data);
        json.put("tokens", config.tokens() * config.tokens());
        json.put("codes", config.codes());
        json.put("parameters", model.parameterCount());
        json.put("steps", outcome.steps());
        json.put("loss", outcome.loss());
        for (String name : List.of("psnr", "ssim", "used", "perplexity")) {
            json.put(name, measures.get(name));
        }
        json.put("train_seconds", outcome.seconds());
        json.put("skipped", skipped.count());
        json.put("report", report.toString());
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "%s in %.0f s; %d tokens of %d codes; %s%s%nreport %s",
                        TrainingReport.steps(outcome),
                        outcome.seconds(),
                        config.tokens() * config.tokens(),
                        config.codes(),
                        TokensView.words(measures),
                        skipped.summary(),
                        report));
    }
}
