package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import sensorium.BadInputException;
import sensorium.app.report.TimeTable;
import sensorium.audio.SoundCodec;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.tokens.AnyToAny;
import sensorium.multimodal.tokens.AnyToAnyRecipe;
import sensorium.multimodal.tokens.Direction;
import sensorium.multimodal.tokens.MediaCodec;
import sensorium.multimodal.tokens.TokenBank;
import sensorium.multimodal.tokens.TokenReading;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.text.Units;
import sensorium.vision.PictureTokenizer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code train tokens --sound-vq}: from words, pictures and sounds to words, pictures and sounds.
 *
 * @param vq the model of tokens of pictures
 * @param soundVq the model of tokens of sounds
 * @param language of texts that are written
 * @param speech the language of sounds that are made; null for the one that most things are spoken in
 */
record AnyToAnyTraining(
        CommonOptions common, TrainingOptions options, Path vq, Path soundVq, String language, String speech) {
    /** Under these {@code config.json} says what made the tokens, and what is made of them. */
    private static final String CODECS = "codecs";

    void run() {
        Overrides overrides = options.overrides();
        AnyToAny.Size size = overrides.apply(AnyToAny.Size.SMALL);
        TokenReading.Options views = overrides.apply(TokenReading.Options.LEARNING);
        AnyToAnyRecipe.Options rows = overrides.apply(AnyToAnyRecipe.Options.STANDARD);
        overrides.requireAllTaken(size, views, rows);
        PictureTokenizer pictures = new ModelFolder(vq).openTokenizer();
        SoundCodec sounds = new ModelFolder(soundVq).openSoundCodec();
        SpaceData data = SpaceData.open(options.data);
        List<Item> items = data.training();
        // The words have to be known before the model can be.
        String spoken = speech == null ? TokenReading.mostSpoken(items) : speech;
        Units units = Units.bpe(TokenReading.texts(items, language, spoken), size.merges(), 1);
        AnyToAny.Config config = AnyToAny.Config.of(units, pictures.config(), sounds.config(), language, spoken, size);
        ObjectNode described = ModelFolder.config(config);
        described
                .putObject(CODECS)
                .put("pictures", new ModelFolder(vq).fingerprint())
                .put("sounds", new ModelFolder(soundVq).fingerprint());
        long began = System.nanoTime();
        AnyToAny model;
        Trainer.Outcome outcome;
        double reading;
        TokenBank bank;
        try (var progress = new Progress();
                var folder = options.folder(described)) {
            requireSame(folder, described);
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            model = AnyToAny.fresh(common.seed, config, pictures, sounds);
            bank = options.orWithdraw(
                    folder, () -> TokenReading.of(items, new MediaCodec(model), views, common.seed, watcher));
            reading = (System.nanoTime() - began) * 1e-9;
            var recipe = new AnyToAnyRecipe(model, bank, rows, common.seed);
            outcome = Trainer.train(
                    recipe,
                    options.plan(AnyToAnyRecipe.plan(common.seed, options.length(folder, recipe::steps))),
                    folder,
                    new TrainingView(common, progress));
        }
        double training = (System.nanoTime() - began) * 1e-9 - reading;
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("things", bank.entries().size());
        about.put("vocabulary", model.vocabulary().size());
        about.put("parameters", model.parameterCount());
        about.put("language", config.language());
        about.put("speech", config.speech());
        new TrainingReport(
                        "Any to any, learnt from " + options.data,
                        options.data,
                        "%,d things".formatted(bank.entries().size()),
                        Skipped.all(data.folder().skipped(), bank.skipped()),
                        model,
                        outcome,
                        List.of(
                                new TimeTable.Span("decode and read as tokens", reading),
                                new TimeTable.Span("train and evaluate", training)),
                        List.of(AnyToAnyView.rows(model, bank, common.seed)))
                .print(common, options.out, about, outcome.measures(), words(outcome.measures()));
    }

    private static String words(Map<String, Double> measures) {
        return "nats a code: "
                + Direction.LEARNT.stream()
                        .map(d -> String.format(Locale.ROOT, "%s %.2f", d, measures.get("surprise." + d)))
                        .collect(Collectors.joining(", "));
    }

    /** A run that goes on does so with the vocabulary and the codecs that it began with. */
    private void requireSame(RunFolder folder, ObjectNode described) {
        ObjectNode known = folder.config();
        if (!known.path("kind").equals(described.path("kind"))) {
            throw new BadInputException(options.out + ": not a run of any to any; name another folder with --out");
        }
        if (!known.path(CODECS).equals(described.path(CODECS))) {
            throw new BadInputException(options.out
                    + ": began with other models of train vq; go on with those, or train afresh in another folder");
        }
        var written = JsonMapper.shared().readTree(JsonMapper.shared().writeValueAsString(described.path("model")));
        if (!known.path("model").equals(written)) {
            throw new BadInputException(options.out + ": the words or languages of " + options.data
                    + " do not fit the run; go on with the data it began with, or train afresh in another folder");
        }
    }
}
