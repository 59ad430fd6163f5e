package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
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
        var temporary = Files.createTempFile(root, DataFolder.METADATA, ".tmp");
        try (var out = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
            for (var item : items) {
                out.write(JSON.writeValueAsString(line(root, item)));
                out.write('\n');
            }
        }
        Files.move(temporary, root.resolve(DataFolder.METADATA), StandardCopyOption.ATOMIC_MOVE);
    }

    private static ObjectNode line(Path root, Item item) {
        var line = JSON.createObjectNode();
        var pictures = new ArrayList<String>();
        for (var picture : item.pictures()) {
            switch (picture) {
                case Picture.InFile picked -> pictures.add(relative(root, picked.file()));
                case Picture.Grey grey ->
                    throw new IllegalArgumentException("pixels in memory have no file name: " + grey);
            }
        }
        put(line, "image_file_name", pictures, p -> "", p -> p);
        put(line, "audio_file_name", item.sounds(), Sound::language, s -> relative(root, s.file()));
        put(line, "text", item.captions(), Caption::language, Caption::text);
        item.label().ifPresent(label -> line.put("label", label));
        item.split().ifPresent(split -> line.put("split", split));
        return line;
    }

    /** One value as a string, several without a language as a list, otherwise an object by language. */
    private static <T> void put(
            ObjectNode line, String key, List<T> values, Function<T, String> language, Function<T, String> string) {
        if (values.isEmpty()) {
            return;
        }
        if (values.stream().allMatch(v -> language.apply(v).isEmpty())) {
            if (values.size() == 1) {
                line.put(key, string.apply(values.getFirst()));
            } else {
                var list = line.putArray(key);
                values.forEach(v -> list.add(string.apply(v)));
            }
            return;
        }
        var byLanguage = line.putObject(key);
        for (var value : values) {
            byLanguage.withArray(language.apply(value)).add(string.apply(value));
        }
    }

    private static String relative(Path root, Path file) {
        return root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }
}
