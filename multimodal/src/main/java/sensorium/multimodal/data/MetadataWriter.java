package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes {@code metadata.jsonl} for files that are already in their folder. */
final class MetadataWriter {
    private static final JsonMapper JSON = new JsonMapper();

    private MetadataWriter() {}

    /**
     * Replaces a folder's metadata in one step.
     *
     * @param items whose files lie under {@code root}
     */
    static void write(Path root, List<Item> items) throws IOException {
        write(root, items, _ -> Map.of());
    }

    /** @param more what else to say of an item, by key: numbers, texts and lists of them */
    static void write(Path root, List<Item> items, Function<Item, Map<String, Object>> more) throws IOException {
        var temporary = Files.createTempFile(root, DataFolder.METADATA, ".tmp");
        try (var out = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
            for (var item : items) {
                var line = line(root, item);
                more.apply(item).forEach((key, value) -> line.set(key, JSON.valueToTree(value)));
                out.write(JSON.writeValueAsString(line));
                out.write('\n');
            }
        }
        Files.move(temporary, root.resolve(DataFolder.METADATA), StandardCopyOption.ATOMIC_MOVE);
    }

    private static ObjectNode line(Path root, Item item) {
        var line = JSON.createObjectNode();
        var pictures = new ArrayList<String>();
        var films = new ArrayList<String>();
        for (var picture : item.pictures()) {
            switch (picture) {
                case ImageSource.InFile picked -> pictures.add(relative(root, picked.file()));
                case ImageSource.Film film -> films.add(relative(root, film.file()));
                case ImageSource.Grey grey ->
                    throw new IllegalArgumentException("pixels in memory have no file name: " + grey);
            }
        }
        put(line, "image_file_name", pictures, p -> "", p -> p);
        put(line, "video_file_name", films, f -> "", f -> f);
        put(line, "audio_file_name", item.sounds(), Sound::language, s -> relative(root, s.file()));
        put(line, "text", item.captions(), Caption::language, Caption::text);
        if (!item.labels().isEmpty()) {
            put(line, "label", item.labels());
        }
        item.split().ifPresent(split -> line.put("split", split));
        return line;
    }

    /** One string, or a list of several; an object of these by language where there are languages. */
    private static <T> void put(
            ObjectNode line, String key, List<T> values, Function<T, String> language, Function<T, String> string) {
        if (values.isEmpty()) {
            return;
        }
        var byLanguage = new LinkedHashMap<String, List<String>>();
        for (var value : values) {
            byLanguage
                    .computeIfAbsent(language.apply(value), k -> new ArrayList<>())
                    .add(string.apply(value));
        }
        if (byLanguage.size() == 1 && byLanguage.containsKey("")) {
            put(line, key, byLanguage.get(""));
        } else {
            var object = line.putObject(key);
            byLanguage.forEach((code, strings) -> put(object, code, strings));
        }
    }

    private static void put(ObjectNode object, String key, List<String> strings) {
        if (strings.size() == 1) {
            object.put(key, strings.getFirst());
        } else {
            strings.forEach(object.putArray(key)::add);
        }
    }

    private static String relative(Path root, Path file) {
        return root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }
}
