package sensorium.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import sensorium.multimodal.Material;
import sensorium.multimodal.classify.Choice;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.ClassifyRecipe;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.Sense;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.nn.training.Trainer;

/** {@code train classify}: labelled pictures or sounds. */
@Command(
        name = "classify",
        mixinStandardHelpOptions = true,
        description = {
            "Learn to tell labelled pictures or sounds apart.",
            "Where a folder has both, choose one: --set sense=picture or --set sense=sound."
        })
final class TrainClassifyCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Mixin
    private TrainingOptions training;

    @Override
    public void run() {
        common.backend();
        training.requirePositive();
        Overrides overrides = training.overrides();
        Optional<Sense> sense = Optional.ofNullable(overrides.take("sense")).map(Sense::named);
        overrides.requireAllTaken();
        DataFolder data = DataSets.ofUser().open(training.data);
        List<Item> items = data.forTraining();
        var config = Choice.of(items, sense);
        Trainer.Outcome outcome;
        try (var progress = new Progress()) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            var model = Classifier.of(Weights.random(common.seed), config);
            var examples = Examples.of(config, items, common.seed, watcher);
            List<Item> heldOut = data.forEvaluation();
            Optional<Examples> scored = data.splits().isEmpty()
                    ? Optional.empty()
                    : Optional.of(Examples.forScoring(config, heldOut, watcher));
            var recipe = new ClassifyRecipe(model, examples, scored, common.seed);
            try (var folder = training.folder(ModelFolder.config(config))) {
                outcome = Trainer.train(
                        recipe,
                        ClassifyRecipe.plan(common.seed, training.length(folder, recipe::steps)),
                        folder,
                        new TrainingView(common, progress));
            }
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", training.out.toString());
        json.put("data", training.data);
        json.put("labels", config.labels());
        json.put("steps", outcome.steps());
        json.put("loss", outcome.loss());
        json.put("train_seconds", outcome.seconds());
        json.put("accuracy", outcome.measures().get("accuracy"));
        json.put("n", outcome.measures().get("n"));
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "%d steps in %.0f s; %d labels; accuracy %.2f %% of %.0f%s",
                        outcome.steps(),
                        outcome.seconds(),
                        config.labels().size(),
                        100 * outcome.measures().get("accuracy"),
                        outcome.measures().get("n"),
                        data.splits().isEmpty() ? " that were trained on: the folder knows no splits" : ""));
    }
}
