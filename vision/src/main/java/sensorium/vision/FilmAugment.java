package sensorium.vision;

/**
 * Varied films, every frame of one in the same way, laid out for tubelets (ViViT, arXiv 2103.15691): so many frames in a row become the
 * channels of one picture, and the pictures stand below each other: {@code (3·t, frames/t·side, side)}. Patches of that of side p are
 * t × p × p cut out of space and time, and the rows of patches go on in time. With one frame it is {@link PictureAugment}.
 */
public final class FilmAugment {
    private final FilmBank bank;
    private final PictureAugment pictures;
    private final int side;
    private final int deep;

    /**
     * @param side of a square frame, pixels
     * @param deep t: frames in a row that become channels; divides the number of frames
     */
    public FilmAugment(FilmBank bank, int side, int deep, Augmentation how, long seed) {
        if (deep < 1 || bank.frames() % deep != 0) {
            throw new IllegalArgumentException(
                    "[films] %d frames are not cut into tubelets of %d".formatted(bank.frames(), deep));
        }
        this.bank = bank;
        this.side = side;
        this.deep = deep;
        this.pictures = new PictureAugment(bank.pictures(), side, bank.frames() == 1 ? how : how.ofFilms(), seed);
    }

    /** How many floats one film takes. */
    public int length() {
        return bank.frames() * pictures.length();
    }

    /** Draws one variation, as {@link PictureAugment#draw}: the same seed, key and film give the same floats. */
    public void draw(int film, long key, float[] out, int offset) {
        int[] frames = bank.film(film);
        if (frames.length == 1) {
            pictures.draw(frames[0], key, out, offset);
            return;
        }
        var frame = new float[pictures.length()];
        int plane = side * side;
        int slabs = frames.length / deep;
        for (int f = 0; f < frames.length; f++) {
            pictures.draw(frames[f], frames[0], key, frame, 0);
            for (int c = 0; c < 3; c++) {
                int channel = 3 * (f % deep) + c;
                System.arraycopy(frame, c * plane, out, offset + (channel * slabs + f / deep) * plane, plane);
            }
        }
    }
}
