package sensorium.nn;

import sensorium.tensor.Tensor;

/** The nonlinearity between two projections. */
public enum Activation {
    /** The exact form, with erf. */
    GELU,
    GELU_TANH,
    /** {@code x·σ(1.702x)}, CLIP's. */
    QUICK_GELU,
    RELU,
    /** Also called swish. */
    SILU,
    TANH,
    NONE;

    /** Element by element; the shape stays. */
    public Tensor apply(Tensor x) {
        return switch (this) {
            case GELU -> x.gelu();
            case GELU_TANH -> x.geluTanh();
            case QUICK_GELU -> x.quickGelu();
            case RELU -> x.relu();
            case SILU -> x.silu();
            case TANH -> x.tanh();
            case NONE -> x;
        };
    }
}
