package sensorium.diffusion;

import sensorium.tensor.Tensor;

/** What samplers share that stay at steps of training, with samples scaled as in training. */
abstract class StepwiseTrajectory implements Trajectory {
    private final NoiseSchedule schedule;
    private final double[] timesteps;
    private final int stride;

    StepwiseTrajectory(NoiseSchedule schedule, double[] timesteps) {
        this.schedule = schedule;
        this.timesteps = timesteps;
        this.stride = schedule.steps() / timesteps.length;
    }

    /** ᾱ at evaluation {@code i}. */
    final double kept(int i) {
        return schedule.kept((int) timesteps[i]);
    }

    /** ᾱ a stride on; 1, a picture, beyond the first step of training. */
    final double keptAfter(int i) {
        int next = (int) timesteps[i] - stride;
        return next >= 0 ? schedule.kept(next) : 1;
    }

    final boolean isLast(int i) {
        return i == timesteps.length - 1;
    }

    @Override
    public final int evaluations() {
        return timesteps.length;
    }

    @Override
    public final double timestep(int i) {
        return (int) timesteps[i];
    }

    @Override
    public final Tensor noised(Tensor pictures, Tensor noise, int i) {
        return pictures.times(Math.sqrt(kept(i))).plus(noise.times(Math.sqrt(1 - kept(i))));
    }
}
