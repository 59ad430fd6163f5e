package sensorium.diffusion;

import sensorium.tensor.Tensor;

/**
 * Samplers that follow dx/dσ = ε, with samples x₀ + σ·ε: Karras et al., arXiv:2206.00364.
 *
 * @param karras whether σ goes by their schedule (ρ = 7) instead of by even timesteps
 */
public record SigmaSampler(Kind kind, Bounds bounds, Spacing spacing, int offset, boolean karras) implements Sampler {
    public enum Kind {
        /** Straight on along the slope. */
        EULER,
        /** Further than that, and some noise on it. */
        EULER_ANCESTRAL,
        /** Along the mean of the slopes at both ends: two evaluations a step. */
        HEUN
    }

    public static SigmaSampler of(Kind kind) {
        return new SigmaSampler(kind, Bounds.NONE, Spacing.LINSPACE, 0, false);
    }

    @Override
    public SigmaSampler within(Bounds other) {
        return new SigmaSampler(kind, other, spacing, offset, karras);
    }

    @Override
    public Trajectory over(NoiseSchedule schedule, Prediction prediction, int steps) {
        Sigmas chosen = Sigmas.of(schedule, spacing, offset, steps, karras, 0);
        return kind == Kind.HEUN ? new Way(prediction, chosen.twice()) : new Way(prediction, chosen);
    }

    private final class Way extends SigmaTrajectory {
        private Tensor slope; // of Heun's first evaluation, and where it began
        private Tensor start;

        Way(Prediction prediction, Sigmas sigmas) {
            super(prediction, sigmas);
        }

        @Override
        public double initialScale() {
            double s = sigmas.sigma(0);
            return spacing == Spacing.LEADING ? Math.sqrt(s * s + 1) : s;
        }

        @Override
        public Tensor input(Tensor x, int i) {
            return x.times(signal(i));
        }

        @Override
        public Tensor noised(Tensor pictures, Tensor noise, int i) {
            return pictures.plus(noise.times(sigmas.sigma(i)));
        }

        @Override
        public Tensor step(Tensor output, Tensor x, int i, Noise noise) {
            double sigma = sigmas.sigma(i);
            double next = sigmas.sigma(i + 1);
            double a = signal(i);
            Tensor picture = bounds.apply(prediction.sample(x.times(a), output, a, sigma * a));
            Tensor d = x.minus(picture).dividedBy(sigma);
            return switch (kind) {
                case EULER -> x.plus(d.times(next - sigma));
                case EULER_ANCESTRAL -> {
                    double up = Math.sqrt(next * next * (sigma * sigma - next * next) / (sigma * sigma));
                    double down = Math.sqrt(next * next - up * up);
                    Tensor moved = x.plus(d.times(down - sigma));
                    yield up == 0 ? moved : moved.plus(noise.next(x.shape()).times(up));
                }
                case HEUN -> heun(d, x, i, sigma, next);
            };
        }

        /** Evaluations come as σ₀, σ₁, σ₁, σ₂, σ₂, …: the odd ones look at where the step would end. */
        private Tensor heun(Tensor d, Tensor x, int i, double sigma, double next) {
            if (i % 2 == 0) {
                start = x.keep();
                slope = d.keep();
                return x.plus(d.times(next - sigma));
            }
            double from = sigmas.sigma(i - 1);
            Tensor moved = start.plus(slope.plus(d).times((sigma - from) / 2));
            start.release();
            slope.release();
            return moved;
        }
    }
}
