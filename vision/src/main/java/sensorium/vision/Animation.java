package sensorium.vision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import sensorium.BadInputException;

/**
 * Moving pictures: an animated GIF, an animated PNG, or a folder of pictures that are its frames, in the order of their names and the
 * numbers in these. Frames are picked evenly and made small at once, so that memory does not grow with their number. Any other picture is an
 * animation of one frame.
 */
public final class Animation {
    /** Of more frames than these not even a list is made. */
    public static final int MOST_FRAMES = 200_000;

    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "gif", "bmp", "webp");

    private Animation() {}

    /**
     * At most {@code count} of its frames, evenly spread, each with its longer side at most {@code side} pixels.
     *
     * @throws BadInputException if there is no such animation, it is damaged, or it asks for too much
     */
    public static List<Picture> frames(Path file, int count, int side) {
        if (count < 1 || side < 1) {
            throw new IllegalArgumentException("[animation] %d frames of %d pixels".formatted(count, side));
        }
        if (Files.isDirectory(file)) {
            return ofFolder(file, count, side);
        }
        return PictureFile.film(file)
                .map(film -> film.sampled(count, side))
                .orElseGet(() -> List.of(Resize.atMost(PictureFile.decode(file), side)));
    }

    private static List<Picture> ofFolder(Path folder, int count, int side) {
        List<Path> files = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(folder, Animation::isFrame)) {
            for (Path entry : entries) {
                files.add(entry);
                if (files.size() > MOST_FRAMES) {
                    throw new BadInputException(
                            folder + ": more than " + MOST_FRAMES + " frames; leave some out, or cut it into pieces");
                }
            }
        } catch (IOException e) {
            throw new BadInputException(folder + ": cannot be read (" + e.getMessage() + ")", e);
        }
        if (files.isEmpty()) {
            throw new BadInputException(folder + ": no frames in it; it takes pictures (PNG, JPEG, GIF, BMP, WebP)");
        }
        files.sort(Comparator.comparing((Path f) -> f.getFileName().toString(), Animation::compareNames));
        List<Picture> frames = new ArrayList<>();
        for (int i : Film.evenly(files.size(), count)) {
            frames.add(Resize.atMost(PictureFile.decode(files.get(i)), side));
        }
        return frames;
    }

    private static boolean isFrame(Path file) {
        String name = file.getFileName().toString();
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return !name.startsWith(".") && ENDINGS.contains(ending);
    }

    /** Digits in a row are one number, so that frame 10 comes after frame 9. */
    static int compareNames(String a, String b) {
        int i = 0;
        int j = 0;
        while (i < a.length() && j < b.length()) {
            int endA = endOfDigits(a, i);
            int endB = endOfDigits(b, j);
            int order;
            if (endA > i && endB > j) {
                order = compareNumbers(a.substring(i, endA), b.substring(j, endB));
                i = endA;
                j = endB;
            } else {
                order = Character.compare(a.charAt(i++), b.charAt(j++));
            }
            if (order != 0) {
                return order;
            }
        }
        int rest = Integer.compare(a.length() - i, b.length() - j);
        return rest != 0 ? rest : a.compareTo(b); // 01 and 1
    }

    private static int endOfDigits(String s, int from) {
        int end = from;
        while (end < s.length() && s.charAt(end) >= '0' && s.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    /** Of any length. */
    private static int compareNumbers(String a, String b) {
        String x = a.replaceFirst("^0+", "");
        String y = b.replaceFirst("^0+", "");
        return x.length() != y.length() ? Integer.compare(x.length(), y.length()) : x.compareTo(y);
    }
}
