package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Turns openclipart into a data folder. Only drawings of things are kept: beside them the set is mostly shapes, icons
 * and flags. A drawing's captions are the words of its file name (English for the most part, with some Italian and
 * French, so no language is claimed) and the name of its folder.
 */
final class ClipArt {
    private static final List<String> THINGS = List.of(
            "animals",
            "buildings",
            "containers",
            "education",
            "electronics",
            "food",
            "office",
            "people",
            "plants",
            "recreation",
            "science",
            "tools",
            "transportation");
    private static final List<String> NOT_THINGS = List.of(
            "recreation/games/cards",
            "recreation/religion",
            "transportation/roadsigns",
            "transportation/aiga-symbols",
            "people/smilies");

    /** First words of artists' names as the file names spell them; the rest of a name from there on is the artist's. */
    private static final Set<String> ARTISTS = Set.of(
            "aj",
            "alejandro",
            "alex",
            "andrew",
            "anita",
            "anthony",
            "architetto",
            "ben",
            "benji",
            "bobby",
            "brad",
            "christoph",
            "christophe",
            "clemente",
            "czara",
            "czara1",
            "dan",
            "daniel",
            "didier",
            "enrique",
            "etienne",
            "fco",
            "francesco",
            "frederic",
            "frouke",
            "ganson",
            "geral",
            "gerald",
            "giuseppe",
            "ingo",
            "jaime",
            "james",
            "jarno",
            "jasper",
            "jean",
            "jean-victor",
            "jeremy",
            "joel",
            "johannes",
            "jon",
            "jonadab",
            "jonathan",
            "jorkon",
            "juliane",
            "karl",
            "kevin",
            "kurt",
            "linda",
            "lion",
            "lionel",
            "luiz",
            "lumen",
            "mark",
            "mateya",
            "matt",
            "matthew",
            "michael",
            "mike",
            "mimooh",
            "mo",
            "nathan",
            "nicolas",
            "nicu",
            "orlando",
            "patricia",
            "peterm",
            "petri",
            "renardjb",
            "rollandin",
            "romus",
            "ron",
            "ruud",
            "santiago",
            "sergio",
            "snuatautisticido",
            "stefan",
            "steve",
            "stuart",
            "susan",
            "tess",
            "tom",
            "toh",
            "vasamaa",
            "yves",
            "zazou");

    private static final Set<String> NOISE = Set.of("bw", "svg", "icon", "md", "sm", "ooo", "rpg");
    private static final int LEAST_CUT_LETTERS = 3;

    private ClipArt() {}

    static void convert(Path root) throws IOException {
        var items = new ArrayList<Item>();
        for (var thing : THINGS) {
            List<Path> files;
            try (var walk = Files.walk(root.resolve(thing))) {
                // a link is a second name of a drawing that is already there
                files = walk.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS)
                                && f.toString().endsWith(".png"))
                        .sorted()
                        .toList();
            }
            for (var file : files) {
                var path = root.relativize(file).toString().replace('\\', '/');
                if (NOT_THINGS.stream().noneMatch(n -> path.startsWith(n + "/"))) {
                    items.add(item(path, file));
                }
            }
        }
        MetadataWriter.write(root, items);
    }

    private static Item item(String path, Path file) {
        var label = path.substring(0, path.lastIndexOf('/'));
        var captions = new ArrayList<Caption>();
        var words = words(path.substring(path.lastIndexOf('/') + 1, path.length() - ".png".length()));
        if (!words.isEmpty()) {
            captions.add(new Caption("", words));
        }
        captions.add(new Caption("", label.substring(label.lastIndexOf('/') + 1).replace('_', ' ')));
        return new Item(
                path, captions, List.of(new ImageSource.InFile(file)), List.of(), Optional.of(label), Optional.empty());
    }

    /** "sleeping_cat_ron_golan_01" is "sleeping cat"; empty if nothing but a name and numbers is there. */
    static String words(String fileName) {
        var parts = fileName.replaceFirst("_[0-9]*[a-z]?$", "").split("_+");
        var words = new ArrayList<String>();
        for (int i = 0; i < parts.length; i++) {
            var part = parts[i].toLowerCase(Locale.ROOT);
            if (i > 0 && isArtist(part, i == parts.length - 1)) {
                break;
            }
            var word = part.replaceAll("[^\\p{L}]+", " ").strip();
            if (word.equals("a") || (word.length() > 1 && !NOISE.contains(word) && !ARTISTS.contains(word))) {
                words.add(word);
            }
        }
        return String.join(" ", words);
    }

    /** File names were cut at 24 letters, so the last word may be the beginning of a name. */
    private static boolean isArtist(String word, boolean last) {
        var letters = word.replaceFirst("[0-9]+$", "");
        if (ARTISTS.contains(word) || ARTISTS.contains(letters)) {
            return true;
        }
        return last
                && letters.length() >= LEAST_CUT_LETTERS
                && ARTISTS.stream().anyMatch(artist -> artist.length() > 5 && artist.startsWith(letters));
    }
}
