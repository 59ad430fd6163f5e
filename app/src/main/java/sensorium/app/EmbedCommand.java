package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
import sensorium.multimodal.dual.Matcher;
import sensorium.multimodal.dual.PictureMatcher;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.text.bert.SentenceEncoder;
import sensorium.vision.PictureFile;

/** {@code embed MODEL}: vectors of texts, pictures and sounds. */
@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        description = {
            "Print unit vectors of texts, pictures and sounds in a shared space, or of a published CLIP, SigLIP or CLAP;",
            "of a published DINOv2 the features of pictures; of a published model of sentences the vectors of texts."
        })
final class EmbedCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            description = "The run folder of a shared space, or that of a published model; or minilm.")
    private Path model;

    @Option(names = "--text", paramLabel = "T", description = "A text; may be repeated.")
    private List<String> texts = List.of();

    @Option(names = "--image", paramLabel = "F", description = "A picture file; may be repeated.")
    private List<Path> images = List.of();

    @Option(
            names = "--video",
            paramLabel = "F",
            description =
                    "An animated GIF or PNG, or a folder of frames, for a space that sees films; may be repeated.")
    private List<Path> videos = List.of();

    @Option(names = "--audio", paramLabel = "F", description = "A sound file; may be repeated.")
    private List<Path> sounds = List.of();

    @Override
    public void run() {
        if (texts.isEmpty() && images.isEmpty() && videos.isEmpty() && sounds.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "nothing to embed: give --text, --image, --video or --audio");
        }
        common.backend();
        OpenedModel opened = new ModelFolder(ModelNames.folder(model)).open();
        if (!(opened instanceof OpenedModel.Space)) {
            refuse(videos, opened.kind(), "films");
        }
        List<Embedded> rows = switch (opened) {
            case OpenedModel.Space space -> inSpace(new Embedder(space.model()));
            case OpenedModel.Pairs pairs -> byPairs(pairs.model());
            case OpenedModel.Features features -> {
                refuse(texts, features.kind(), "texts");
                refuse(sounds, features.kind(), "sounds");
                yield files("image", images, features.model()::features);
            }
            case OpenedModel.Sentences sentences -> sentences(sentences.model());
            case OpenedModel other ->
                throw new BadInputException(model + ": a " + other.kind()
                        + " model, which has no shared space; train one with: sensorium train shared-space");
        };
        common.print(
                rows.stream().map(Embedded::toMap).toList(),
                rows.stream().map(Embedded::text).collect(Collectors.joining("\n")));
    }

    private List<Embedded> byPairs(Matcher pairs) {
        boolean sees = pairs instanceof PictureMatcher;
        refuse(sees ? sounds : images, pairs.kind(), sees ? "sounds" : "pictures");
        return Stream.of(
                        Embedded.all("text", texts, pairs.texts(texts)),
                        files(sees ? "image" : "audio", sees ? images : sounds, pairs::file))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Embedded> files(String sense, List<Path> files, Function<Path, float[]> vector) {
        return Embedded.all(sense, files, files.stream().map(vector).toArray(float[][]::new));
    }

    private void refuse(List<?> given, String kind, String what) {
        if (!given.isEmpty()) {
            throw new BadInputException(model + ": a " + kind + " model knows no " + what);
        }
    }

    private List<Embedded> inSpace(Embedder embedder) {
        var pictures =
                embedder.pictures(images.stream().map(PictureFile::decode).toList());
        var heard = embedder.sounds(
                sounds.stream().map(f -> AudioFile.decode(f).mono()).toList());
        return Stream.of(
                        Embedded.all("text", texts, embedder.texts(texts)),
                        Embedded.all("image", images, pictures),
                        files("video", videos, f -> Films.vector(embedder, f)),
                        Embedded.all("audio", sounds, heard))
                .flatMap(List::stream)
                .toList();
    }

    private List<Embedded> sentences(SentenceEncoder encoder) {
        if (!images.isEmpty() || !sounds.isEmpty()) {
            throw new BadInputException(model + ": a model of texts; it knows neither pictures nor sounds");
        }
        return Embedded.all("text", texts, encoder.encode(texts));
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Embedded(String sense, String input, float[] vector) {
        static List<Embedded> all(String sense, List<?> inputs, float[][] vectors) {
            return IntStream.range(0, vectors.length)
                    .mapToObj(i -> new Embedded(sense, inputs.get(i).toString(), vectors[i]))
                    .toList();
        }

        Map<String, Object> toMap() {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put(sense, input);
            row.put("vector", vector);
            return row;
        }

        String text() {
            var line = new StringBuilder(sense + " " + input + "\n");
            for (float v : vector) {
                line.append(String.format(Locale.ROOT, " %.5f", v));
            }
            return line.toString();
        }
    }
}
