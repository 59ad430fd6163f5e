package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sensorium.app.report.Media;
import sensorium.app.report.Page;
import sensorium.app.report.TimeTable;
import sensorium.memory.Scope;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.TokenChoice;
import sensorium.nn.Weights;
import sensorium.nn.training.Trainer;
import sensorium.vision.PictureGrid;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.TokenPrior;
import sensorium.vision.TokenRecipe;

/** {@code train tokens}: which tokens of pictures follow which; or, with those of sounds, from any sense to any other. */
@Command(
        name = "tokens",
        mixinStandardHelpOptions = true,
        description = {
            "Learn to write pictures of each label token by token, in the tokens of a model of train vq.",
            "With --sound-vq: learn to go from texts, pictures and sounds to texts, pictures and sounds, all by one model."
        })
final class TrainTokensCommand implements Runnable {
    private static final int SHOWN_OF_EACH = 8;

    @Mixin
    private CommonOptions common;

    @Mixin
    private TrainingOptions options;

    @Option(
            names = "--vq",
            required = true,
            paramLabel = "RUN",
            description = "The model of train vq whose tokens are learnt; it becomes part of the new one.")
    private Path vq;

    @Option(
            names = "--sound-vq",
            paramLabel = "RUN",
            description = "The model of train vq --sense sound whose tokens are learnt too: then any to any is learnt.")
    private Path soundVq;

    @Option(
            names = "--language",
            paramLabel = "L",
            description =
                    "Any to any: of texts that are written, where they name languages (default: ${DEFAULT-VALUE}).")
    private String language = CaptionData.LANGUAGE;

    @Option(
            names = "--speech",
            paramLabel = "L",
            description = "Any to any: of sounds that are made (default: the one in which most things are spoken).")
    private String speech;

    @Override
    public void run() {
        common.backend();
        options.requirePositive();
        if (soundVq != null) {
            new AnyToAnyTraining(common, options, vq, soundVq, language, speech).run();
            return;
        }
        options.overrides().requireAllTaken();
        PictureTokenizer tokenizer = new ModelFolder(vq).openTokenizer();
        PictureData data = PictureData.whole(options.data);
        data.requireLike(tokenizer);
        var config = TokenPrior.Config.small(data.labels(), tokenizer.config());
        long began = System.nanoTime();
        TokenPrior model;
        Trainer.Outcome outcome;
        double decoding;
        Skipped skipped;
        int pictures;
        // The folder first: that it cannot be had should not be learnt after decoding everything.
        try (var progress = new Progress();
                var folder = options.folder(ModelFolder.config(config))) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            model = TokenPrior.of(Weights.random(common.seed), config, tokenizer);
            var examples = options.orWithdraw(folder, () -> data.training(watcher));
            var heldOut = options.orWithdraw(folder, () -> data.heldOut(null, watcher));
            pictures = examples.size();
            skipped = Skipped.all(data.folder().skipped(), examples.skipped(), heldOut.skipped());
            PictureTokenizer.Watcher reading = (done, total) -> watcher.update("read as tokens", done, total);
            var corpus = TokenRecipe.Corpus.of(tokenizer, PictureData.pixels(examples), reading);
            var held = TokenRecipe.Corpus.of(tokenizer, PictureData.pixels(heldOut), reading);
            decoding = (System.nanoTime() - began) * 1e-9;
            var recipe = new TokenRecipe(model, corpus, held, common.seed);
            outcome = Trainer.train(
                    recipe,
                    options.plan(TokenRecipe.plan(common.seed, options.length(folder, recipe::steps))),
                    folder,
                    new TrainingView(common, progress));
        }
        double training = (System.nanoTime() - began) * 1e-9 - decoding;
        double surprise = outcome.measures().get("held_out_surprise");
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("labels", config.labels());
        about.put("tokens", config.length());
        about.put("codes", config.pictures().codes());
        about.put("parameters", model.parameterCount());
        new TrainingReport(
                        "Pictures token by token, learnt from " + options.data,
                        options.data,
                        "%,d pictures, %d labels"
                                .formatted(pictures, config.labels().size()),
                        skipped,
                        model,
                        outcome,
                        List.of(
                                new TimeTable.Span("decode and read as tokens", decoding),
                                new TimeTable.Span("train and evaluate", training)),
                        List.of(written(model, common.seed)))
                .print(
                        common,
                        options.out,
                        about,
                        Map.of("held_out_surprise", surprise),
                        String.format(
                                Locale.ROOT,
                                "held-out surprise %.3f nats a token (%.3f if all were alike)",
                                surprise,
                                Math.log(config.pictures().codes())));
    }

    /** A row for each label. */
    private static Page.Section written(TokenPrior model, long seed) {
        var labels = model.config().labels();
        long[] classes = IntStream.range(0, labels.size() * SHOWN_OF_EACH)
                .mapToLong(i -> i / SHOWN_OF_EACH)
                .toArray();
        var grid = Scope.tidy(() -> Media.grid(
                PictureGrid.of(
                        model.pictures().picture(model.write(classes, 1, TokenChoice.AS_LEARNT, seed, _ -> {})),
                        SHOWN_OF_EACH),
                "written pictures"));
        return new Page.Section(
                "Written token by token", "A row for each of: " + String.join(", ", labels) + ".", grid);
    }
}
