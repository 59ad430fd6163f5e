package sensorium.text;

import sensorium.nn.Module;
import sensorium.tensor.Tensor;

/** Text → vector of a shared space: what reads a text there, and what of it is learnt. */
public interface TextTower extends Module {
    /** Which tower. */
    interface Config {}

    /** A text as words, at least one, each a bag of ids. */
    int[][] read(String text);

    /** B texts that were read → (B, width), not normalised. */
    Tensor forward(TextEncoder.Batch batch);

    /** Whether nothing of what was read may be left out to make learning harder. */
    boolean readsWhole();

    /** @param path of a parameter of this tower; whether it learns, or stays as it was published */
    boolean learns(String path);
}
