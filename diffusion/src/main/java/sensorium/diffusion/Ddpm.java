package sensorium.diffusion;

import sensorium.tensor.Tensor;

/**
 * The sampler of Ho et al., arXiv:2006.11239: each step draws from the posterior of the one before it.
 *
 * @param variance which variance the posterior gets
 * @param bounds of the predicted picture
 */
public record Ddpm(Variance variance, Bounds bounds, Spacing spacing) implements Sampler {
    /** The two that the paper names: the least and the greatest that the data could call for. */
    public enum Variance {
        SMALL,
        LARGE
    }

    public static Ddpm usual() {
        return new Ddpm(Variance.SMALL, Bounds.PIXELS, Spacing.LEADING);
    }

    @Override
    public Ddpm within(Bounds other) {
        return new Ddpm(variance, other, spacing);
    }

    @Override
    public Trajectory over(NoiseSchedule schedule, Prediction prediction, int steps) {
        double[] t = spacing.timesteps(schedule.steps(), steps, 0);
        return new StepwiseTrajectory(schedule, t) {
            @Override
            public Tensor step(Tensor output, Tensor x, int i, Noise noise) {
                double kept = kept(i);
                double before = keptAfter(i); // of the less noisy side
                double share = kept / before;
                double beta = 1 - share;
                Tensor picture = bounds.apply(prediction.sample(x, output, Math.sqrt(kept), Math.sqrt(1 - kept)));
                Tensor mean = picture.times(Math.sqrt(before) * beta / (1 - kept))
                        .plus(x.times(Math.sqrt(share) * (1 - before) / (1 - kept)));
                if (isLast(i)) {
                    return mean;
                }
                double v = variance == Variance.LARGE ? beta : Math.max((1 - before) / (1 - kept) * beta, 1e-20);
                return mean.plus(noise.next(x.shape()).times(Math.sqrt(v)));
            }
        };
    }
}
