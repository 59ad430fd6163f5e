package sensorium.nn;

import sensorium.tensor.Tensor;

/** A linear map of the last axis: where adapters go in. */
public sealed interface Projection extends Module permits Linear, LoraLinear {
    /** (…, in) → (…, out). */
    Tensor forward(Tensor x);

    /** {@code activation(forward(x))}. */
    default Tensor forward(Tensor x, Activation activation) {
        return activation.apply(forward(x));
    }
}
