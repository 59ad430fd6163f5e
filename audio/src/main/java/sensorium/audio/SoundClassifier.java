package sensorium.audio;

import java.util.List;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/** Tells what a sound is, with whatever it goes through before. */
public sealed interface SoundClassifier extends Module permits Ast, KeywordTransformer {
    /** The names of the classes, in the order of the logits. */
    List<String> labels();

    /** A sound of any length and sample rate, as the model hears it: (frames, features). */
    Tensor heard(Waveform sound);

    /** Such sounds (B, frames, features) → logits (B, labels). */
    Tensor forward(Tensor heard);

    /** The same encoder under a new head, for other classes. */
    SoundClassifier withHead(List<String> labels, Weights w);

    /** A sound of any length and sample rate → logits (1, labels). */
    default Tensor classify(Waveform sound) {
        return forward(heard(sound).unsqueeze(0));
    }
}
