package sensorium.diffusion;

/** What samplers share that go along levels of noise σ = s/a. */
abstract class SigmaTrajectory implements Trajectory {
    final Prediction prediction;
    final Sigmas sigmas;

    SigmaTrajectory(Prediction prediction, Sigmas sigmas) {
        this.prediction = prediction;
        this.sigmas = sigmas;
    }

    /** a at evaluation {@code i}, where a² + s² = 1 as in training. */
    final double signal(int i) {
        double s = sigmas.sigma(i);
        return 1 / Math.sqrt(s * s + 1);
    }

    @Override
    public final int evaluations() {
        return sigmas.count();
    }

    @Override
    public final double timestep(int i) {
        return sigmas.timestep(i);
    }
}
