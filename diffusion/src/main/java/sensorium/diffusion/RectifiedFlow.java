package sensorium.diffusion;

import java.util.function.ObjIntConsumer;
import sensorium.BadInputException;
import sensorium.memory.Scope;
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

    /** The times of {@code steps} steps and of their end, from 1 to 0. */
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

    /** From unit noise to pictures by Euler's steps; the model is told t in [0, 1]. */
    public Tensor run(Denoiser model, Tensor noise, int steps, ObjIntConsumer<Tensor> watch) {
        double[] t = times(steps);
        Tensor x = noise;
        for (int i = 0; i < steps; i++) {
            Tensor before = x;
            double now = t[i];
            double by = t[i + 1] - now;
            x = Scope.tidy(
                    "sample", () -> before.plus(model.predict(before, now).times(by)));
            watch.accept(x, i);
        }
        return x;
    }
}
