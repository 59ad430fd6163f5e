package sensorium.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.audio.AudioFile;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.model.ModelFolder;
import sensorium.vision.PictureFile;

/** {@code embed MODEL}: unit vectors of texts, pictures and sounds. */
@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        description = "Print unit vectors of texts, pictures and sounds in a shared space.")
final class EmbedCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "The run folder of a shared space.")
    private Path model;

    @Option(names = "--text", paramLabel = "T", description = "A text; may be repeated.")
    private List<String> texts = List.of();

    @Option(names = "--image", paramLabel = "F", description = "A picture file; may be repeated.")
    private List<Path> images = List.of();

    @Option(names = "--audio", paramLabel = "F", description = "A sound file; may be repeated.")
    private List<Path> sounds = List.of();

    @Override
    public void run() {
        if (texts.isEmpty() && images.isEmpty() && sounds.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "nothing to embed: give --text, --image or --audio");
        }
        common.backend();
        var embedder = new Embedder(new ModelFolder(model).openSpace());
        List<Map<String, Object>> rows = new ArrayList<>();
        var table = new StringBuilder();
        add(rows, table, "text", texts, embedder.texts(texts));
        add(
                rows,
                table,
                "image",
                images,
                embedder.pictures(images.stream().map(PictureFile::decode).toList()));
        add(
                rows,
                table,
                "audio",
                sounds,
                embedder.sounds(
                        sounds.stream().map(f -> AudioFile.decode(f).mono()).toList()));
        common.print(rows, table.toString().stripTrailing());
    }

    private static void add(
            List<Map<String, Object>> rows, StringBuilder table, String sense, List<?> inputs, float[][] vectors) {
        for (int i = 0; i < vectors.length; i++) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put(sense, inputs.get(i).toString());
            row.put("vector", vectors[i]);
            rows.add(row);
            table.append(sense).append(' ').append(inputs.get(i)).append('\n');
            for (float v : vectors[i]) {
                table.append(String.format(Locale.ROOT, " %.5f", v));
            }
            table.append('\n');
        }
    }
}
