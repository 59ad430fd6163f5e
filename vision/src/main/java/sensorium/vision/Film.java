package sensorium.vision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Pictures one after the other on one canvas, as GIF and PNG store them: a frame is drawn over, or in place of, a part of what is there,
 * and what becomes of it when the next one comes is said with it. Only frames that are needed are decoded.
 *
 * @param source the file, for faults
 * @param width of the canvas
 * @param height of the canvas
 */
record Film(Source source, int width, int height, List<Frame> frames) {
    /** More pixels than these are not decoded for one film. */
    private static final long MOST_PIXELS = 1L << 29;

    /** Two canvases are held beside what a decoder needs for a frame. */
    private static final long MOST_CANVAS = PictureFile.MAX_PIXELS / 4;

    /** What happens to a frame's place before the next frame is drawn. */
    enum Disposal {
        STAYS,
        CLEARED,
        /** What was there before comes back. */
        RESTORED
    }

    /**
     * A part of the canvas.
     *
     * @param replaces whether it takes the place of what is there, transparent pixels too; else it is laid over it
     * @param opaque whether no pixel of it is transparent
     * @param pixels decodes it
     */
    record Frame(
            int left,
            int top,
            int width,
            int height,
            Disposal disposal,
            boolean replaces,
            boolean opaque,
            Supplier<Picture> pixels) {
        /** Whether nothing of what was there before is seen any more. */
        boolean hides(Film film) {
            return left == 0
                    && top == 0
                    && width >= film.width
                    && height >= film.height
                    && (replaces || opaque)
                    && disposal != Disposal.RESTORED; // what was there before comes back after it
        }

        long area() {
            return (long) width * height;
        }
    }

    /**
     * At most {@code count} of its pictures, evenly spread, each with its longer side at most {@code side} pixels.
     *
     * @throws sensorium.BadInputException if a frame is damaged, or too much would have to be decoded for them
     */
    List<Picture> sampled(int count, int side) {
        if ((long) width * height > MOST_CANVAS) {
            throw source.fault("claims a film of %dx%d pixels, more than the limit of %d million; make it smaller"
                    .formatted(width, height, MOST_CANVAS / 1_000_000));
        }
        int[] wanted = evenly(frames.size(), count);
        requireFeasible(wanted);
        var canvas = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 4)];
        List<Picture> pictures = new ArrayList<>();
        Undoing undoing = Undoing.NOTHING;
        int next = 0;
        for (int last : wanted) {
            int first = firstNeeded(next, last);
            if (first > next) {
                undoing = Undoing.NOTHING; // all of it is hidden
            }
            for (int i = first; i <= last; i++) {
                undoing.undo(this, canvas);
                Frame frame = frames.get(i);
                undoing = Undoing.of(this, frame, canvas);
                draw(frame, canvas);
            }
            next = last + 1;
            pictures.add(Resize.atMost(new Picture(width, height, 4, canvas.clone()), side));
        }
        return pictures;
    }

    /** Of {@code total} things {@code count} from the middles of as many equal parts; all where there are no more. */
    static int[] evenly(int total, int count) {
        int n = Math.min(total, count);
        var chosen = new int[n];
        for (int i = 0; i < n; i++) {
            chosen[i] = (int) ((2L * i + 1) * total / (2L * n));
        }
        return chosen;
    }

    /** Where to begin to draw, so that after frame {@code last} the canvas is what it should be. */
    private int firstNeeded(int next, int last) {
        int first = last;
        while (first > next && !frames.get(first).hides(this)) {
            first--;
        }
        return first;
    }

    private void requireFeasible(int[] wanted) {
        long pixels = 0;
        int next = 0;
        for (int last : wanted) {
            for (int i = firstNeeded(next, last); i <= last; i++) {
                pixels += frames.get(i).area();
            }
            next = last + 1;
        }
        if (pixels > MOST_PIXELS) {
            throw source.fault(
                    "%d frames that build on each other, %d million pixels in all, more than the limit of %d million; make it shorter or smaller, or give a folder of frames"
                            .formatted(frames.size(), pixels / 1_000_000, MOST_PIXELS / 1_000_000));
        }
    }

    private void draw(Frame frame, byte[] canvas) {
        Picture picture = frame.pixels.get();
        boolean alpha = picture.hasAlpha();
        for (int y = 0; y < picture.height() && frame.top + y < height; y++) {
            for (int x = 0; x < picture.width() && frame.left + x < width; x++) {
                int to = ((frame.top + y) * width + frame.left + x) * 4;
                int a = alpha ? picture.at(x, y, 3) : 255;
                if (frame.replaces || a == 255) {
                    for (int c = 0; c < 3; c++) {
                        canvas[to + c] = (byte) picture.at(x, y, c);
                    }
                    canvas[to + 3] = (byte) a;
                } else if (a > 0) {
                    over(picture, x, y, a, canvas, to);
                }
            }
        }
    }

    /** Colours that are not premultiplied (Porter and Duff, 1984). */
    private static void over(Picture picture, int x, int y, int alpha, byte[] canvas, int to) {
        int behind = (canvas[to + 3] & 0xFF) * (255 - alpha); // of 255²
        int sum = alpha * 255 + behind;
        for (int c = 0; c < 3; c++) {
            int mixed = picture.at(x, y, c) * alpha * 255 + (canvas[to + c] & 0xFF) * behind;
            canvas[to + c] = (byte) ((mixed + sum / 2) / sum);
        }
        canvas[to + 3] = (byte) ((sum + 127) / 255);
    }

    /** What is done to the canvas before the next frame: a part of it is given these pixels (h, w, 4), or made transparent. */
    private record Undoing(int left, int top, int width, int height, byte[] before) {
        static final Undoing NOTHING = new Undoing(0, 0, 0, 0, new byte[0]);

        static Undoing of(Film film, Frame frame, byte[] canvas) {
            if (frame.disposal == Disposal.STAYS || frame.left >= film.width || frame.top >= film.height) {
                return NOTHING;
            }
            int width = Math.min(frame.width, film.width - frame.left);
            int height = Math.min(frame.height, film.height - frame.top);
            var before = new byte[frame.disposal == Disposal.RESTORED ? width * height * 4 : 0];
            for (int y = 0; y < height && before.length > 0; y++) {
                int from = ((frame.top + y) * film.width + frame.left) * 4;
                System.arraycopy(canvas, from, before, y * width * 4, width * 4);
            }
            return new Undoing(frame.left, frame.top, width, height, before);
        }

        void undo(Film film, byte[] canvas) {
            for (int y = 0; y < height; y++) {
                int to = ((top + y) * film.width + left) * 4;
                if (before.length > 0) {
                    System.arraycopy(before, y * width * 4, canvas, to, width * 4);
                } else {
                    Arrays.fill(canvas, to, to + width * 4, (byte) 0);
                }
            }
        }
    }
}
