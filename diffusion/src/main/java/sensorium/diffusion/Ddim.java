package sensorium.diffusion;

import sensorium.tensor.Tensor;

/**
 * The sampler of Song et al., arXiv:2010.02502: the same pictures from the same noise in fewer steps.
 *
 * @param eta how much fresh noise: 0 none, 1 as much as DDPM's
 * @param offset of the timesteps where they are whole strides
 * @param endsClean whether the last step goes to x₀; else to the first step of training
 * @param consistent whether a picture that was bounded makes the noise another one, so that both still add up to what was seen. Else the
 *     noise is what the model says, as it was published; guided, in many steps, all is lost in the difference.
 */
public record Ddim(double eta, Bounds bounds, Spacing spacing, int offset, boolean endsClean, boolean consistent)
        implements Sampler {
    public static Ddim usual() {
        return new Ddim(0, Bounds.PIXELS, Spacing.TRAILING, 0, true, true);
    }

    /** As diffusers has it where nothing is set. */
    public static Ddim published() {
        return new Ddim(0, Bounds.PIXELS, Spacing.LEADING, 0, true, false);
    }

    @Override
    public Ddim within(Bounds other) {
        return new Ddim(eta, other, spacing, offset, endsClean, consistent);
    }

    @Override
    public Trajectory over(NoiseSchedule schedule, Prediction prediction, int steps) {
        double[] t = spacing.timesteps(schedule.steps(), steps, offset);
        return new StepwiseTrajectory(schedule, t) {
            @Override
            public Tensor step(Tensor output, Tensor x, int i, Noise noise) {
                double a = Math.sqrt(kept(i));
                double s = Math.sqrt(1 - kept(i));
                double after = isLast(i) && !endsClean ? schedule.kept(0) : keptAfter(i);
                Tensor picture = bounds.apply(prediction.sample(x, output, a, s));
                double variance = (1 - after) / (1 - kept(i)) * (1 - kept(i) / after);
                double fresh = eta * Math.sqrt(Math.max(0, variance));
                Tensor gone = consistent && s > 0
                        ? x.minus(picture.times(a)).dividedBy(s)
                        : prediction.noise(x, output, a, s);
                Tensor direction = gone.times(Math.sqrt(Math.max(0, 1 - after - fresh * fresh)));
                Tensor moved = picture.times(Math.sqrt(after)).plus(direction);
                return fresh == 0 ? moved : moved.plus(noise.next(x.shape()).times(fresh));
            }
        };
    }
}
