package sensorium.nn;

import java.util.Optional;
import sensorium.op.UnaryKind;
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

    /** As one op, where it is one. */
    Optional<UnaryKind> kind() {
        return switch (this) {
            case GELU -> Optional.of(UnaryKind.GELU);
            case GELU_TANH -> Optional.of(UnaryKind.GELU_TANH);
            case RELU -> Optional.of(UnaryKind.RELU);
            case SILU -> Optional.of(UnaryKind.SILU);
            case TANH -> Optional.of(UnaryKind.TANH);
            case QUICK_GELU, NONE -> Optional.empty();
        };
    }

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
