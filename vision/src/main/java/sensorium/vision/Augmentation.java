package sensorium.vision;

/**
 * How {@link PictureAugment} varies a picture. Every number is a strength or a probability, and 0 is always "not at all".
 *
 * @param mix probability of blending in another picture (mixup, arXiv 1710.09412)
 */
public record Augmentation(Place place, Colour colour, Background background, Damage damage, double mix) {
    /** The picture as it is: centred, as large as the canvas, on white. */
    public static final Augmentation NONE = new Augmentation(
            new Place(1, 1, 0, 0, 0, 0), new Colour(0, 0, 0, 0), new Background(0, 0, 0), new Damage(0, 0, 0, 0), 0);

    /** What pictures go through in training. */
    public static final Augmentation TRAINING = new Augmentation(
            new Place(0.6, 1.05, 1, 10, 0.1, 0),
            new Colour(25, 0.2, 0.1, 0),
            new Background(0.40, 0.35, 0.25),
            new Damage(0, 0, 0, 0),
            0);

    /** The fresh perturbation under which seen pictures have to be recognised (tier T0 of the evaluation). */
    public static final Augmentation EVALUATION = new Augmentation(
            new Place(0.7, 1, 1, 0, 0, 0),
            new Colour(20, 0, 0, 0),
            new Background(0.40, 0.35, 0.25),
            new Damage(0, 0, 0, 0),
            0);

    /**
     * Where the picture lies on the canvas.
     *
     * @param scaleLow longer side of the picture, as a part of the canvas's, at least
     * @param scaleHigh the same, at most; beyond 1 the picture is cut off
     * @param shift how much of the room around the picture is used to move it: 0 it stays in the middle, 1 all
     * @param rotation degrees at most, either way
     * @param aspect width against height changes by a factor of at most 1 + this, either way
     * @param flip probability of left and right being exchanged
     */
    public record Place(double scaleLow, double scaleHigh, double shift, double rotation, double aspect, double flip) {
        public Place {
            if (!(scaleLow > 0 && scaleLow <= scaleHigh && scaleHigh <= 16 && aspect >= 0)) {
                throw new IllegalArgumentException(
                        "[augmentation] scale %s to %s, aspect %s: need 0 < low <= high <= 16"
                                .formatted(scaleLow, scaleHigh, aspect));
            }
            probability("shift", shift);
            probability("flip", flip);
        }
    }

    /**
     * What happens to the picture's colours, not to the background's.
     *
     * @param hue degrees around the colour circle at most, either way
     * @param saturation factor 1 ± this at most
     * @param brightness factor 1 ± this at most
     * @param grey probability of all colour being taken away
     */
    public record Colour(double hue, double saturation, double brightness, double grey) {
        public Colour {
            probability("grey", grey);
        }
    }

    /**
     * What is seen where the picture is not, as probabilities; what remains of 1 is one grey.
     *
     * @param plain one random colour
     * @param gradient from one random colour to another, in a random direction
     * @param noise a few random colours, flowing into each other
     * @param grey how bright the rest is: 1 is white
     */
    public record Background(double plain, double gradient, double noise, double grey) {
        /** The rest is white. */
        public Background(double plain, double gradient, double noise) {
            this(plain, gradient, noise, 1);
        }

        public Background {
            probability("grey", grey);
            probability("plain", plain);
            probability("gradient", gradient);
            probability("noise", noise);
            probability("plain + gradient + noise", Math.max(0, plain + gradient + noise - 1e-9));
        }
    }

    /**
     * What happens to picture and background alike.
     *
     * @param cutout probability of a square of one random colour being put over it (arXiv 1708.04552)
     * @param cutoutSide the square's side, as a part of the canvas's, at most
     * @param blur probability of a binomial blur of 3 x 3
     * @param noise standard deviation at most, where samples are 0..1
     */
    public record Damage(double cutout, double cutoutSide, double blur, double noise) {
        public Damage {
            probability("cutout", cutout);
            probability("cutoutSide", cutoutSide);
            probability("blur", blur);
        }
    }

    public Augmentation {
        probability("mix", mix);
    }

    /** The same in front of something else. */
    public Augmentation on(Background other) {
        return new Augmentation(place, colour, other, damage, mix);
    }

    /** The same for moving pictures: what is mirrored moves the other way, and two films are not laid over each other. */
    public Augmentation ofFilms() {
        var unmirrored = new Place(place.scaleLow, place.scaleHigh, place.shift, place.rotation, place.aspect, 0);
        return new Augmentation(unmirrored, colour, background, damage, 0);
    }

    private static void probability(String name, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("[augmentation] %s is %s: need 0 to 1".formatted(name, p));
        }
    }
}
