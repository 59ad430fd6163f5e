package sensorium.app;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sensorium.BadInputException;
import sensorium.app.report.GeometryTables;
import sensorium.app.report.Page;
import sensorium.app.report.TierTable;
import sensorium.app.report.TimeTable;
import sensorium.diffusion.DiffusionConfig;
import sensorium.diffusion.DiffusionPipeline;
import sensorium.diffusion.DiffusionRecipe;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SpaceEvaluation;
import sensorium.multimodal.SpaceVectors;
import sensorium.multimodal.data.DataSet;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.geometry.SpaceShape;
import sensorium.multimodal.index.Indexing;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.training.RunFolder;

/** {@code demo}: data, training, evaluation, index and report in one go. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "The whole story on real data: install the stamps, train a shared space, measure it, make it searchable,",
            "and write a report to look at. Where the stamps cannot be had, a toy world takes their place."
        })
final class DemoCommand implements Runnable {
    /** Share of the training that goes into making pictures. */
    private static final double PAINTING = 0.125;

    @Mixin
    private CommonOptions common;

    @Option(names = "--minutes", paramLabel = "M", description = "Minutes of training (default: ${DEFAULT-VALUE}).")
    private double minutes = 4;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The run folder to make (default: runs/demo- and the time).")
    private Path out;

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description = "stamps, toy or a folder (default: stamps where they can be had, else toy).")
    private String data;

    private final List<TimeTable.Span> spans = new ArrayList<>();

    @Override
    public void run() {
        common.backend();
        Path folder = out != null
                ? out
                : Path.of(
                        "runs",
                        "demo-"
                                + LocalDateTime.now(ZoneId.systemDefault())
                                        .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")));
        TrainingOptions.of(null, folder, minutes).requirePositive();
        Map<String, Object> json = new LinkedHashMap<>();
        String text;
        try (var progress = new Progress()) {
            SpaceData known = timed("data", () -> SpaceData.open(obtain(progress)));
            boolean painted = paints(known);
            var training = TrainingOptions.of(null, folder, minutes * (painted ? 1 - PAINTING : 1));
            long began = System.nanoTime();
            SpaceTraining.Result result = SpaceTraining.run(known, training, common, progress);
            double all = (System.nanoTime() - began) * 1e-9;
            spans.add(new TimeTable.Span("decode pictures and sounds", result.decodeSeconds()));
            spans.add(new TimeTable.Span("train", all - result.decodeSeconds()));
            Evaluation measured = timed("evaluate", () -> evaluate(known, result, progress, json));
            timed("index", () -> index(known, result, folder, progress));
            List<Page.Section> made =
                    painted ? timed("learn to make pictures", () -> paint(known, result, folder, progress)) : List.of();
            progress.update("report", 0, -1, "");
            Path report = report(known, result, measured, made, folder);
            json.put("data", known.name());
            json.put("train_seconds", result.outcome().seconds());
            json.put("report", report.toString());
            text = "%n%s%n%ndata    %s%nmodel   %s%nindex   %s%nreport  %s%n%ntry: sensorium search %s --text \"%s\""
                    .formatted(
                            TierRows.text(measured.rows()),
                            known.name(),
                            folder,
                            folder.resolve("index"),
                            report,
                            folder.resolve("index"),
                            known.protocol().isPresent() ? "a duck" : "a red star");
        }
        common.print(json, text);
    }

    /** The name of the data, installed if need be. */
    private String obtain(Progress progress) {
        if (data != null && DataSet.named(data).isEmpty()) {
            return data;
        }
        var sets = DataSets.ofUser();
        var wanted = data == null ? DataSet.STAMPS : DataSet.require(data);
        try {
            sets.install(wanted, Optional.empty(), (phase, done, total) -> progress.update(phase, done, total, ""));
            return wanted.setName();
        } catch (BadInputException e) {
            if (data != null) {
                throw e;
            }
            common.say("the stamps cannot be had (" + e.getMessage() + "); using the toy world instead");
            return DataSet.TOY.setName();
        }
    }

    /** @param tables how the space lies and what it is worth to other tasks */
    private record Evaluation(List<TierTable.Row> rows, List<GeometryTables.Table> tables) {}

    private Evaluation evaluate(
            SpaceData known, SpaceTraining.Result result, Progress progress, Map<String, Object> json) {
        progress.update("evaluate", 0, -1, "");
        SharedSpace space = result.space();
        Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
        Material material = known.protocol().isPresent()
                ? result.material()
                : Material.of(known.scored(null), space.config(), watcher);
        var vectors = SpaceVectors.of(space, material);
        List<TierTable.Row> rows;
        if (known.protocol().isPresent()) {
            var tiers = new SpaceEvaluation(space).tiers(known.protocol().get(), material);
            json.put("tiers", tiers.toMap());
            rows = TierRows.of(tiers);
        } else {
            var recall = SpaceEvaluation.retrieval(vectors);
            json.put("recall", recall);
            rows = TierRows.of(recall);
        }
        var labelled = SpaceMeasurement.labelled(space, known, null, common.seed, watcher);
        var shape = SpaceShape.of(space, material, vectors, labelled, common.seed);
        json.putAll(shape.toMap());
        return new Evaluation(rows, GeometryTables.of(shape));
    }

    private static Indexing.Written index(
            SpaceData known, SpaceTraining.Result result, Path folder, Progress progress) {
        return Indexing.replace(
                folder.resolve("index"),
                new ModelFolder(folder),
                new Embedder(result.space()),
                known.folder(),
                known.folder().items(),
                (phase, done, total) -> progress.update(phase, done, total, ""));
    }

    /** Whether there is anything to learn to make: pictures of which something is said. */
    private static boolean paints(SpaceData known) {
        return known.training().stream()
                .anyMatch(i -> !i.pictures().isEmpty() && !i.captions().isEmpty());
    }

    /** Pictures of words, by a model that reads them as the space does; it learns for a small share of the time. */
    private List<Page.Section> paint(SpaceData known, SpaceTraining.Result result, Path folder, Progress progress) {
        var data = new DiffusionData.OfCaptions(known, result.space().grams().orElseThrow(), null);
        var run = TrainingOptions.of(null, folder.resolve("pictures"), minutes * PAINTING);
        var made = new DiffusionTraining(
                        data,
                        data.config(DiffusionConfig.Kind.UNET, DiffusionConfig.Size.USUAL),
                        DiffusionRecipe.Options.USUAL)
                .run(run, common, progress);
        progress.update("make pictures", 0, -1, "");
        String note = String.format(
                Locale.ROOT,
                "A U-Net that reads words as the space does, after %.0f s of training: a beginning, no more."
                        + " Half an hour: sensorium train diffusion --text.",
                made.outcome().seconds());
        return DiffusionView.brief(DiffusionPipeline.of(made.model()), data.shown(), note, common.seed);
    }

    private Path report(
            SpaceData known, SpaceTraining.Result result, Evaluation measured, List<Page.Section> made, Path folder) {
        try (var run = RunFolder.resume(folder)) {
            String html =
                    new SpaceReport(known, result).html(measured.rows(), measured.tables(), run.metrics(), made, spans);
            run.write("report.html", html.getBytes(StandardCharsets.UTF_8));
            return run.file("report.html");
        }
    }

    private <T> T timed(String what, Supplier<T> work) {
        long began = System.nanoTime();
        T result = work.get();
        spans.add(new TimeTable.Span(what, (System.nanoTime() - began) * 1e-9));
        return result;
    }
}
