package sensorium.diffusion;

import sensorium.BadInputException;
import sensorium.tensor.Tensor;

/**
 * Straight ways between pictures and noise: x(t) = (1 − t)·x₀ + t·ε for t in [0, 1], and a model that predicts ε − x₀. Liu et al.,
 * arXiv:2209.03003; Lipman et al., arXiv:2210.02747.
 *
 * @param shift above 1: more of the steps where there is much noise (Esser et al., arXiv:2403.03206)
 */
public record RectifiedFlow(double shift) {
    /** x(t) of pictures (N, …), t of each sample. */
    public static Tensor noised(Tensor pictures, Tensor noise, Tensor t) {
        return pictures.plus(noise.minus(pictures).times(t));
    }

    /** What a model should say, wherever it is asked. */
    public static Tensor target(Tensor pictures, Tensor noise) {
        return noise.minus(pictures);
    }

    /**
     * The times of {@code steps} steps and of their end, from 1 to 0.
     *
     * @throws BadInputException if there is none
     */
    public double[] times(int steps) {
        if (steps < 1) {
            throw new BadInputException("cannot sample in " + steps + " steps; at least 1");
        }
        double[] t = new double[steps + 1];
        for (int i = 0; i <= steps; i++) {
            double even = 1 - (double) i / steps;
            t[i] = shift * even / (1 + (shift - 1) * even);
        }
        return t;
    }

    /**
     * By Euler's steps from unit noise to pictures.
     *
     * @param bounds of the picture that is predicted
     * @param scale of the time that the model is told: 1 tells it t
     */
    public Trajectory over(Bounds bounds, int steps, double scale) {
        double[] t = times(steps);
        return new Trajectory() {
            @Override
            public int evaluations() {
                return steps;
            }

            @Override
            public double timestep(int i) {
                return t[i] * scale;
            }

            @Override
            public Tensor step(Tensor output, Tensor x, int i, Noise noise) {
                Tensor picture = bounds.apply(x.minus(output.times(t[i])));
                // What is left of x when the picture is taken out of it is noise: both go straight on.
                return picture.plus(x.minus(picture).times(t[i + 1] / t[i]));
            }

            @Override
            public Tensor noised(Tensor pictures, Tensor noise, int i) {
                return pictures.plus(noise.minus(pictures).times(t[i]));
            }
        };
    }
}
