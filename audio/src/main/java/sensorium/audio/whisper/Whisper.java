package sensorium.audio.whisper;

import sensorium.memory.Scope;
import sensorium.nn.Activation;
import sensorium.nn.Conv1d;
import sensorium.nn.Embedding;
import sensorium.nn.Module;
import sensorium.nn.Transformer;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.Weights;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * The encoder–decoder of Whisper (Radford et al., arXiv:2212.04356): one transformer reads a log-mel spectrogram, another one writes
 * what it heard, token by token. GELU follows the convolutions, whatever the activation inside the blocks is.
 *
 * @param conv1 over time, bands to width
 * @param conv2 halves the number of frames
 * @param words the tokens' vectors, which are also the last projection
 */
public record Whisper(
        Conv1d conv1, Conv1d conv2, Transformer encoder, Embedding words, Transformer decoder, WhisperConfig config)
        implements Module {

    public static Whisper of(Weights w, WhisperConfig c) {
        int width = c.width();
        return new Whisper(
                Conv1d.of(w.at("conv1"), c.bands(), width, 3, 1, 1, true),
                Conv1d.of(w.at("conv2"), width, width, 3, 2, 1, true),
                Transformer.of(w.at("encoder"), c.encoder()),
                Embedding.of(w.at("words"), c.vocabulary(), width),
                Transformer.of(w.at("decoder"), c.decoder()),
                c);
    }

    /** How many frames of a spectrogram it hears at most. */
    public int frames() {
        return 2 * config.heard().positions().length();
    }

    /**
     * Log-mel spectrograms (B, bands, frames) → what is heard (B, ⌈frames/2⌉, D).
     *
     * @throws ShapeException if there are more {@link #frames()}, or other bands
     */
    public Tensor encode(Tensor mel) {
        return encode(mel, null);
    }

    /**
     * The same of spectrograms that are not equally long: of each it is what it would be alone.
     *
     * @param frames (B), I64, how many of the frames of each there are; null for all
     */
    public Tensor encode(Tensor mel, Tensor frames) {
        if (mel.rank() != 3 || mel.dim(1) != config.bands() || mel.dim(2) < 1 || mel.dim(2) > frames()) {
            throw new ShapeException("[whisper] " + mel + " is no batch of " + config.bands() + " bands and 1 to "
                    + frames() + " frames");
        }
        return Scope.tidy("whisper's encoder", () -> {
            Tensor x = Activation.GELU.apply(conv1.forward(mel));
            if (frames != null) {
                // What a convolution sees beside a sound alone are zeros.
                x = x.times(among(frames, x.dim(2)).to(x.dtype()).unsqueeze(1));
            }
            x = Activation.GELU.apply(conv2.forward(x)); // (B, D, T)
            return encoder.forward(x.t(), frames == null ? Inputs.NONE : Inputs.masked(heard(frames, x.dim(2))));
        });
    }

    /**
     * Which of the encoder's tokens there are: (B, tokens), BOOL.
     *
     * @param frames (B), I64, of the spectrograms
     */
    public static Tensor heard(Tensor frames, int tokens) {
        Tensor twice = Tensor.arange(frames, tokens).times(2).unsqueeze(0);
        return twice.lt(frames.unsqueeze(1));
    }

    /** (B), I64, → (B, count), BOOL. */
    private static Tensor among(Tensor lengths, int count) {
        return Tensor.arange(lengths, count).unsqueeze(0).lt(lengths.unsqueeze(1));
    }

    /**
     * Token ids (B, N) → logits of what follows each (B, N, vocabulary).
     *
     * @param inputs with what was heard as its context; and, where tokens come piece by piece, a cache
     */
    public Tensor decode(Tensor ids, Inputs inputs) {
        return Scope.tidy("whisper's decoder", () -> words.scores(hidden(ids, inputs)));
    }

    /** The same of the last of the ids only: (B, vocabulary). */
    public Tensor next(Tensor ids, Inputs inputs) {
        return Scope.tidy("whisper's decoder", () -> {
            Tensor all = hidden(ids, inputs);
            return words.scores(all.select(1, all.dim(1) - 1));
        });
    }

    private Tensor hidden(Tensor ids, Inputs inputs) {
        return decoder.forward(words.forward(ids), inputs);
    }
}
