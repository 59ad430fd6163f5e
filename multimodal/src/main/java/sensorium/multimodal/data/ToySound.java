package sensorium.multimodal.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import sensorium.random.Philox;

/**
 * Plays a thing of the toy world: five notes, 16 kHz, 16 bits. The shape chooses the melody, the colour the timbre, the
 * size the octave; pitch, pace, loudness and a little noise are left to chance.
 */
final class ToySound {
    private static final int RATE = 16_000;
    private static final double NOTE_SECONDS = .12;
    private static final int PERIOD = 2048;
    private static final double RISE = 4; // semitones from note to note of what moves up
    private static final double FAINT = .1; // of the loudness, at the far end

    private static final Map<Toy.Colour, double[]> PERIODS = new EnumMap<>(Toy.Colour.class);
    private static final double[] NOISE = new double[4093];

    static {
        for (var colour : Toy.Colour.values()) {
            PERIODS.put(colour, period(harmonics(colour)));
        }
        var random = new Philox(Toy.SEED, 0);
        for (int i = 0; i < NOISE.length; i++) {
            NOISE[i] = random.uniform(i, -1, 1);
        }
    }

    private ToySound() {}

    static void write(Toy.Thing thing, Path file) throws IOException {
        write(play(thing), file);
    }

    /** Four semitones from note to note up or down; loud on the right, faint on the left. */
    static void write(ToyMotion.Moving moving, Path file) throws IOException {
        int up = -moving.motion().y();
        int right = moving.motion().x();
        var random = moving.random(1);
        double base = 330 * random.uniform(0, .97, 1.03);
        int notes = melody(moving.shape()).length;
        write(
                play(
                        random,
                        PERIODS.get(moving.colour()),
                        melody(moving.shape()),
                        base,
                        n -> RISE * up * n,
                        n -> right == 0 ? 1 : Math.pow(FAINT, (right > 0 ? notes - 1 - n : n) / (notes - 1.0))),
                file);
    }

    private static void write(byte[] bytes, Path file) throws IOException {
        var format = new AudioFormat(RATE, 16, 1, true, false);
        try (var stream = new AudioInputStream(new ByteArrayInputStream(bytes), format, bytes.length / 2)) {
            AudioSystem.write(stream, AudioFileFormat.Type.WAVE, file.toFile());
        }
    }

    private static byte[] play(Toy.Thing thing) {
        var random = thing.random(1);
        double base = (thing.small() ? 440 : 220) * random.uniform(0, .97, 1.03);
        return play(random, PERIODS.get(thing.colour()), melody(thing.shape()), base, _ -> 0, _ -> 1);
    }

    /**
     * @param wave one period
     * @param bend semitones that the n-th note is higher than the melody has it
     * @param swell what its loudness is multiplied by
     */
    private static byte[] play(
            Philox random,
            double[] wave,
            int[] melody,
            double base,
            IntToDoubleFunction bend,
            IntToDoubleFunction swell) {
        double loudness = random.uniform(1, .25, .6);
        int noteLength = (int) (RATE * NOTE_SECONDS * random.uniform(2, .92, 1.08));
        int noiseStart = random.below(3, PERIOD);
        var bytes = new byte[2 * noteLength * melody.length];
        double phase = 0;
        int at = 0;
        for (int n = 0; n < melody.length; n++) {
            double step = base * Math.pow(2, (melody[n] + bend.applyAsDouble(n)) / 12.0) / RATE;
            double loud = loudness * swell.applyAsDouble(n);
            for (int i = 0; i < noteLength; i++, at++) {
                double since = i / (double) noteLength;
                double envelope = Math.min(1, since * 15) * (1 - since) + .02;
                phase += step;
                double tone = wave[(int) (phase * PERIOD) % PERIOD];
                double sample = loud * envelope * tone + .004 * NOISE[(noiseStart + at) % NOISE.length];
                int value = (int) Math.round(32_000 * Math.clamp(sample, -1, 1));
                bytes[2 * at] = (byte) value;
                bytes[2 * at + 1] = (byte) (value >> 8);
            }
        }
        return bytes;
    }

    /** Semitones above the base note. */
    private static int[] melody(Toy.Shape shape) {
        return switch (shape) {
            case CIRCLE -> new int[] {0, 4, 7, 4, 0};
            case SQUARE -> new int[] {0, 0, 0, 0, 0};
            case TRIANGLE -> new int[] {0, 4, 7, 12, 16};
            case STAR -> new int[] {12, 0, 12, 0, 12};
            case HEART -> new int[] {7, 5, 4, 2, 0};
            case CROSS -> new int[] {0, 7, 0, 7, 12};
            case MOON -> new int[] {12, 7, 4, 7, 12};
            case RING -> new int[] {0, 12, 7, 12, 0};
        };
    }

    /** Strengths of the harmonics, the fundamental first. */
    private static double[] harmonics(Toy.Colour colour) {
        return switch (colour) {
            case RED -> new double[] {1, .5, .33, .25, .2, .17, .14, .12}; // a sawtooth
            case GREEN -> new double[] {1};
            case BLUE -> new double[] {1, 0, .33, 0, .2, 0, .14}; // a square wave
            case YELLOW -> new double[] {1, 0, 0, 1};
            case ORANGE -> new double[] {.3, 1, .3};
            case PURPLE -> new double[] {.3, 0, 1, 0, 1};
            case PINK -> new double[] {1, 1, 1, 1, 1, 1, 1, 1};
            case BLACK -> new double[] {.2, .2, .2, .2, .4, .8, 1, .8};
        };
    }

    /** One period of a tone, its peak at 1. */
    private static double[] period(double[] harmonics) {
        var wave = new double[PERIOD];
        double peak = 0;
        for (int i = 0; i < PERIOD; i++) {
            for (int h = 0; h < harmonics.length; h++) {
                wave[i] += harmonics[h] * Math.sin(2 * Math.PI * (h + 1) * i / PERIOD);
            }
            peak = Math.max(peak, Math.abs(wave[i]));
        }
        for (int i = 0; i < PERIOD; i++) {
            wave[i] /= peak;
        }
        return wave;
    }
}
