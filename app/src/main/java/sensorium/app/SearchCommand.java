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
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.index.Filter;
import sensorium.multimodal.index.Hit;
import sensorium.multimodal.index.SpaceIndex;
import sensorium.multimodal.model.ModelFolder;
import sensorium.vision.PictureFile;

/** {@code search INDEX}: by words, a picture or a sound. */
@Command(
        name = "search",
        mixinStandardHelpOptions = true,
        description = {
            "Find the items nearest to words, a picture or a sound.",
            "A small index is scanned exactly, of a large one a graph is walked; the last line says which."
        })
final class SearchCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "INDEX", description = "A folder that 'index' made.")
    private Path index;

    @ArgGroup(multiplicity = "1")
    private Query query;

    /** One of the four. */
    static final class Query {
        @Option(names = "--text", paramLabel = "T", description = "Words, in any language.")
        private String text;

        @Option(names = "--image", paramLabel = "F", description = "A picture file.")
        private Path image;

        @Option(
                names = "--video",
                paramLabel = "F",
                description = "An animated GIF or PNG, or a folder of frames, for a space that sees films.")
        private Path video;

        @Option(names = "--audio", paramLabel = "F", description = "A sound file.")
        private Path audio;

        float[] vector(Embedder embedder) {
            if (text != null) {
                return embedder.texts(List.of(text))[0];
            }
            if (video != null) {
                return Films.vector(embedder, video);
            }
            return image != null
                    ? embedder.pictures(List.of(PictureFile.decode(image)))[0]
                    : embedder.sounds(List.of(AudioFile.decode(audio).mono()))[0];
        }
    }

    @Option(
            names = "--minus",
            paramLabel = "T",
            description = "Words whose vector is taken from the query's; may be repeated.")
    private List<String> less = List.of();

    @Option(
            names = "--plus",
            paramLabel = "T",
            description = "Words whose vector is added: --image red-apple.png --minus red --plus green.")
    private List<String> more = List.of();

    @Option(names = "--label", paramLabel = "L", description = "Only items of this label.")
    private String label;

    @Option(
            names = "--with",
            paramLabel = "WORDS",
            description = "Only items that have all these words in their captions or label.")
    private String words;

    @Option(names = "-k", paramLabel = "K", description = "How many to show (default: ${DEFAULT-VALUE}).")
    private int k = 10;

    @Override
    public void run() {
        if (k < 1) {
            throw new ParameterException(spec.commandLine(), "-k must be at least 1");
        }
        common.backend();
        try (var items = SpaceIndex.open(index)) {
            var model = new ModelFolder(items.model());
            items.requireModel(model);
            List<Hit> hits = items.search(asked(new Embedder(model.openSpace())), k, new Filter(label, words));
            SpaceIndex.Extent extent = items.extent();
            common.print(
                    hits.stream().map(hit -> row(hit, extent.method())).toList(),
                    hits.stream().map(SearchCommand::line).collect(Collectors.joining("\n", "", "\n"))
                            + "%s of %d vectors of %d items"
                                    .formatted(extent.method(), extent.vectors(), extent.items()));
        }
    }

    /** The query's vector, words taken and added, of length one. */
    private float[] asked(Embedder embedder) {
        float[] sum = query.vector(embedder);
        add(sum, -1, embedder.texts(less));
        add(sum, 1, embedder.texts(more));
        if (!less.isEmpty() || !more.isEmpty()) {
            double squares = 0;
            for (float x : sum) {
                squares += x * x;
            }
            if (squares == 0) {
                throw new BadInputException("nothing is left of the query when --minus is taken from it");
            }
            for (int d = 0; d < sum.length; d++) {
                sum[d] /= (float) Math.sqrt(squares);
            }
        }
        return sum;
    }

    private static void add(float[] sum, float sign, float[][] vectors) {
        for (float[] v : vectors) {
            for (int d = 0; d < sum.length; d++) {
                sum[d] += sign * v[d];
            }
        }
    }

    private static Map<String, Object> row(Hit hit, SpaceIndex.Method method) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("score", hit.score());
        row.put("item", hit.item());
        row.put("text", hit.text());
        row.put("image", file(hit.image()));
        row.put("audio", file(hit.audio()));
        row.put("label", hit.label());
        row.put("search", method.toString());
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
