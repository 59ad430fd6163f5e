package sensorium.audio.clap;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import sensorium.BadInputException;
import sensorium.audio.Compression;
import sensorium.audio.LogMel;
import sensorium.audio.MelFilterbank;
import sensorium.audio.Spectrogram;
import sensorium.audio.Stft;
import sensorium.audio.Waveform;
import sensorium.audio.Window;
import sensorium.nn.ModelConfigFile;
import sensorium.tensor.Tensor;

/**
 * What CLAP hears of a sound: log-mel spectrograms in decibels, as {@code ClapFeatureExtractor} of Hugging Face transformers makes them.
 * A shorter sound than it hears at once is repeated or padded. Of a longer one the reference takes parts at random; here they are the
 * middle of what it draws from, so that a sound always has the same vector.
 */
public final class ClapFeatures {
    private static final int LARGEST = 1 << 20;
    private static final int PARTS = 3;

    /** What becomes of a sound that is longer than the model hears at once. */
    public enum Truncation {
        /** A part of it. */
        RAND_TRUNC,
        /** The whole, squeezed in time, and three parts; a shorter sound four times. */
        FUSION
    }

    /** What becomes of a shorter sound. */
    public enum Padding {
        /** Repeated as often as it fits whole, then zeros. */
        REPEATPAD,
        /** Repeated to the end. */
        REPEAT,
        /** Zeros. */
        PAD
    }

    /** @param samples that are heard at once */
    public record Config(LogMel.Config mel, int samples, Truncation truncation, Padding padding) {
        /** Frames that are heard at once. */
        int frames() {
            return samples / mel.stft().hop() + 1;
        }
    }

    private final Config config;
    private final LogMel mel;

    public ClapFeatures(Config config) {
        this.config = config;
        this.mel = new LogMel(config.mel);
    }

    /**
     * As a folder's {@code preprocessor_config.json} says.
     *
     * @param model that hears
     * @throws BadInputException if it is not there, malformed, has settings that are not known, or is for another model
     */
    public static ClapFeatures read(Path folder, Htsat.Config model) {
        ModelConfigFile file = ModelConfigFile.readPreprocessor(folder, "ClapFeatureExtractor");
        Truncation truncation = choice(file, "truncation", Truncation.FUSION);
        Padding padding = choice(file, "padding", Padding.REPEATPAD);
        int rate = file.integer("sampling_rate", 48_000, LARGEST);
        int bands = file.integer("feature_size", 64, LARGEST);
        int hop = file.integer("hop_length", 480, LARGEST);
        int window = file.integer("fft_window_size", 1024, LARGEST);
        int seconds = file.integer("max_length_s", 10, 3600);
        double low = file.number("frequency_min", 0);
        double high = file.number("frequency_max", 14_000);
        file.require("padding_value", 0);
        // They follow from the others, or were never built.
        file.ignore("nb_frequency_bins", "nb_max_frames", "nb_max_samples", "n_fft", "chunk_length_s", "top_db");
        file.ignore("padding_side", "return_attention_mask");
        file.refuseUnknown();
        if (!(low >= 0 && low < high && high <= rate / 2.0)) {
            throw file.fault(
                    "frequency_max",
                    "is " + high + ": there are no bands from " + low + " Hz to it at " + rate + " samples a second");
        }
        if (bands != model.bands()) {
            throw file.fault("feature_size", "is " + bands + ", but config.json says num_mel_bins " + model.bands());
        }
        if ((truncation == Truncation.FUSION) != (model.channels() == 1 + PARTS)) {
            throw file.fault(
                    "truncation",
                    "is " + truncation.name().toLowerCase(Locale.ROOT) + ", but config.json says enable_fusion "
                            + (model.channels() == 1 + PARTS));
        }
        var config =
                new Config(mel(truncation, bands, rate, window, hop, low, high), seconds * rate, truncation, padding);
        if (config.frames() > model.frames()) {
            throw file.fault(
                    "max_length_s",
                    "makes " + config.frames() + " frames, but config.json has room for " + model.frames());
        }
        return new ClapFeatures(config);
    }

    /** The two kinds of bands: HTK's with fusion, Slaney's of unit area without. */
    static LogMel.Config mel(Truncation truncation, int bands, int rate, int window, int hop, double low, double high) {
        boolean htk = truncation == Truncation.FUSION;
        return new LogMel.Config(
                Stft.Config.centred(window, window, hop, Window.HANN),
                new MelFilterbank.Config(
                        rate,
                        window,
                        bands,
                        low,
                        high,
                        htk ? MelFilterbank.Scale.HTK : MelFilterbank.Scale.SLANEY,
                        htk ? MelFilterbank.Shape.TRIANGLE : MelFilterbank.Shape.UNIT_AREA),
                false,
                new Compression.Decibels(1e-10));
    }

    private static <E extends Enum<E>> E choice(ModelConfigFile file, String key, E absent) {
        String said = file.text(key, absent.name().toLowerCase(Locale.ROOT));
        return Arrays.stream(absent.getDeclaringClass().getEnumConstants())
                .filter(e -> e.name().toLowerCase(Locale.ROOT).equals(said))
                .findFirst()
                .orElseThrow(() -> file.fault(key, "is \"" + said + "\", which is not known here"));
    }

    /**
     * A sound of any length and sample rate → (1, channels, frames, bands): four channels with fusion, else one.
     *
     * @throws BadInputException if it is empty
     */
    public Tensor of(Waveform sound) {
        if (sound.samples().length == 0) {
            throw new BadInputException("a sound without a single sample has nothing to be heard; give another");
        }
        List<Spectrogram> heard = spectrograms(sound.resampled(mel.sampleRate()));
        int frames = heard.getFirst().frames();
        float[] all = new float[heard.size() * frames * mel.bands()];
        for (int i = 0; i < heard.size(); i++) {
            System.arraycopy(heard.get(i).values(), 0, all, i * frames * mel.bands(), frames * mel.bands());
        }
        return Tensor.of(all, 1, heard.size(), frames, mel.bands());
    }

    private List<Spectrogram> spectrograms(Waveform sound) {
        int length = sound.samples().length;
        if (config.truncation == Truncation.RAND_TRUNC) {
            return List.of(mel.of(length > config.samples ? middle(sound) : filled(sound)));
        }
        Spectrogram whole = mel.of(length > config.samples ? sound : filled(sound));
        if (whole.frames() == config.frames()) {
            return Collections.nCopies(1 + PARTS, whole);
        }
        int starts = whole.frames() - config.frames() + 1;
        return List.of(
                squeezed(whole),
                part(whole, start(starts, 0)),
                part(whole, start(starts, 1)),
                part(whole, start(starts, 2)));
    }

    private Waveform middle(Waveform sound) {
        int from = (sound.samples().length - config.samples) / 2;
        return new Waveform(Arrays.copyOfRange(sound.samples(), from, from + config.samples), sound.sampleRate());
    }

    /** Exactly as long as is heard at once. */
    private Waveform filled(Waveform sound) {
        float[] samples = sound.samples();
        int times = switch (config.padding) {
            case REPEATPAD -> config.samples / samples.length;
            case REPEAT -> Math.ceilDiv(config.samples, samples.length);
            case PAD -> 1;
        };
        float[] full = new float[config.samples];
        for (int i = 0; i < times; i++) {
            int at = i * samples.length;
            System.arraycopy(samples, 0, full, at, Math.min(samples.length, full.length - at));
        }
        return new Waveform(full, sound.sampleRate());
    }

    /** The middle of the third of the starts that the reference draws from: earlier thirds take what does not divide. */
    private static int start(int starts, int third) {
        int size = starts / PARTS + (third < starts % PARTS ? 1 : 0);
        if (size == 0) {
            return 0; // so short that there is but one start, or two
        }
        int from = third * (starts / PARTS) + Math.min(third, starts % PARTS);
        return from + size / 2;
    }

    private Spectrogram part(Spectrogram whole, int from) {
        int bands = whole.bands();
        float[] values = Arrays.copyOfRange(whole.values(), from * bands, (from + config.frames()) * bands);
        return new Spectrogram(values, config.frames(), bands);
    }

    /** As many frames as are heard at once, of the whole: bilinear, in single precision as the reference. */
    private Spectrogram squeezed(Spectrogram whole) {
        int bands = whole.bands();
        float[] values = new float[config.frames() * bands];
        float step = (float) whole.frames() / config.frames();
        for (int i = 0; i < config.frames(); i++) {
            float at = Math.max(0, step * (i + 0.5f) - 0.5f);
            int left = Math.min((int) at, whole.frames() - 1);
            int right = Math.min(left + 1, whole.frames() - 1);
            float f = at - left;
            for (int b = 0; b < bands; b++) {
                values[i * bands + b] = (1 - f) * whole.at(left, b) + f * whole.at(right, b);
            }
        }
        return new Spectrogram(values, config.frames(), bands);
    }
}
