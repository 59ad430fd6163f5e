package sensorium.diffusion;

import sensorium.tensor.Tensor;

/**
 * DPM-Solver++ (Lu et al., arXiv:2211.01095) of second order with the picture of the evaluation before (2M): a step is exact for a
 * prediction that is linear in log(a/s).
 *
 * @param sde whether fresh noise is added, the stochastic variant
 * @param endsClean whether σ ends at 0; else at that of the first step of training
 * @param lowerOrderFinal whether the last of fewer than 15 steps is of first order
 */
public record DpmSolver(
        boolean sde, Bounds bounds, Spacing spacing, boolean karras, boolean endsClean, boolean lowerOrderFinal)
        implements Sampler {
    private static final int FEW = 15;

    public static DpmSolver usual() {
        return new DpmSolver(false, Bounds.NONE, Spacing.LINSPACE, false, true, true);
    }

    public DpmSolver withNoise() {
        return new DpmSolver(true, bounds, spacing, karras, endsClean, lowerOrderFinal);
    }

    public DpmSolver withKarrasSigmas() {
        return new DpmSolver(sde, bounds, spacing, true, endsClean, lowerOrderFinal);
    }

    @Override
    public DpmSolver within(Bounds other) {
        return new DpmSolver(sde, other, spacing, karras, endsClean, lowerOrderFinal);
    }

    @Override
    public Trajectory over(NoiseSchedule schedule, Prediction prediction, int steps) {
        double[] timesteps = spacing.timesteps(schedule.steps(), steps, 0);
        if (spacing == Spacing.LINSPACE) {
            // Whole numbers from the last to 0, of which 0 is where it ends and not asked about.
            for (int i = 0; i < steps; i++) {
                timesteps[i] = Math.rint((schedule.steps() - 1.0) * (steps - i) / steps);
            }
        }
        return new Way(prediction, Sigmas.of(schedule, timesteps, karras, endsClean ? 0 : schedule.sigma(0)));
    }

    private final class Way extends SigmaTrajectory {
        private Tensor before; // the picture of the last evaluation

        Way(Prediction prediction, Sigmas sigmas) {
            super(prediction, sigmas);
        }

        @Override
        public Tensor noised(Tensor pictures, Tensor noise, int i) {
            return pictures.times(signal(i)).plus(noise.times(signal(i) * sigmas.sigma(i)));
        }

        /** log(a/s). */
        private double lambda(int i) {
            return -Math.log(sigmas.sigma(i));
        }

        @Override
        public Tensor step(Tensor output, Tensor x, int i, Noise noise) {
            double s = signal(i) * sigmas.sigma(i);
            double next = signal(i + 1) * sigmas.sigma(i + 1);
            double h = lambda(i + 1) - lambda(i);
            double decay = Math.exp(-h);
            Tensor picture = bounds.apply(prediction.sample(x, output, signal(i), s));
            boolean last = i == evaluations() - 1;
            boolean first =
                    before == null || last && (sigmas.sigma(i + 1) == 0 || lowerOrderFinal && evaluations() < FEW);

            double towards = signal(i + 1) * (1 - (sde ? decay * decay : decay));
            Tensor moved = x.times(next / s * (sde ? decay : 1)).plus(picture.times(towards));
            if (!first) {
                double ratio = (lambda(i) - lambda(i - 1)) / h;
                moved = moved.plus(picture.minus(before).times(towards / (2 * ratio)));
            }
            if (sde && next > 0) {
                moved = moved.plus(noise.next(x.shape()).times(next * Math.sqrt(1 - decay * decay)));
            }
            if (before != null) {
                before.release();
            }
            before = last ? null : picture.keep();
            return moved;
        }
    }
}
