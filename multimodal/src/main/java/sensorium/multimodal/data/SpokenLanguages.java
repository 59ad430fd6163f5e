package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The stamps' spoken captions as plain label folders: {@code speech-language/train/fr/*.ogg} and so on, the label being
 * the language. Things are held out by name ({@link StampsSplit#isTest}): no caption of the test is trained on, in no
 * language. The set has about one voice a language, so it tells voices apart as much as languages.
 */
final class SpokenLanguages {
    static final String FOLDER = "speech-language";
    private static final List<String> LANGUAGES = List.of("fr", "es", "ca", "ro", "ru", "bg");

    private SpokenLanguages() {}

    private record Clip(String language, Path file, String name, boolean test) {}

    static void write(Path root, List<Item> stamps) throws IOException {
        // Many stamps share a recording: it is taken once, and never for training if any of its names is held out.
        Map<String, Clip> clips = new LinkedHashMap<>();
        for (var stamp : stamps) {
            var caption = stamp.caption("en");
            if (caption.isEmpty()) {
                continue;
            }
            boolean test = StampsSplit.isTest(StampsSplit.key(caption.get()));
            for (var sound : stamp.sounds()) {
                if (Set.copyOf(LANGUAGES).contains(sound.language())) {
                    var clip = new Clip(sound.language(), sound.file(), clipName(root, sound.file()), test);
                    clips.merge(sound.language() + hash(sound.file()), clip, (a, b) -> b.test() && !a.test() ? b : a);
                }
            }
        }
        for (var clip : clips.values()) {
            var folder = root.resolve(FOLDER)
                    .resolve(clip.test() ? Item.TEST : Item.TRAIN)
                    .resolve(clip.language());
            Files.createDirectories(folder);
            link(clip.file(), folder.resolve(clip.name()));
        }
    }

    private static String clipName(Path root, Path file) {
        return root.relativize(file).toString().replace('/', '-').replace('\\', '-');
    }

    /** A hard link takes no room; a file system without them gets a copy. */
    private static void link(Path file, Path link) throws IOException {
        try {
            Files.createLink(link, file);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException e) {
            Files.copy(file, link);
        }
    }

    private static String hash(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has SHA-256
        }
    }
}
