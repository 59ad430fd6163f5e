package sensorium.vision;

import java.util.ArrayList;
import java.util.List;

/**
 * Pictures kept decoded, small and ready to be drawn: cropped to what is visible where not asked otherwise, colours premultiplied by alpha, in
 * steps of half the size (a mip map), each with a transparent border of one pixel.
 */
public final class PictureBank {
    private final List<List<Level>> pictures = new ArrayList<>();
    private final int side;

    /** One picture at one size: {@code (height + 2, width + 2, 4)} bytes with the border. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Level(int width, int height, byte[] rgba) {
        int longer() {
            return Math.max(width, height);
        }
    }

    /** An empty bank of pictures whose longer side is {@code side} pixels, or less where they are smaller. */
    public PictureBank(int side) {
        if (side < 1 || side > 4096) {
            throw new IllegalArgumentException("[bank] a side of %d pixels: need 1 to 4096".formatted(side));
        }
        this.side = side;
    }

    /** A bank of these pictures, numbered in their order. */
    public static PictureBank of(List<Picture> pictures, int side) {
        var bank = new PictureBank(side);
        pictures.forEach(bank::add);
        return bank;
    }

    /** Likewise, with all that is transparent around what they show. */
    public static PictureBank whole(List<Picture> pictures, int side) {
        var bank = new PictureBank(side);
        pictures.forEach(bank::addWhole);
        return bank;
    }

    /** Adds a picture, without transparent margins, and returns its number. */
    public int add(Picture picture) {
        return addWhole(picture.cropToAlpha());
    }

    /** Adds a picture with all that is transparent around what it shows, and returns its number. */
    public int addWhole(Picture visible) {
        var levels = new ArrayList<Level>();
        int longer = Math.max(visible.width(), visible.height());
        for (int size = Math.min(side, longer); size >= 8 || levels.isEmpty(); size /= 2) {
            int width = Math.max(1, Math.round((float) visible.width() * size / longer));
            int height = Math.max(1, Math.round((float) visible.height() * size / longer));
            levels.add(level(Resize.resize(visible, width, height, Resize.Filter.BILINEAR)));
        }
        pictures.add(List.copyOf(levels));
        return pictures.size() - 1;
    }

    public int size() {
        return pictures.size();
    }

    /** The smallest step that need not be enlarged to {@code longer} pixels; the largest there is if none is enough. */
    Level level(int picture, double longer) {
        List<Level> levels = pictures.get(picture);
        Level best = levels.getFirst();
        for (Level level : levels) {
            if (level.longer() >= longer) {
                best = level;
            }
        }
        return best;
    }

    private static Level level(Picture picture) {
        int width = picture.width();
        int height = picture.height();
        Picture bordered = Resize.premultiply(picture.onCanvas(1, 1, width + 2, height + 2));
        return new Level(width, height, bordered.bytes());
    }
}
