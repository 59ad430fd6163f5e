package sensorium.multimodal.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.audio.LogMel;
import sensorium.audio.SoundClips;
import sensorium.audio.SoundTokenizer;
import sensorium.audio.SoundTokens;
import sensorium.audio.Waveform;
import sensorium.memory.Scope;
import sensorium.multimodal.CaptionedPictures;
import sensorium.multimodal.data.StampsSplit;
import sensorium.tensor.Tensor;
import sensorium.text.Units;
import sensorium.vision.Picture;
import sensorium.vision.PictureGrid;
import sensorium.vision.PictureSet;
import sensorium.vision.PictureTokenizer;

/** Words, pictures and sounds as rows of codes, (steps, streams) each, and back; see {@link Streams}. */
public final class MediaCodec {
    /** Level below the loudest at which a sound begins and ends, dB. */
    private static final double QUIET = -40;

    private final AnyToAny model;
    private final Units units;
    private final SoundTokenizer sounds;

    public MediaCodec(AnyToAny model) {
        this.model = model;
        this.units = new Units(model.config().units());
        this.sounds = new SoundTokenizer(model.sounds());
    }

    /**
     * A text: lower case, without article and full stop.
     *
     * @throws BadInputException if nothing of it can be written
     */
    public int[] text(String text) {
        int[] row = units.encode(StampsSplit.key(text.strip()));
        if (row.length == 0) {
            throw new BadInputException(
                    text.isBlank()
                            ? "the text is empty; say what is meant"
                            : "no unit of the model can write anything of \"" + text + "\"; say it in other words");
        }
        return Arrays.copyOf(row, Math.min(row.length, model.config().longestText()));
    }

    public String text(int[] row) {
        return units.decode(Arrays.stream(row).boxed().toList()).strip();
    }

    /** All that is visible of a picture, over grey. */
    public int[] picture(Picture picture) {
        return pictures(squares(List.of(picture)), (_, _) -> {}).getFirst();
    }

    /** Pictures as the model's tokens are made of them. */
    PictureSet squares(List<Picture> pictures) {
        int side = side();
        return new PictureSet() {
            @Override
            public int size() {
                return pictures.size();
            }

            @Override
            public void draw(int picture, float[] out, int at) {
                byte[] rgb =
                        CaptionedPictures.square(pictures.get(picture), side).bytes();
                int area = side * side;
                for (int i = 0; i < rgb.length; i++) {
                    out[at + i % 3 * area + i / 3] = (rgb[i] & 0xff) / 127.5f - 1;
                }
            }
        };
    }

    /** Height and width of pictures. */
    int side() {
        return model.config().pictures().side();
    }

    /** Of texts that are written. */
    String language() {
        return model.config().language();
    }

    /** Of sounds that are made; empty where nobody speaks. */
    String speech() {
        return model.config().speech();
    }

    /** Codes of a picture. */
    int pictureLength() {
        return model.config().pictures().tokens() * model.config().pictures().tokens();
    }

    /** Codes of a sound, at most. */
    int soundLength() {
        return model.config().longestSound() * model.config().stages();
    }

    /** How the codec hears. */
    LogMel.Config hearing() {
        return model.config().sounds().hearing();
    }

    /** Pictures of the model's size. */
    List<int[]> pictures(PictureSet pictures, PictureTokenizer.Watcher watcher) {
        short[] tokens = model.pictures().tokens(pictures, watcher);
        int[] order = order();
        return IntStream.range(0, pictures.size())
                .mapToObj(p -> Arrays.stream(order)
                        .map(i -> tokens[p * order.length + i])
                        .toArray())
                .toList();
    }

    /** Where in a picture's map each code of its row is: square by square, in each row by row. */
    private int[] order() {
        int square = model.config().square();
        int across = model.config().pictures().tokens();
        int squares = across / square;
        int area = square * square;
        return IntStream.range(0, across * across)
                .map(i -> {
                    int y = i / area / squares * square + i % area / square;
                    int x = i / area % squares * square + i % square;
                    return y * across + x;
                })
                .toArray();
    }

    public Picture picture(int[] row) {
        return Scope.tidy(() -> PictureGrid.of(pixels(List.of(row)), 1));
    }

    /** (N, 3, side, side), from −1 to 1. */
    public Tensor pixels(List<int[]> rows) {
        int[] order = order();
        long[] tokens = new long[rows.size() * order.length];
        for (int p = 0; p < rows.size(); p++) {
            for (int i = 0; i < order.length; i++) {
                tokens[p * order.length + order[i]] = rows.get(p)[i];
            }
        }
        int across = model.config().pictures().tokens();
        return model.pictures().picture(Tensor.of(tokens, rows.size(), across, across));
    }

    /** Samples a second of what is made. */
    public int rate() {
        return model.config().sounds().rate();
    }

    /** What of a sound the model can hear: from where it is no longer quiet. */
    Waveform heard(Waveform sound) {
        return sound.trimmed(QUIET).resampled(rate()).first(seconds());
    }

    private double seconds() {
        return (double) model.config().longestSound() * model.config().sounds().samplesPerToken() / rate();
    }

    /** @throws BadInputException if there is nothing to hear */
    public int[] sound(Waveform sound) {
        if (sound.samples().length == 0) {
            throw new BadInputException("the sound is empty; name another");
        }
        SoundTokens tokens = sounds.tokens(heard(sound)).first(model.config().stages());
        int[] row = Arrays.stream(tokens.ids()).mapToInt(i -> (int) i).toArray();
        return Arrays.copyOf(row, Math.min(row.length, soundLength()));
    }

    public Waveform sound(int[] row) {
        long[] ids = Arrays.stream(row).asLongStream().toArray();
        int stages = model.config().stages();
        int samples = ids.length / stages * model.config().sounds().samplesPerToken();
        return sounds.sound(new SoundTokens(ids, stages, samples, SoundClips.RMS));
    }

    /** Many of them. */
    public List<Waveform> sounds(List<int[]> rows) {
        List<Waveform> all = new ArrayList<>();
        rows.forEach(row -> all.add(sound(row)));
        return all;
    }
}
