package sensorium.nn;

import sensorium.tensor.Tensor;

/** A normalisation of the last axis. */
public sealed interface Norm extends Module permits LayerNorm, RmsNorm {
    enum Kind {
        LAYER,
        RMS
    }

    /** @param eps added to the variance */
    record Config(Kind kind, double eps) {}

    /** @param affine whether it has learned factors (and, for LAYER, offsets) */
    static Norm of(Weights w, int width, Config config, boolean affine) {
        return switch (config.kind) {
            case LAYER -> LayerNorm.of(w, width, config.eps, affine);
            case RMS -> RmsNorm.of(w, width, config.eps, affine);
        };
    }

    /** (…, width) → (…, width). */
    Tensor forward(Tensor x);
}
