package sensorium.audio;

import java.util.List;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * The Keyword Transformer (Berg et al., arXiv:2104.00769): which of a few words was spoken. Each frame of cepstral coefficients is a
 * token of the one transformer; the class token tells the word.
 */
public record KeywordTransformer(KwtFeatures features, PatchEncoder encoder, Linear head, Config config)
        implements Module, SoundClassifier {

    /**
     * @param labels in the order of the logits
     * @param sampleRate that it hears at, Hz
     * @param samples that it hears at a time
     */
    record Config(
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
    public Tensor classify(Waveform sound) {
        Waveform heard =
                sound.resampled(config.sampleRate).loudest(config.samples).fittedTo(config.samples);
        Tensor samples = Tensor.of(heard.samples(), config.samples);
        return forward(features.forward(samples).unsqueeze(0));
    }

    /** Standardised cepstra (B, frames, coefficients) → logits (B, labels). */
    public Tensor forward(Tensor cepstra) {
        return Trace.note(this, head.forward(encoder.forward(cepstra.unsqueeze(1)))); // a picture of one channel
    }
}
