package sensorium.diffusion;

import sensorium.tensor.Tensor;

/** A model that says what is noise in samples; what guides it is its own affair. */
@FunctionalInterface
public interface Denoiser {
    /**
     * @param x samples (N, …)
     * @param t step of training that they stand at, between two where a sampler chooses so
     */
    Tensor predict(Tensor x, double t);
}
