package sensorium.audio;

import java.util.List;
import sensorium.nn.Linear;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * The Keyword Transformer (Berg et al., arXiv:2104.00769): which of a few words was spoken. Each frame of cepstral coefficients is a
 * token of the one transformer; the class token tells the word.
 */
public record KeywordTransformer(KwtFeatures features, PatchEncoder encoder, Linear head, Config config)
        implements SoundClassifier {

    /**
     * @param labels in the order of the logits
     * @param sampleRate that it hears at, Hz
     * @param samples that it hears at a time
     */
    public record Config(
            List<String> labels,
            int sampleRate,
            int samples,
            KwtFeatures.Config features,
            PatchEncoder.Config encoder) {}

    static KeywordTransformer of(Weights w, Config c) {
        return new KeywordTransformer(
                KwtFeatures.of(w.at("features"), c.features),
                PatchEncoder.of(w.at("encoder"), c.encoder),
                Linear.of(w.at("head"), c.encoder.features(), c.labels.size(), true),
                c);
    }

    @Override
    public List<String> labels() {
        return config.labels;
    }

    /** Of a longer sound the loudest stretch is heard; a shorter one is followed by silence. */
    @Override
    public Tensor heard(Waveform sound) {
        Waveform heard =
                sound.resampled(config.sampleRate).loudest(config.samples).fittedTo(config.samples);
        return features.forward(Tensor.of(heard.samples(), config.samples));
    }

    @Override
    public KeywordTransformer withHead(List<String> labels, Weights w) {
        return new KeywordTransformer(
                features,
                encoder,
                Linear.of(w.at("head"), config.encoder.features(), labels.size(), true),
                new Config(labels, config.sampleRate, config.samples, config.features, config.encoder));
    }

    /** Standardised cepstra (B, frames, coefficients) → logits (B, labels). */
    @Override
    public Tensor forward(Tensor cepstra) {
        return Trace.note(this, head.forward(encoder.forward(cepstra.unsqueeze(1)))); // a picture of one channel
    }
}
