package sensorium.audio.speech;

import java.util.List;
import sensorium.audio.LogMel;
import sensorium.audio.whisper.Whisper;
import sensorium.audio.whisper.WhisperConfig;
import sensorium.memory.Scope;
import sensorium.nn.Activation;
import sensorium.nn.CachedScores;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Positions;
import sensorium.nn.TokenSearch;
import sensorium.nn.Trace;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.Weights;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * One encoder, two ways to text: a Whisper, whose decoder attends to what was heard, and a head that says for each frame which unit is
 * spoken then (joint training: Watanabe et al., 2017). Units are 0 … U − 1; U is the head's blank and the decoder's end, U + 1 what the
 * decoder begins with.
 *
 * @param ctc frame → logits of U units and the blank
 */
public record SpeechModel(Whisper whisper, Linear ctc, Config config) implements Module {
    /** Spectrogram frames that a token of the encoder stands for. */
    public static final int FRAMES_A_TOKEN = 2;

    /** @param hearing how sounds become spectrograms */
    public record Config(LogMel.Config hearing, WhisperConfig whisper) {
        /** What the decoder has beside the units: the end and the beginning. */
        private static final int SPECIAL = 2;

        /**
         * Learns from half an hour of speech in minutes on two cores. Frames every 16 ms, tokens every 32 ms; places are told by rotation,
         * since most sounds that it learns from are much shorter than the longest.
         */
        public static Config small(int units) {
            int bands = 64;
            return new Config(
                    LogMel.Config.plain(16_000, 512, 400, 256, bands, 60, 7_600, 9, true),
                    new WhisperConfig(
                            bands,
                            160,
                            new WhisperConfig.Half(4, 5, 640, new Positions.Config(Positions.Kind.ROTARY, 1024)),
                            new WhisperConfig.Half(1, 5, 320, new Positions.Config(Positions.Kind.LEARNED, 512)),
                            units + SPECIAL,
                            Activation.GELU,
                            new WhisperConfig.Dropout(0.1, 0, 0)));
        }

        /** How many units there are. */
        public int units() {
            return whisper.vocabulary() - SPECIAL;
        }

        /** Seconds that a token of the encoder stands for. */
        public double tokenSeconds() {
            return (double) FRAMES_A_TOKEN
                    * hearing.stft().hop()
                    / hearing.mel().sampleRate();
        }
    }

    public static SpeechModel of(Weights w, Config c) {
        return new SpeechModel(
                Whisper.of(w.at("whisper"), c.whisper),
                Linear.of(w.at("ctc"), c.whisper.width(), c.units() + 1, true),
                c);
    }

    /** The head's blank. */
    public int blank() {
        return config.units();
    }

    /** What ends what the decoder writes. */
    public int end() {
        return config.units();
    }

    /** What the decoder begins with. */
    public int start() {
        return config.units() + 1;
    }

    /** What was heard (B, T, D) → logits of units and the blank (B, T, U + 1). */
    public Tensor logits(Tensor heard) {
        return Trace.note(this, ctc.forward(heard));
    }

    /** The same as what a search takes; of a single sound (1, T, D). */
    public Emissions emissions(Tensor heard) {
        return Scope.tidy(() -> {
            Tensor logp = logits(heard).logSoftmax(2);
            return new Emissions(logp.to(DType.F32).toFloats(), logp.dim(1), logp.dim(2));
        });
    }

    /**
     * What the decoder writes of a single sound (1, T, D): units.
     *
     * @param beams rows that are kept while searching
     */
    public List<Integer> written(Tensor heard, int beams) {
        // Speech has no more units than frames: what goes on beyond them only repeats itself.
        int most = Math.min(config.whisper.written().positions().length() - 1, heard.dim(1) + 1);
        int start = start();
        Inputs inputs = Inputs.attendingTo(heard, null);
        try (var scores = new CachedScores(
                whisper.decoder().newCache(),
                List.of(start),
                (ids, cache) -> whisper.next(ids, inputs.withCache(cache)))) {
            return new TokenSearch(end(), beams, most)
                    .run(scores, (next, _) -> next[start] = Double.NEGATIVE_INFINITY)
                    .tokens();
        }
    }
}
