package sensorium.multimodal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.vision.Picture;
import sensorium.vision.PictureSet;
import sensorium.vision.Resize;

/** Pictures and what is said of them, as those see them that learn to make the one from the other: coloured squares, decoded once. */
public final class CaptionedPictures implements PictureSet {
    /** What is seen where a picture is not. */
    private static final int MID_GREY = 0x808080;

    private static final int RGB = 3;

    private final int side;
    private final List<Entry> entries;
    private final Skipped skipped = new Skipped();

    /** @param rgb interleaved */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(Item item, List<String> captions, byte[] rgb) {}

    private CaptionedPictures(List<Item> items, int side, Material.Watcher watcher) {
        this.side = side;
        var done = new AtomicInteger();
        this.entries = IntStream.range(0, items.size())
                .parallel()
                .mapToObj(items::get)
                .flatMap(item -> {
                    watcher.update("decode pictures", done.incrementAndGet(), items.size());
                    List<String> captions = captions(item);
                    if (captions.isEmpty()) {
                        skipped.add(item.id(), "nothing is said of it");
                        return java.util.stream.Stream.empty();
                    }
                    return item.pictures().stream().map(source -> decode(item, captions, source));
                })
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * The pictures of items that have a caption, or at least a label.
     *
     * @param side height and width of what they become, pixels
     * @throws BadInputException if there is none that can be used
     */
    public static CaptionedPictures of(List<Item> items, int side, Material.Watcher watcher) {
        var pictures = new CaptionedPictures(items, side, watcher);
        if (pictures.size() == 0) {
            throw new BadInputException("no picture with words can be used" + pictures.skipped.summary());
        }
        return pictures;
    }

    private static List<String> captions(Item item) {
        List<String> all =
                new ArrayList<>(item.captions().stream().map(Caption::text).toList());
        if (all.isEmpty()) {
            item.label().ifPresent(all::add);
        }
        return all;
    }

    private Entry decode(Item item, List<String> captions, ImageSource source) {
        try {
            return new Entry(item, captions, square(source.decode(), side).bytes());
        } catch (BadInputException e) {
            skipped.add(item.id(), e.getMessage());
            return null;
        }
    }

    /** All that is visible of a picture, as large as it goes, in the middle of a grey square. */
    public static Picture square(Picture picture, int side) {
        Picture visible = picture.cropToAlpha();
        int longer = Math.max(visible.width(), visible.height());
        int width = Math.max(1, Math.round((float) visible.width() * side / longer));
        int height = Math.max(1, Math.round((float) visible.height() * side / longer));
        Picture small = Resize.resize(visible, width, height, Resize.Filter.BILINEAR);
        return small.onCanvas((side - width) / 2, (side - height) / 2, side, side)
                .over(MID_GREY);
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public void draw(int picture, float[] out, int at) {
        byte[] rgb = entries.get(picture).rgb;
        int area = side * side;
        for (int p = 0; p < area; p++) {
            for (int c = 0; c < RGB; c++) {
                out[at + c * area + p] = (rgb[RGB * p + c] & 0xff) / 127.5f - 1;
            }
        }
    }

    /** What is said of each picture. */
    public List<List<String>> captions() {
        return entries.stream().map(Entry::captions).toList();
    }

    /** The item that a picture is of. */
    public Item item(int picture) {
        return entries.get(picture).item;
    }

    /** What was left out. */
    public Skipped skipped() {
        return skipped;
    }
}
