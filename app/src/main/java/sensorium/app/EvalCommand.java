package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import sensorium.BadInputException;
import sensorium.app.report.TierTable;
import sensorium.multimodal.Material;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SpaceEvaluation;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.Scores;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.multimodal.stamps.Recall;

/** {@code eval MODEL}: the metrics that belong to a model. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        description = {
            "Measure a model: the four tiers of a shared space on the stamps, its recall in every direction on any other"
                    + " folder, the accuracy of a classifier.",
            "Scored is the split 'test', else 'validation', else all there is; --split picks another."
        })
final class EvalCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "MODEL", description = "A run folder.")
    private Path model;

    @Mixin
    private DataOptions data;

    @Override
    public void run() {
        common.backend();
        try (var progress = new Progress()) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            switch (new ModelFolder(model).open()) {
                case OpenedModel.Space space -> space(space.model(), watcher);
                case OpenedModel.Classes classes -> classifier(classes.model(), watcher);
                case OpenedModel.Published published ->
                    throw new BadInputException(
                            model + ": a published " + published.kind()
                                    + " model, which knows no labels of the data; train a classifier: sensorium train classify");
            }
        }
    }

    private void space(SharedSpace space, Material.Watcher watcher) {
        SpaceData known = data.open();
        Map<String, Object> json = new LinkedHashMap<>();
        List<TierTable.Row> rows;
        Skipped skipped;
        if (known.protocol().isPresent() && data.split == null) {
            var material = Material.of(known.training(), space.config().hearing(), watcher);
            var tiers = new SpaceEvaluation(space).tiers(known.protocol().get(), material);
            json.put("tiers", tiers.toMap());
            skipped = Skipped.all(known.folder().skipped(), material.skipped());
            rows = TierRows.of(tiers);
        } else {
            var material = Material.of(known.scored(data.split), space.config().hearing(), watcher);
            Map<String, Recall> recall = new SpaceEvaluation(space).retrieval(material);
            json.put("recall", recall);
            skipped = Skipped.all(known.folder().skipped(), material.skipped());
            rows = TierRows.of(recall);
        }
        json.put("data", data.name);
        json.put("skipped", skipped.count());
        common.print(json, TierRows.text(rows) + skipped.summary());
    }

    private void classifier(Classifier classifier, Material.Watcher watcher) {
        SpaceData known = data.open();
        var examples = Examples.forScoring(classifier.config(), known.scored(data.split), watcher);
        var scores = Scores.of(classifier, examples);
        var skipped = Skipped.all(known.folder().skipped(), examples.skipped());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("accuracy", scores.accuracy());
        json.put("n", scores.count());
        double[] interval = Recall.interval(scores.accuracy(), (int) scores.count());
        json.put("interval", interval);
        json.put("data", data.name);
        json.put("skipped", skipped.count());
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "accuracy %.2f %% (%.2f to %.2f) of %d%s",
                        100 * scores.accuracy(),
                        100 * interval[0],
                        100 * interval[1],
                        scores.count(),
                        skipped.summary()));
    }
}
