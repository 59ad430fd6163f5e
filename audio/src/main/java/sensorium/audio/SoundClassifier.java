package sensorium.audio;

import java.util.List;
import sensorium.tensor.Tensor;

/** Tells what a sound is, with whatever it goes through before. */
public interface SoundClassifier {
    /** The names of the classes, in the order of the logits. */
    List<String> labels();

    /** A sound of any length and sample rate → logits (1, labels). */
    Tensor classify(Waveform sound);
}
