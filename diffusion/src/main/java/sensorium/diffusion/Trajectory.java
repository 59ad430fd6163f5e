package sensorium.diffusion;

import java.util.function.ObjIntConsumer;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/** One way from noise to pictures. It remembers what its sampler needs of the steps before, so it is for one way only. */
public interface Trajectory {
    /** How often the model is asked. */
    int evaluations();

    /**
     * The evaluation that a step of sampling begins with.
     *
     * @param steps of sampling in all
     */
    default int first(int step, int steps) {
        return step * Math.ceilDiv(evaluations(), steps); // a step that asks twice is not begun in its middle
    }

    /** The step of training that the model is told at evaluation {@code i}. */
    double timestep(int i);

    /** What unit noise is multiplied by to begin. */
    default double initialScale() {
        return 1;
    }

    /** What the model is shown of the samples: they themselves where they have unit variance all the way. */
    default Tensor input(Tensor x, int i) {
        return x;
    }

    /** The samples after evaluation {@code i}, whose output is given. */
    Tensor step(Tensor output, Tensor x, int i, Noise noise);

    /** x(t) of pictures at the beginning of evaluation {@code i}: where changing a picture, and not inventing one, begins. */
    Tensor noised(Tensor pictures, Tensor noise, int i);

    /**
     * All the way, or the rest of it.
     *
     * @param from samples before evaluation {@code first}
     * @param watch is shown the samples after each evaluation
     */
    default Tensor run(Denoiser model, Tensor from, int first, Noise noise, ObjIntConsumer<Tensor> watch) {
        Tensor x = from;
        for (int i = first; i < evaluations(); i++) {
            Tensor before = x;
            int at = i;
            x = Scope.tidy("sample", () -> step(model.predict(input(before, at), timestep(at)), before, at, noise));
            watch.accept(x, i);
        }
        return x;
    }

    /** All the way from unit noise. */
    default Tensor run(Denoiser model, Tensor unitNoise, Noise noise) {
        return run(model, unitNoise.times(initialScale()), 0, noise, (_, _) -> {});
    }
}
