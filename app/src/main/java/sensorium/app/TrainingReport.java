package sensorium.app;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import sensorium.app.report.Html;
import sensorium.app.report.Page;
import sensorium.app.report.PlainTable;
import sensorium.app.report.TierTable;
import sensorium.app.report.TimeTable;
import sensorium.backend.Backends;
import sensorium.multimodal.data.Skipped;
import sensorium.nn.Module;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import tools.jackson.databind.JsonNode;

/**
 * The report that every run leaves, whatever it trained.
 *
 * @param title what was trained
 * @param data what on
 * @param items how many, in words
 * @param skipped what of it could not be used
 * @param spans where the time went
 * @param shown what it can do, to be looked at first
 */
record TrainingReport(
        String title,
        String data,
        String items,
        Skipped skipped,
        Module model,
        Trainer.Outcome outcome,
        List<TimeTable.Span> spans,
        List<Page.Section> shown) {
    private static final String ACCURACY = "accuracy";

    /** Puts {@code report.html} into the folder of the run, and says where it is. */
    Path write(Path folder) {
        try (var run = RunFolder.resume(folder)) {
            run.write("report.html", page(run).html().getBytes(StandardCharsets.UTF_8));
            return run.file("report.html");
        }
    }

    /**
     * Writes the page and says what came of the run.
     *
     * @param about what was trained, for {@code --json}
     * @param measured likewise how good it is
     * @param words both, for people
     */
    void print(CommonOptions common, Path folder, Map<String, ?> about, Map<String, ?> measured, String words) {
        Path report = write(folder);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", folder.toString());
        json.put("data", data);
        json.putAll(about);
        json.put("steps", outcome.steps());
        json.put("loss", outcome.loss());
        json.putAll(measured);
        json.put("train_seconds", outcome.seconds());
        json.put("skipped", skipped.count());
        json.put("report", report.toString());
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "%s in %.0f s; %s%s%nreport %s",
                        steps(outcome),
                        outcome.seconds(),
                        words,
                        skipped.summary(),
                        report));
    }

    private Page page(RunFolder run) {
        List<Page.Section> sections = new ArrayList<>(shown);
        boolean classifies = outcome.measures().containsKey(ACCURACY);
        if (classifies) {
            sections.add(accuracy(outcome.measures()));
        }
        sections.add(new Page.Section(
                "How it learnt",
                classifies ? "Right answers are those in the batches of training." : "",
                RunCurves.of(run.metrics())));
        sections.add(new Page.Section(
                "Where the time went", "On " + Backends.current().description() + ".", TimeTable.of(spans)));
        if (skipped.count() > 0) {
            sections.add(new Page.Section(
                    "What was left out",
                    "%,d in all; the first of them:".formatted(skipped.count()),
                    PlainTable.of(
                            List.of(), skipped.reasons().stream().map(List::of).toList())));
        }
        sections.add(new Page.Section("How it was set up", "", setUp(run.config())));
        return new Page(
                title,
                "Trained on this machine.",
                List.of(
                        new Page.Fact(TimeTable.seconds(outcome.seconds()), "of training, " + steps(outcome)),
                        new Page.Fact(data, items),
                        new Page.Fact(String.format(Locale.ROOT, "%.3f", outcome.loss()), "last loss"),
                        weights(model)),
                sections,
                "Everything on this page is inside this one file; nothing is loaded from elsewhere.");
    }

    /** Of the whole run, as one says it. */
    static String steps(Trainer.Outcome outcome) {
        return outcome.steps() == 1 ? "1 step" : String.format(Locale.ROOT, "%,d steps", outcome.steps());
    }

    /** How many weights a model has, and how many of them learnt in the last part of its run. */
    static Page.Fact weights(Module model) {
        long all = model.parameterCount();
        long trained = model.trainableCount();
        return new Page.Fact(
                millions(all),
                "weights" + (trained < all ? ", " + millions(trained) + " of them trained last" : "") + ", on "
                        + Backends.current().description());
    }

    private static String millions(long n) {
        return String.format(Locale.ROOT, "%.2f M", n / 1e6);
    }

    /** The whole with its interval, then label by label, the worst first. */
    private static Page.Section accuracy(Map<String, Double> measures) {
        var all = new TierTable.Row(
                "Accuracy",
                "how often the likeliest label was right",
                "all labels",
                measures.get(ACCURACY),
                OptionalDouble.empty(),
                measures.get("n").intValue(),
                Optional.empty());
        List<List<String>> labels = measures.entrySet().stream()
                .filter(e -> e.getKey().startsWith(ACCURACY + "."))
                .sorted(Map.Entry.comparingByValue())
                .map(e -> {
                    String label = e.getKey().substring(ACCURACY.length() + 1);
                    return List.of(label, TierTable.share(e.getValue()), mistakes(label, measures));
                })
                .toList();
        return new Page.Section(
                "How good it is",
                "The thin line is the 95 % interval.",
                Html.of(
                        "{}<br>{}",
                        TierTable.of(List.of(all)),
                        PlainTable.of(List.of("label", "right", "taken for"), labels)));
    }

    private static String mistakes(String label, Map<String, Double> measures) {
        String prefix = "confusion." + label + ".";
        return measures.entrySet().stream()
                .filter(e -> e.getKey().startsWith(prefix))
                .sorted(Comparator.comparingDouble((Map.Entry<String, Double> e) -> -e.getValue()))
                .limit(3)
                .map(e -> e.getKey().substring(prefix.length()) + " "
                        + e.getValue().intValue())
                .collect(Collectors.joining(", "));
    }

    /** What config.json says: the training in sight, the model for who wants to see it. */
    private static Html setUp(JsonNode config) {
        List<List<String>> training = new ArrayList<>();
        List<List<String>> model = new ArrayList<>();
        flatten("", config.path("training"), training);
        training.removeIf(
                row -> row.getFirst().equals("knots")); // where the schedule stood when: for the run alone, to go on
        flatten("", config.path("model"), model);
        return Html.of(
                "{}<details><summary>The model, {} settings</summary>{}</details>",
                PlainTable.of(List.of(), training),
                model.size(),
                PlainTable.of(List.of(), model));
    }

    private static void flatten(String path, JsonNode node, List<List<String>> rows) {
        boolean nested = node.isObject()
                || (node.isArray() && !node.isEmpty() && node.path(0).isObject());
        if (!nested) {
            rows.add(List.of(path, node.isString() ? node.asString() : node.toString()));
        } else if (node.isObject()) {
            node.properties().forEach(e -> flatten(join(path, e.getKey()), e.getValue(), rows));
        } else {
            for (int i = 0; i < node.size(); i++) {
                flatten(join(path, Integer.toString(i)), node.get(i), rows);
            }
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
