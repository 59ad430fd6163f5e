package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.audio.AudioFile;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.index.Hit;
import sensorium.multimodal.index.SpaceIndex;
import sensorium.multimodal.model.ModelFolder;
import sensorium.vision.PictureFile;

/** {@code search INDEX}: by words, a picture or a sound. */
@Command(
        name = "search",
        mixinStandardHelpOptions = true,
        description = "Find the items nearest to words, a picture or a sound.")
final class SearchCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "INDEX", description = "A folder that 'index' made.")
    private Path index;

    @ArgGroup(multiplicity = "1")
    private Query query;

    /** One of the three. */
    static final class Query {
        @Option(names = "--text", paramLabel = "T", description = "Words, in any language.")
        private String text;

        @Option(names = "--image", paramLabel = "F", description = "A picture file.")
        private Path image;

        @Option(names = "--audio", paramLabel = "F", description = "A sound file.")
        private Path audio;

        float[] vector(Embedder embedder) {
            if (text != null) {
                return embedder.texts(List.of(text))[0];
            }
            return image != null
                    ? embedder.pictures(List.of(PictureFile.decode(image)))[0]
                    : embedder.sounds(List.of(AudioFile.decode(audio).mono()))[0];
        }
    }

    @Option(names = "-k", paramLabel = "K", description = "How many to show (default: ${DEFAULT-VALUE}).")
    private int k = 10;

    @Override
    public void run() {
        if (k < 1) {
            throw new ParameterException(spec.commandLine(), "-k must be at least 1");
        }
        common.backend();
        var items = SpaceIndex.open(index);
        var model = new ModelFolder(items.model());
        items.requireModel(model);
        List<Hit> hits = items.search(query.vector(new Embedder(model.openSpace())), k);
        common.print(
                hits.stream().map(SearchCommand::row).toList(),
                hits.stream().map(SearchCommand::line).collect(Collectors.joining("\n")));
    }

    private static Map<String, Object> row(Hit hit) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("score", hit.score());
        row.put("text", hit.text());
        row.put("image", file(hit.image()));
        row.put("audio", file(hit.audio()));
        row.put("label", hit.label());
        return row;
    }

    private static String file(Path path) {
        return path == null ? null : path.toString();
    }

    private static String line(Hit hit) {
        String files = Stream.of(hit.image(), hit.audio())
                .filter(Objects::nonNull)
                .map(Path::toString)
                .collect(Collectors.joining("  "));
        return String.format(
                Locale.ROOT,
                "%.3f  %-32s  %s",
                hit.score(),
                hit.text() != null ? hit.text() : hit.label() != null ? hit.label() : "",
                files);
    }
}
