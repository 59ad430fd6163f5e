package sensorium.vision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Films kept decoded, small and ready to be drawn, each as so many frames of a {@link PictureBank}. A bank of films of one frame is a bank of
 * pictures: these are kept without their transparent margins, which of a film would move with what it shows.
 */
public final class FilmBank {
    private final PictureBank pictures;
    private final int frames;
    private final List<int[]> films = new ArrayList<>(); // the numbers of their pictures

    /**
     * An empty bank.
     *
     * @param side longest side of a kept frame, pixels
     * @param frames of each film
     */
    public FilmBank(int side, int frames) {
        if (frames < 1 || frames > 256) {
            throw new IllegalArgumentException("[films] %d frames: need 1 to 256".formatted(frames));
        }
        this.pictures = new PictureBank(side);
        this.frames = frames;
    }

    /** A bank of films. */
    public static FilmBank of(List<List<Picture>> films, int side, int frames) {
        var bank = new FilmBank(side, frames);
        films.forEach(bank::add);
        return bank;
    }

    /** Adds a film of any number of pictures, at least one, and returns its number: of fewer than needed some stand for longer. */
    public int add(List<Picture> film) {
        var numbers = new int[frames];
        int added = -1;
        int last = -1;
        for (int f = 0; f < frames; f++) {
            int from = (int) ((2L * f + 1) * film.size() / (2L * frames));
            if (from != last) {
                added = frames == 1 ? pictures.add(film.get(from)) : pictures.addWhole(film.get(from));
                last = from;
            }
            numbers[f] = added;
        }
        films.add(numbers);
        return films.size() - 1;
    }

    public int size() {
        return films.size();
    }

    /** Frames of each film. */
    public int frames() {
        return frames;
    }

    /** The pictures: where films have one frame, numbered as these are. */
    public PictureBank pictures() {
        return pictures;
    }

    int[] film(int number) {
        return Arrays.copyOf(films.get(number), frames);
    }
}
