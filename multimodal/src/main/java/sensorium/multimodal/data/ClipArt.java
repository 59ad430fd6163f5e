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
    static final List<String> THINGS = List.of(
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

    /**
     * Artists, as the file names spell the first part of their names; from there on a file's name is the artist's. The last
     * one is often cut short.
     */
    private static final Set<String> ARTISTS = Set.of("""
            adamkiewicz aiello aj alejandro alex alexander allen amos andrade andrea andreas andremarcel andrew
            andy angelo anita anthony anton architetto ashton aubanel ben benji bobby bogdan boitel boyer brad
            bram brindisi brozo celso chaosinfait charles chris christian christoph christophe clemente corwin
            czara czara1 dan daniel darek dave davek david davide dennis deragon didier dirk djamb dudziak
            einar ellis enrique erich erik erwan etienne fco felipe francesco frederic frolland frouke fudriot
            gabriel gabrielle gaeremyn ganson geraint geral gerald giuseppe goneri graeber graubner guillaume
            hans harmon igor ingo jaime jakob james jamin janet jarno jasper jean jean-victor jeff jeremy
            joel joerg johannes john johnson jon jonadab jonasste jonathan jonathon jonvdveen jordan jorkon
            juliane jure jurgen kallisti karl kempson kessels kevin kilian kimbro kodzoman konstantin kurt leif
            leisler linda lionel lodahl lorenzo luengo luiz lumen luther marcelo marino mariusz mark martin
            massimo mateya matt matthew mauro mccann mccolm mcoon meijer michael mike mikhail mimooh mirjam
            mirko mitchell mo nathan nicolas nicu nilsson nowicki nurbldoff oliver olivier omar orlando
            patricia peterm petri pfd philippe ppl ralf raphael renardjb rgolan roberto rollandin romus ron
            rory rosenbauer rutjes ruud ryan santiago schmidt seban sergio shaezy shelby silvia skoynk smith
            snuatautisticido staudt stefan steffen steve struve stuart susan tanguy terry tess teudimu theob
            timothy tobias toh tom tomek uliphant valessio valkhof vasamaa viti vladimir wiens william yager
            yemu yves zazou
            """.strip().split("\\s+"));

    private static final Set<String> NOISE = Set.of("bw", "svg", "icon", "md", "sm", "ooo", "rpg");
    /** File names were cut at 24 letters, counting the underscores. */
    private static final int CUT_LENGTH = 23;

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
        var name = fileName.replaceFirst("_[0-9]*[a-z]?$|-md$|-sm$", "").toLowerCase(Locale.ROOT);
        var parts = name.split("_+");
        var words = new ArrayList<String>();
        for (int i = 0; i < parts.length; i++) {
            boolean cutShort = i == parts.length - 1 && name.length() >= CUT_LENGTH;
            if (i > 0 && isArtist(parts[i], cutShort)) {
                break;
            }
            var word = parts[i].replaceAll("[^\\p{L}]+", " ").strip();
            if (word.equals("a") || (word.length() > 1 && !NOISE.contains(word) && !ARTISTS.contains(word))) {
                words.add(word);
            }
        }
        return String.join(" ", words);
    }

    private static boolean isArtist(String word, boolean cutShort) {
        var letters = word.replaceFirst("[0-9]+$", "");
        return ARTISTS.contains(letters)
                || (cutShort && ARTISTS.stream().anyMatch(artist -> artist.startsWith(letters)));
    }
}
