package sensorium.multimodal.classify;

import sensorium.audio.SoundBank;
import sensorium.vision.Picture;

/** What a classifier is shown of a picture or a sound. */
public sealed interface Input {
    /** Greater sizes are refused: no model for them is made here. */
    int MAX_SIDE = 256;

    Sense sense();

    /** What the encoder subtracts from every number of it. */
    double mean();

    /** What it then divides by. */
    double std();

    /**
     * Small pictures of one size without colour, taken pixel for pixel: (1, height, width) of 0…1.
     *
     * @param mean of the training pixels
     * @param std of the training pixels
     */
    record Grey(int width, int height, double mean, double std) implements Input {
        public Grey {
            if (width < 4 || height < 4 || width > MAX_SIDE || height > MAX_SIDE || !(std > 0)) {
                throw new IllegalArgumentException(
                        "[classifier] grey pictures of %dx%d, std %s: need 4 to %d pixels and a positive std"
                                .formatted(width, height, std, MAX_SIDE));
            }
        }

        @Override
        public Sense sense() {
            return Sense.PICTURE;
        }

        /** The brightness of a pixel, 0 to 255, by ITU-R BT.601. */
        public static int luma(Picture rgb, int x, int y) {
            return (299 * rgb.at(x, y, 0) + 587 * rgb.at(x, y, 1) + 114 * rgb.at(x, y, 2) + 500) / 1000;
        }
    }

    /**
     * Coloured pictures of any size, fitted into a square: (3, side, side) of 0…1.
     *
     * @param side pixels
     */
    record Colour(int side) implements Input {
        public Colour {
            if (side < 16 || side > MAX_SIDE) {
                throw new IllegalArgumentException(
                        "[classifier] pictures of side %d: need 16 to %d".formatted(side, MAX_SIDE));
            }
        }

        @Override
        public Sense sense() {
            return Sense.PICTURE;
        }

        @Override
        public double mean() {
            return 0.5;
        }

        @Override
        public double std() {
            return 0.25;
        }
    }

    /**
     * Coloured pictures of any size, with all that is in them, transparent margins too, made square over mid-grey: (3, side, side) of
     * 0…1. What makes pictures learns from these.
     *
     * @param side pixels
     */
    record Whole(int side) implements Input {
        public Whole {
            if (side < 16 || side > MAX_SIDE) {
                throw new IllegalArgumentException(
                        "[classifier] pictures of side %d: need 16 to %d".formatted(side, MAX_SIDE));
            }
        }

        @Override
        public Sense sense() {
            return Sense.PICTURE;
        }

        @Override
        public double mean() {
            return 0.5;
        }

        @Override
        public double std() {
            return 0.25;
        }
    }

    /** How a picture is shown to what makes square pictures of that size. */
    static Input made(int channels, int side) {
        return channels == 1 ? new Grey(side, side, 0, 1) : new Whole(side);
    }

    /** Sounds as standardised log-mels: (1, frames, bands). */
    record Heard(SoundBank.Config hearing) implements Input {
        private static final double MAX_SECONDS = 60;

        public Heard {
            var mel = hearing.mel().mel();
            if (!(hearing.seconds() >= 0.1 && hearing.seconds() <= MAX_SECONDS)
                    || mel.sampleRate() > 192_000
                    || mel.nFft() > 1 << 14
                    || mel.bands() > 512
                    || hearing.mel().stft().hop() < 16
                    || hearing.speeds().isEmpty()
                    || hearing.speeds().stream().anyMatch(s -> !(s >= 0.25 && s <= 4))) {
                throw new IllegalArgumentException("[classifier] cannot hear like this: " + hearing);
            }
        }

        @Override
        public Sense sense() {
            return Sense.SOUND;
        }

        @Override
        public double mean() {
            return 0;
        }

        @Override
        public double std() {
            return 1;
        }
    }
}
