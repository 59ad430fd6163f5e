package sensorium.multimodal.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import sensorium.BadInputException;
import sensorium.multimodal.data.FolderPaths.Refused;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads {@code metadata.jsonl}; {@link DataFolder} describes the keys. */
final class Metadata {
    static final int LINE_BYTES = 1 << 20;
    static final int LINES = 5_000_000;
    private static final int STRINGS_IN_A_VALUE = 10_000;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Path file;
    private final FolderPaths paths;
    private final Skipped skipped;

    Metadata(Path root, Skipped skipped) throws IOException {
        this.file = root.resolve(DataFolder.METADATA);
        this.paths = new FolderPaths(root);
        this.skipped = skipped;
    }

    /** What is done with a line. */
    @FunctionalInterface
    interface Taker {
        /** @throws Refused if the line cannot be used after all */
        void take(JsonNode line, Item item) throws Refused;
    }

    List<Item> read() throws IOException {
        var items = new ArrayList<Item>();
        lines((_, item) -> items.add(item));
        return items;
    }

    /** Goes through all lines that can be used. */
    void lines(Taker taker) throws IOException {
        try (var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            var line = new ByteArrayOutputStream();
            for (int number = 1; nextLine(in, line); number++) {
                if (number > LINES) {
                    throw new BadInputException(file + ": more than " + LINES + " lines; split the folder");
                }
                var where = DataFolder.METADATA + " line " + number;
                try {
                    if (line.size() > LINE_BYTES) {
                        throw new Refused("longer than " + LINE_BYTES + " bytes");
                    }
                    var text = decode(line.toByteArray());
                    if (!text.isBlank()) {
                        var parsed = JSON.readTree(text);
                        taker.take(parsed, item(parsed, "line " + number));
                    }
                } catch (Refused e) {
                    skipped.add(where, e.getMessage());
                } catch (JacksonException e) {
                    skipped.add(where, "not JSON: " + firstLine(e.getOriginalMessage()));
                }
            }
        }
    }

    /** Reads up to the next newline; keeps at most one byte more than allowed. False at the end of the file. */
    private static boolean nextLine(InputStream in, ByteArrayOutputStream line) throws IOException {
        line.reset();
        int b = in.read();
        if (b < 0) {
            return false;
        }
        for (; b >= 0 && b != '\n'; b = in.read()) {
            if (line.size() <= LINE_BYTES) {
                line.write(b);
            }
        }
        return true;
    }

    private static String decode(byte[] bytes) throws Refused {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Refused("not UTF-8");
        }
    }

    private Item item(JsonNode line, String fallbackId) throws Refused {
        if (!line.isObject()) {
            throw new Refused("not a JSON object");
        }
        var captions = new ArrayList<Caption>();
        var pictures = new ArrayList<ImageSource>();
        var sounds = new ArrayList<Sound>();
        String id = null;
        for (var value : strings(line, "text")) {
            if (!value.string().isBlank()) {
                captions.add(new Caption(value.language(), value.string().strip()));
            }
        }
        for (var value : strings(line, "image_file_name")) {
            pictures.add(new ImageSource.InFile(paths.resolve(value.string())));
            id = id == null ? value.string() : id;
        }
        for (var value : strings(line, "video_file_name")) {
            pictures.add(new ImageSource.Film(paths.resolveFilm(value.string())));
            id = id == null ? value.string() : id;
        }
        for (var value : strings(line, "audio_file_name")) {
            sounds.add(new Sound(value.language(), paths.resolve(value.string())));
            id = id == null ? value.string() : id;
        }
        for (var value : strings(line, "file_name")) {
            var path = paths.resolve(value.string());
            switch (MediaType.of(value.string())
                    .orElseThrow(() -> new Refused("neither a picture nor a sound: " + path))) {
                case PICTURE -> pictures.add(new ImageSource.InFile(path));
                case SOUND -> sounds.add(new Sound(value.language(), path));
            }
            id = id == null ? value.string() : id;
        }
        var item = new Item(
                id == null ? fallbackId : id,
                captions,
                pictures,
                sounds,
                labels(line),
                scalar(line.get("split"), "split").map(Splits::canonical));
        if (item.isEmpty()) {
            throw new Refused("no picture, no sound and no text");
        }
        return item;
    }

    private record Tagged(String language, String string) {}

    /** A string, a list of strings, or an object from language code to either. */
    private static List<Tagged> strings(JsonNode line, String key) throws Refused {
        var found = new ArrayList<Tagged>();
        var node = line.get(key);
        if (node != null && node.isObject()) {
            for (var entry : node.properties()) {
                collect(key, entry.getKey().strip(), entry.getValue(), found);
            }
        } else {
            collect(key, "", node, found);
        }
        return found;
    }

    private static void collect(String key, String language, JsonNode node, List<Tagged> found) throws Refused {
        if (node == null || node.isNull()) {
            return;
        }
        var values = node.isArray() ? node : List.of(node);
        for (JsonNode value : values) {
            if (!value.isString()) {
                throw new Refused(
                        "'" + key + "' must be a string, a list of strings, or an object of those by language");
            }
            if (found.size() == STRINGS_IN_A_VALUE) {
                throw new Refused("'" + key + "' has more than " + STRINGS_IN_A_VALUE + " values");
            }
            found.add(new Tagged(language, value.stringValue()));
        }
    }

    /** One, or a list of several. */
    private static List<String> labels(JsonNode line) throws Refused {
        var node = line.get("label");
        if (node == null || !node.isArray()) {
            return scalar(node, "label").stream().toList();
        }
        if (node.size() > STRINGS_IN_A_VALUE) {
            throw new Refused("'label' has more than " + STRINGS_IN_A_VALUE + " values");
        }
        var labels = new LinkedHashSet<String>();
        for (var each : node) {
            scalar(each, "label").ifPresent(labels::add);
        }
        return List.copyOf(labels);
    }

    private static Optional<String> scalar(JsonNode node, String key) throws Refused {
        if (node == null || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isString() && !node.isNumber() && !node.isBoolean()) {
            throw new Refused("'" + key + "' must be a string or a number");
        }
        return Optional.of(node.asString().strip()).filter(s -> !s.isEmpty());
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("").strip();
    }
}
