package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.index.IndexWriter;
import sensorium.multimodal.model.ModelFolder;

/** {@code index MODEL}: makes a folder searchable. */
@Command(
        name = "index",
        mixinStandardHelpOptions = true,
        description = "Embed the pictures and sounds of a data folder, so that 'search' finds them.")
final class IndexCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "MODEL", description = "The run folder of a shared space.")
    private Path model;

    @Mixin
    private DataOptions data;

    @Option(names = "--out", required = true, paramLabel = "INDEX", description = "The folder to make.")
    private Path out;

    @Override
    public void run() {
        common.backend();
        var embedder = new Embedder(new ModelFolder(model).openSpace());
        DataFolder folder = data.open().folder();
        IndexWriter.Written written;
        try (var progress = new Progress()) {
            written = IndexWriter.write(
                    out,
                    new ModelFolder(model),
                    embedder,
                    data.all(folder),
                    (phase, done, total) -> progress.update(phase, done, total, ""));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("index", out.toString());
        json.put("items", written.items());
        json.put("vectors", written.vectors());
        var skipped = Skipped.all(folder.skipped(), written.skipped());
        json.put("skipped", skipped.count());
        common.print(
                json,
                "%d items, %d vectors%s%nnow: sensorium search %s --text \"…\""
                        .formatted(written.items(), written.vectors(), skipped.summary(), out));
    }
}
