package sensorium.audio.whisper;

import java.nio.file.Path;
import sensorium.BadInputException;
import sensorium.audio.LogMel;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;
import sensorium.nn.ModelConfigFile;
import sensorium.tensor.Tensor;

/** What a Whisper hears of a sound: its log-mel spectrogram, in windows of what the model hears at a time. */
public final class WhisperHearing {
    private final LogMel mel;
    private final int window;

    public WhisperHearing(WhisperConfig model) {
        this.mel = new LogMel(LogMel.Config.whisper(model.bands()));
        this.window = 2 * model.heard().positions().length();
    }

    /**
     * The same, where {@code preprocessor_config.json} must say so.
     *
     * @throws BadInputException if it is not there, malformed, or says something else
     */
    public static WhisperHearing read(Path folder, WhisperConfig model) {
        ModelConfigFile file = ModelConfigFile.readPreprocessor(folder, "WhisperFeatureExtractor");
        file.require("feature_size", model.bands());
        file.require("sampling_rate", 16_000);
        file.require("n_fft", 400);
        file.require("hop_length", 160);
        file.require("dither", 0);
        // These follow from the model's positions; the filters are computed; padding is zeros, without a mask.
        file.ignore("chunk_length", "n_samples", "nb_max_frames", "mel_filters", "padding_side", "padding_value");
        file.ignore("return_attention_mask");
        file.refuseUnknown();
        return new WhisperHearing(model);
    }

    /** Frames that are heard at a time. */
    int window() {
        return window;
    }

    /** Samples a second. */
    int sampleRate() {
        return mel.sampleRate();
    }

    /** How many frames so many samples are. */
    int frames(int samples) {
        return mel.frames(samples);
    }

    double seconds(int frames) {
        return (double) frames * hop() / mel.sampleRate();
    }

    private int hop() {
        return mel.config().stft().hop();
    }

    /**
     * The whole sound, at {@link #sampleRate}, with silence behind, so that the last window is whole. The peak that levels are relative
     * to is the whole sound's.
     */
    Spectrogram of(Waveform sound) {
        return mel.of(sound.fittedTo(Math.addExact(sound.samples().length, window * hop())));
    }

    /** The window from a frame on: (1, bands, frames). */
    Tensor input(Spectrogram sound, int start) {
        var out = new float[sound.bands() * window];
        for (int t = 0; t < Math.min(window, sound.frames() - start); t++) {
            for (int band = 0; band < sound.bands(); band++) {
                out[band * window + t] = sound.at(start + t, band);
            }
        }
        return Tensor.of(out, 1, sound.bands(), window);
    }

    /**
     * The first window of a sound of any sample rate: (1, bands, frames).
     *
     * @throws BadInputException if it is empty
     */
    public Tensor input(Waveform sound) {
        Waveform at = sound.resampled(mel.sampleRate());
        if (at.samples().length == 0) {
            throw new BadInputException("a sound without a single sample has nothing to be heard; give another");
        }
        return input(of(at), 0);
    }
}
