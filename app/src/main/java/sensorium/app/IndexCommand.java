package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.BadInputException;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.index.Indexing;
import sensorium.multimodal.index.SpaceIndex;
import sensorium.multimodal.index.SpaceIndexWriter;
import sensorium.multimodal.model.ModelFolder;

/** {@code index MODEL}: makes a folder searchable. */
@Command(
        name = "index",
        mixinStandardHelpOptions = true,
        description = {
            "Embed the pictures and sounds of a data folder, so that 'search' finds them.",
            "An index that is there is replaced when the new one is done; with --add its items stay, with --remove some go."
                    + " It can be searched all the while."
        })
final class IndexCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "The run folder of a shared space.")
    private Path model;

    @ArgGroup(exclusive = false)
    private DataOptions data;

    @Option(names = "--out", required = true, paramLabel = "INDEX", description = "The folder of the index.")
    private Path out;

    @Option(
            names = "--add",
            description = "Add to the index that is there; an item of the same folder and name is replaced.")
    private boolean add;

    @Option(
            names = "--remove",
            paramLabel = "ITEM",
            description = "Take an item out, by its name in search --json; may be repeated.")
    private List<String> removed = List.of();

    @Override
    public void run() {
        if (data == null && removed.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "name what to index: --data DATA");
        }
        if (data != null && !add && !removed.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--remove goes with --add, or alone");
        }
        common.backend();
        var folder = new ModelFolder(model);
        if (!removed.isEmpty()) {
            remove(folder);
        }
        int added = 0;
        var skipped = new Skipped();
        if (data != null) {
            var embedder = new Embedder(folder.openSpace());
            DataFolder from = data.open().folder();
            Indexing.Written written;
            try (var progress = new Progress()) {
                Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
                written = add
                        ? Indexing.add(out, folder, embedder, from, data.all(from), watcher)
                        : Indexing.replace(out, folder, embedder, from, data.all(from), watcher);
            }
            added = written.items();
            skipped = Skipped.all(from.skipped(), written.skipped());
        }
        print(added, skipped);
    }

    private void remove(ModelFolder folder) {
        try (var index = SpaceIndex.open(out)) {
            for (String item : removed) {
                if (!index.contains(item)) {
                    throw new BadInputException(
                            out + ": has no item '" + item + "'; search --json shows their names (\"item\")");
                }
            }
        }
        try (var writer = SpaceIndexWriter.extend(out, folder)) {
            writer.remove(removed);
            writer.commit();
        }
    }

    private void print(int added, Skipped skipped) {
        SpaceIndex.Extent extent;
        try (var index = SpaceIndex.open(out)) {
            extent = index.extent();
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("index", out.toString());
        json.put("items", extent.items());
        json.put("vectors", extent.vectors());
        json.put("search", extent.method().toString());
        json.put("added", added);
        json.put("removed", removed.size());
        json.put("skipped", skipped.count());
        common.print(
                json,
                "%d items, %d vectors, searched by %s%s%nnow: sensorium search %s --text \"…\""
                        .formatted(
                                extent.items(),
                                extent.vectors(),
                                extent.method() == SpaceIndex.Method.EXACT ? "an exact scan" : "an HNSW graph",
                                skipped.summary(),
                                out));
    }
}
