package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Turns the stamps of Tux Paint into a data folder. Beside a picture {@code frog.png} (or {@code .svg}) lie
 * {@code frog.txt} (the English caption, then lines such as {@code fr.utf8=Une grenouille.}), {@code frog.ogg} (its
 * voice), {@code frog_desc.ogg} (the caption spoken in English) and {@code frog_desc_fr.ogg} (in French).
 */
final class StampsFolder {
    private static final Pattern CAPTION = Pattern.compile("([A-Za-z]+(?:[_@][A-Za-z]+)?)\\.utf8=(.*)");
    private static final Pattern SOUND = Pattern.compile("(.+?)(_desc(?:_([A-Za-z_]+))?)?\\.(?:ogg|wav)");
    private static final int CAPTION_FILE_BYTES = 1 << 16;

    private StampsFolder() {}

    static void convert(Path root) throws IOException {
        var items = items(root);
        MetadataWriter.write(root, items);
        SpokenLanguages.write(root, items);
    }

    /** All stamps that have a picture, sorted by path; the label is the first folder's name. */
    static List<Item> items(Path root) throws IOException {
        var pictures = new TreeMap<String, Path>();
        var sounds = new TreeMap<String, List<Sound>>();
        List<Path> files;
        try (var walk = Files.walk(root)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        for (var file : files) {
            var name = root.relativize(file).toString();
            var sound = SOUND.matcher(name);
            if (name.endsWith(".png")) {
                pictures.put(stem(name), file);
            } else if (name.endsWith(".svg")) {
                pictures.putIfAbsent(stem(name), file);
            } else if (sound.matches()) {
                var language =
                        sound.group(2) == null ? Sound.NO_LANGUAGE : sound.group(3) == null ? "en" : sound.group(3);
                sounds.computeIfAbsent(sound.group(1), k -> new ArrayList<>()).add(new Sound(language, file));
            }
        }
        var items = new ArrayList<Item>();
        for (var entry : pictures.entrySet()) {
            var stem = entry.getKey();
            var caption = root.resolve(stem + ".txt");
            items.add(new Item(
                    root.relativize(entry.getValue()).toString(),
                    Files.isRegularFile(caption) ? captions(caption) : List.of(),
                    List.of(new ImageSource.InFile(entry.getValue())),
                    sounds.getOrDefault(stem, List.of()),
                    Optional.of(stem.substring(0, stem.indexOf('/'))),
                    Optional.empty()));
        }
        items.sort(Comparator.comparing(Item::id)); // "frog-1.png" before "frog.png", unlike their stems
        return StampsSplit.assign(items);
    }

    private static List<Caption> captions(Path file) throws IOException {
        if (Files.size(file) > CAPTION_FILE_BYTES) {
            return List.of();
        }
        // not Files.readString: a few files hold bytes that are not UTF-8
        var lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList();
        var captions = new ArrayList<Caption>();
        if (!lines.isEmpty() && !lines.getFirst().isBlank()) {
            captions.add(new Caption("en", lines.getFirst().strip()));
        }
        for (var line : lines) {
            var match = CAPTION.matcher(line);
            if (match.matches() && !match.group(2).isBlank()) {
                captions.add(new Caption(match.group(1), match.group(2).strip()));
            }
        }
        return captions;
    }

    private static String stem(String name) {
        return name.substring(0, name.length() - ".png".length());
    }
}
