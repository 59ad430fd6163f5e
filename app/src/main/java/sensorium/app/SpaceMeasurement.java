package sensorium.app;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import sensorium.BadInputException;
import sensorium.app.report.GeometryTables;
import sensorium.app.report.Page;
import sensorium.app.report.TierTable;
import sensorium.io.AtomicFile;
import sensorium.multimodal.Material;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SpaceEvaluation;
import sensorium.multimodal.SpaceVectors;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.geometry.Labelled;
import sensorium.multimodal.geometry.Probe;
import sensorium.multimodal.geometry.SpaceGeometry;
import sensorium.multimodal.geometry.SpaceShape;
import sensorium.multimodal.geometry.Transfer;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.stamps.Recall;

/** Measures a shared space: what it finds, how it lies, and what it is worth to other tasks. */
final class SpaceMeasurement {
    /** What of it is measured beside the usual. */
    static final class Options {
        @Option(
                names = "--transfer",
                description = "Of a shared space: train the same network from nothing on a few examples of each label,"
                        + " beside a linear map of the space's vectors (minutes).")
        private boolean transfer;

        @Option(
                names = "--shots",
                paramLabel = "N",
                description = "Examples of each label for --transfer (default: ${DEFAULT-VALUE}).")
        private int shots = 5;

        @Option(
                names = "--draws",
                paramLabel = "N",
                description = "Draws of examples for --transfer (default: ${DEFAULT-VALUE}).")
        private int draws = Probe.DRAWS;

        @Option(
                names = "--scratch-steps",
                paramLabel = "N",
                description = "Steps from nothing for --transfer (default: ${DEFAULT-VALUE}).")
        private int steps = Transfer.STEPS;

        @Option(
                names = "--beside",
                paramLabel = "RUN",
                description = "Another shared space, trained separately: how far both have learnt the same shape.")
        private Path beside;

        @Option(names = "--report", paramLabel = "F", description = "Write the tables of a shared space as a page.")
        private Path report;

        void requireSensible() {
            if (shots < 1 || steps < 1 || draws < 3) {
                throw new BadInputException("--shots and --scratch-steps must be at least 1, --draws at least 3");
            }
        }
    }

    private final CommonOptions common;
    private final DataOptions data;
    private final Options options;

    SpaceMeasurement(CommonOptions common, DataOptions data, Options options) {
        this.common = common;
        this.data = data;
        this.options = options;
    }

    /** @param trainedOn names of the data that the space learnt from, as far as they are known */
    void run(SharedSpace space, List<String> trainedOn, Material.Watcher watcher) {
        options.requireSensible();
        SharedSpace other = options.beside == null ? null : new ModelFolder(options.beside).openSpace();
        SpaceData known = data.open();
        boolean tiered = known.protocol().isPresent() && data.split == null;
        var items = tiered ? known.training() : known.scored(data.split);
        var material = Material.of(items, space.config(), watcher);
        var skipped = Skipped.all(known.folder().skipped(), material.skipped());
        String learnt = trainedOn.isEmpty() ? "" : "trained on " + String.join(", ", trainedOn);
        Map<String, Object> json = new LinkedHashMap<>();
        List<TierTable.Row> rows = new ArrayList<>();
        if (tiered) {
            var tiers = new SpaceEvaluation(space).tiers(known.protocol().get(), material);
            json.put("tiers", tiers.toMap());
            rows.addAll(TierRows.of(tiers));
        }
        var vectors = SpaceVectors.of(space, material);
        Map<String, Recall> recall =
                SpaceEvaluation.retrieval(vectors, space.config().frames() == 1 ? "picture" : "video");
        json.put("recall", recall);
        rows.addAll(TierRows.of(recall));

        Optional<Labelled> labelled = labelled(space, known, data.split, common.seed, watcher);
        watcher.update("geometry", 0, -1);
        var shape = SpaceShape.of(space, material, vectors, labelled, common.seed);
        json.putAll(shape.toMap());
        List<GeometryTables.Table> tables = new ArrayList<>(GeometryTables.of(shape));
        if (other != null) {
            var theirs = SpaceVectors.of(other, Material.of(items, other.config(), watcher));
            var towers = SpaceGeometry.ofTowers(vectors, theirs);
            json.put("towers", SpaceGeometry.toMap(towers));
            tables.add(GeometryTables.towers(towers, options.beside.toString()));
        }
        if (options.transfer) {
            var transfer = Transfer.of(
                    labelled.orElseThrow(() -> new BadInputException(
                            data.name + ": holds out no labelled things, so there is nothing to transfer to; name data"
                                    + " with labels and a split to be asked for")),
                    options.shots,
                    options.draws,
                    options.steps,
                    common.seed,
                    watcher);
            json.put("transfer", transfer.toMap());
            tables.add(GeometryTables.transfer(transfer));
        }
        json.put("data", data.name);
        json.put("trained_on", trainedOn);
        json.put("skipped", skipped.count());
        if (options.report != null) {
            AtomicFile.write(options.report, page(rows, tables, learnt).getBytes(StandardCharsets.UTF_8));
            json.put("report", options.report.toString());
        }
        common.print(
                json,
                (learnt.isEmpty() ? "" : learnt + System.lineSeparator())
                        + TierRows.text(rows)
                        + tables.stream()
                                .map(t -> "\n\n" + t.text().stripTrailing())
                                .collect(Collectors.joining())
                        + skipped.summary());
    }

    /** Labelled things to learn from, and others that were never shown. */
    static Optional<Labelled> labelled(
            SharedSpace space, SpaceData known, String split, long seed, Material.Watcher watcher) {
        var held = known.protocol().isPresent() && split == null
                ? known.protocol().get().test()
                : known.scored(split);
        if (space.config().frames() > 1) {
            return Optional.empty(); // labels are told apart by still pictures
        }
        return Labelled.of(space, known.training(), held, seed, watcher);
    }

    private String page(List<TierTable.Row> rows, List<GeometryTables.Table> tables, String learnt) {
        List<Page.Section> sections = new ArrayList<>();
        sections.add(new Page.Section(
                "What it finds",
                "R@1: how often the first answer was right, R@5: one of the first five; the thin line is the 95 %"
                        + " interval.",
                TierTable.of(rows)));
        tables.forEach(t -> sections.add(t.section()));
        String on = "On " + data.name + (learnt.isEmpty() ? "" : "; " + learnt) + ".";
        return new Page("A shared space, measured", on, List.of(), sections, "").html();
    }
}
