package sensorium.audio;

import java.util.List;
import sensorium.nn.LayerNorm;
import sensorium.nn.Linear;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * The Audio Spectrogram Transformer (Gong et al., arXiv:2104.01778): what a sound is. A vision transformer looks at the spectrogram in
 * overlapping patches; class and distillation token together tell the class.
 */
public record Ast(PatchEncoder encoder, LayerNorm norm, Linear head, Config config) implements SoundClassifier {

    /**
     * @param labels in the order of the logits
     * @param mean taken off the filter bank
     * @param scale that it is then divided by
     * @param encoder whose pictures are (1, bands, frames)
     */
    public record Config(List<String> labels, double mean, double scale, PatchEncoder.Config encoder) {
        public Config {
            labels = List.copyOf(labels);
        }
    }

    public static Ast of(Weights w, Config c) {
        int width = c.encoder.features();
        return new Ast(
                PatchEncoder.of(w.at("encoder"), c.encoder),
                LayerNorm.of(w.at("norm"), width, c.encoder.transformer().norm().eps()),
                Linear.of(w.at("head"), width, c.labels.size(), true),
                c);
    }

    @Override
    public List<String> labels() {
        return config.labels;
    }

    /** Of a longer sound the beginning is heard, as published. */
    @Override
    public Tensor heard(Waveform sound) {
        Spectrogram heard = normalised(bands(sound));
        return Tensor.of(heard.values(), heard.frames(), heard.bands());
    }

    @Override
    public Ast withHead(List<String> labels, Weights w) {
        return new Ast(
                encoder,
                norm,
                Linear.of(w.at("head"), config.encoder.features(), labels.size(), true),
                new Config(labels, config.mean, config.scale, config.encoder));
    }

    /** Kaldi's filter bank, as many frames as the model takes, zeros where the sound has ended. */
    Spectrogram bands(Waveform sound) {
        Patches.Config seen = config.encoder.patches();
        var bank = new LogMel(LogMel.Config.ast(seen.height()));
        Waveform at = sound.resampled(bank.sampleRate());
        int most = (seen.width() + 3) * bank.config().stft().hop(); // a frame is 2.5 steps long
        return bank.of(at.fittedTo(Math.min(most, at.samples().length))).fitted(seen.width());
    }

    /** As the model was trained. */
    Spectrogram normalised(Spectrogram bands) {
        return bands.normalised(config.mean, config.scale);
    }

    /** Normalised filter banks (B, frames, bands) → logits (B, labels). */
    @Override
    public Tensor forward(Tensor values) {
        return Trace.note(this, scores(encoder.forward(picture(values))));
    }

    /** (B, frames, bands) → (B, 1, bands, frames). */
    Tensor picture(Tensor values) {
        return values.t().unsqueeze(1);
    }

    /** (B, D) → (B, labels). */
    Tensor scores(Tensor pooled) {
        return head.forward(norm.forward(pooled));
    }
}
