package sensorium.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import sensorium.BadInputException;
import sensorium.app.report.TimeTable;
import sensorium.io.Safetensors;
import sensorium.multimodal.Material;
import sensorium.multimodal.classify.ClassifyRecipe;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.FineTuning;
import sensorium.multimodal.classify.FineTuning.Tune;
import sensorium.multimodal.classify.PublishedClassifier;
import sensorium.multimodal.classify.Sense;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.PeftAdapter;
import sensorium.nn.training.Trainer;

/** {@code train classify --from}: a published model is taught the labels of a data folder, in one way or in several beside each other. */
final class FineTuningRun {
    /** Where in a run the adapters are. */
    private static final String ADAPTER = "adapter";

    private static final String OPTIMIZER = "optimizer.";

    private final CommonOptions common;
    private final TrainingOptions options;
    private final TuningOptions tuning;
    private Shown shown; // null until it is decoded

    FineTuningRun(CommonOptions common, TrainingOptions options, TuningOptions tuning) {
        this.common = common;
        this.options = options;
        this.tuning = tuning;
    }

    /**
     * One way that was tried.
     *
     * @param trained how many numbers
     * @param optimizer bytes that the optimiser keeps
     */
    private record Row(Tune tune, Path out, long trained, long optimizer, Trainer.Outcome outcome) {
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("tune", tune.name().toLowerCase(Locale.ROOT));
            json.put("model", out.toString());
            json.put("trained", trained);
            json.put("optimizer_bytes", optimizer);
            json.put("steps", outcome.steps());
            json.put("loss", outcome.loss());
            json.put("train_seconds", outcome.seconds());
            json.put("accuracy", outcome.measures().get("accuracy"));
            json.put("n", outcome.measures().get("n").longValue());
            return json;
        }

        String text() {
            return String.format(
                    Locale.ROOT,
                    "%-5s %,12d %13.1f %8d %9.1f %10.1f %9.2f  %s",
                    tune.name().toLowerCase(Locale.ROOT),
                    trained,
                    optimizer / 1e3,
                    outcome.steps(),
                    outcome.seconds(),
                    1e3 * outcome.seconds() / outcome.steps(),
                    100 * outcome.measures().get("accuracy"),
                    out);
        }
    }

    /**
     * What models are shown, whichever way they learn.
     *
     * @param scored empty where the folder knows no splits
     * @param seconds that decoding took
     */
    private record Shown(Examples training, Optional<Examples> scored, double seconds) {
        static Shown of(PublishedClassifier model, DataFolder data, Material.Watcher watcher) {
            long began = System.nanoTime();
            var training = Examples.of(model, data.forTraining(), watcher);
            Optional<Examples> scored = data.splits().isEmpty()
                    ? Optional.empty()
                    : Optional.of(Examples.of(model, data.forEvaluation(), watcher));
            return new Shown(training, scored, (System.nanoTime() - began) * 1e-9);
        }

        Skipped skipped(DataFolder data) {
            return Skipped.all(
                    data.skipped(),
                    training.skipped(),
                    scored.map(Examples::skipped).orElseGet(Skipped::new));
        }
    }

    void run() {
        if (tuning.batch < 1) {
            throw new BadInputException("--batch must be at least 1");
        }
        DataFolder data = DataSets.ofUser().open(options.data);
        var published = new ModelFolder(tuning.from);
        FineTuning asked = tuning.tuning(labels(data, published.openPublishedClassifier()));
        List<Row> rows = new ArrayList<>();
        for (Tune tune : tuning.tune) {
            Path out = tuning.tune.size() == 1
                    ? options.out
                    : options.out.resolve(tune.name().toLowerCase(Locale.ROOT));
            rows.add(one(asked.with(tune), published.openPublishedClassifier(), data, out));
        }
        String head = String.format(
                Locale.ROOT,
                "%-5s %12s %13s %8s %9s %10s %9s  %s%n",
                "tune",
                "trained",
                "optimiser kB",
                "steps",
                "seconds",
                "ms a step",
                "accuracy",
                "run");
        common.print(
                rows.size() == 1
                        ? rows.getFirst().json()
                        : rows.stream().map(Row::json).toList(),
                head
                        + String.join(
                                System.lineSeparator(),
                                rows.stream().map(Row::text).toList())
                        + (data.splits().isEmpty()
                                ? System.lineSeparator() + "accuracy on what was trained on: the folder knows no splits"
                                : ""));
    }

    /** The model's own where it knows all that the data has; else the data's. */
    private static List<String> labels(DataFolder data, PublishedClassifier model) {
        var labels = new TreeSet<String>();
        for (Item item : data.forTraining()) {
            boolean perceived = model.sense() == Sense.PICTURE
                    ? !item.pictures().isEmpty()
                    : !item.sounds().isEmpty();
            if (perceived) {
                item.label().ifPresent(labels::add);
            }
        }
        if (labels.size() < 2) {
            throw new BadInputException("to tell classes apart takes two labels with "
                    + model.sense().name().toLowerCase(Locale.ROOT) + "s, the data has " + labels);
        }
        return model.labels().containsAll(labels) ? model.labels() : List.copyOf(labels);
    }

    private Row one(FineTuning how, PublishedClassifier published, DataFolder data, Path out) {
        PublishedClassifier model = how.prepare(published, common.seed);
        Trainer.Outcome outcome;
        // The folder first: that it cannot be had should not be learnt after decoding everything.
        try (var progress = new Progress();
                var folder = options.folder(out, ModelFolder.config(how))) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            if (shown == null) {
                shown = options.orWithdraw(folder, () -> Shown.of(model, data, watcher));
            }
            var recipe = new ClassifyRecipe(model, shown.training, shown.scored, tuning.batch, common.seed);
            var plan = ClassifyRecipe.tuning(
                    common.seed,
                    options.length(folder, recipe::steps),
                    how.tune().rate());
            outcome = Trainer.train(recipe, options.plan(plan), folder, new TrainingView(common, progress));
        }
        if (how.tune() == Tune.LORA) {
            PeftAdapter.save(
                    model.whole(), model.format().names(), how.lora(), Path.of(how.base()), out.resolve(ADAPTER));
        }
        new TrainingReport(
                        "A published model taught " + options.data,
                        options.data,
                        "%,d items, %d labels"
                                .formatted(
                                        data.forTraining().size(), how.labels().size()),
                        shown.skipped(data),
                        model.module(),
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", shown.seconds),
                                new TimeTable.Span("train and evaluate", outcome.seconds())),
                        List.of())
                .write(out);
        return new Row(how.tune(), out, model.module().parameterCount(), optimizer(out), outcome);
    }

    /** Bytes that the optimiser's checkpoint holds beside the weights. */
    private static long optimizer(Path run) {
        Safetensors stored = Safetensors.open(run.resolve("optimizer.safetensors"));
        return stored.names().stream()
                .filter(name -> name.startsWith(OPTIMIZER))
                .mapToLong(name -> stored.spec(name).bytes())
                .sum();
    }
}
