package sensorium.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sensorium.BadInputException;
import sensorium.app.report.TimeTable;
import sensorium.multimodal.Material;
import sensorium.multimodal.classify.Choice;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.ClassifyRecipe;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.Sense;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.nn.training.Trainer;

/** {@code train classify}: labelled pictures or sounds. */
@Command(
        name = "classify",
        mixinStandardHelpOptions = true,
        description = {
            "Learn to tell labelled pictures or sounds apart.",
            "Where a folder has both, choose one: --set sense=picture or --set sense=sound.",
            "What language is spoken: --data speech-language, which comes with the stamps.",
            "With --multi-label anything may have several labels at once, or none: \"label\": [\"piano\", \"flute\"] in the metadata.",
            "With --from FOLDER a published ViT, AST or KWT is taught instead; see --fine-tune. Its accuracy, memory and time"
                    + " in three ways: --fine-tune full,head,lora."
        })
final class TrainClassifyCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Mixin
    private TrainingOptions options;

    @Mixin
    private TuningOptions tuning;

    @Option(
            names = "--multi-label",
            description = "Each label is true or not on its own, instead of one of all (binary cross-entropy).")
    private boolean several;

    @Override
    public void run() {
        common.backend();
        options.requirePositive();
        Overrides overrides = options.overrides();
        Optional<Sense> sense = Optional.ofNullable(overrides.take("sense")).map(Sense::named);
        overrides.requireAllTaken();
        if (tuning.from != null) {
            if (several) {
                throw new BadInputException("--multi-label trains from nothing; leave --from out");
            }
            new FineTuningRun(common, options, tuning).run();
            return;
        }
        DataFolder data = DataSets.ofUser().open(options.data);
        List<Item> items = data.forTraining();
        var config = Choice.of(items, sense, several);
        long began = System.nanoTime();
        Classifier model;
        Trainer.Outcome outcome;
        double decoding;
        Skipped skipped;
        // The folder first: that it cannot be had should not be learnt after decoding everything.
        try (var progress = new Progress();
                var folder = options.folder(ModelFolder.config(config))) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            model = Classifier.of(Weights.random(common.seed), config);
            var examples = options.orWithdraw(folder, () -> Examples.of(config, items, common.seed, watcher));
            Optional<Examples> scored = data.splits().isEmpty()
                    ? Optional.empty()
                    : Optional.of(options.orWithdraw(
                            folder, () -> Examples.forScoring(config, data.forEvaluation(), watcher)));
            skipped = Skipped.all(
                    data.skipped(),
                    examples.skipped(),
                    scored.map(Examples::skipped).orElseGet(Skipped::new));
            decoding = (System.nanoTime() - began) * 1e-9;
            var recipe = new ClassifyRecipe(model, examples, scored, common.seed);
            outcome = Trainer.train(
                    recipe,
                    options.plan(ClassifyRecipe.plan(common.seed, options.length(folder, recipe::steps))),
                    folder,
                    new TrainingView(common, progress));
        }
        double training = (System.nanoTime() - began) * 1e-9 - decoding;
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("labels", config.labels());
        double accuracy = outcome.measures().get("accuracy");
        double n = outcome.measures().get("n");
        Map<String, Object> measured = new TreeMap<>(Map.of("accuracy", accuracy, "n", (long) n));
        if (several) {
            measured.put("f1", outcome.measures().get("f1"));
        }
        new TrainingReport(
                        "A classifier of " + options.data,
                        options.data,
                        "%,d items, %d labels"
                                .formatted(items.size(), config.labels().size()),
                        skipped,
                        model,
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", decoding),
                                new TimeTable.Span("train and evaluate", training)),
                        List.of())
                .print(
                        common,
                        options.out,
                        about,
                        measured,
                        String.format(
                                Locale.ROOT,
                                "%d labels; accuracy %.2f %% of %.0f%s%s",
                                config.labels().size(),
                                100 * accuracy,
                                n,
                                several
                                        ? String.format(Locale.ROOT, "; F1 of labels %.3f", (double) measured.get("f1"))
                                        : "",
                                data.splits().isEmpty() ? " that were trained on: the folder knows no splits" : ""));
    }
}
