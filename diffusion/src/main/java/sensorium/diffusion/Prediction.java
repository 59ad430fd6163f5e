package sensorium.diffusion;

import sensorium.BadInputException;
import sensorium.tensor.Tensor;

/** What a model tells of x = a·x₀ + s·ε, where a² + s² = 1. */
public enum Prediction {
    /** The noise ε. */
    EPSILON,
    /** The picture x₀. */
    SAMPLE,
    /** The velocity a·ε − s·x₀. Salimans and Ho, arXiv:2202.00512. */
    VELOCITY;

    /** @throws BadInputException if none is called so */
    public static Prediction named(String name) {
        return switch (name) {
            case "epsilon" -> EPSILON;
            case "sample" -> SAMPLE;
            case "velocity" -> VELOCITY;
            default ->
                throw new BadInputException("unknown prediction " + name + "; known are epsilon, sample and velocity");
        };
    }

    /** The picture that an output means. */
    public Tensor sample(Tensor x, Tensor output, double a, double s) {
        return switch (this) {
            case EPSILON -> x.minus(output.times(s)).dividedBy(a);
            case SAMPLE -> output;
            case VELOCITY -> x.times(a).minus(output.times(s));
        };
    }

    /** The noise that an output means. */
    public Tensor noise(Tensor x, Tensor output, double a, double s) {
        return switch (this) {
            case EPSILON -> output;
            case SAMPLE -> x.minus(output.times(a)).dividedBy(s);
            case VELOCITY -> output.times(a).plus(x.times(s));
        };
    }

    /** What a model should say; a and s are for each sample. */
    public Tensor target(Tensor picture, Tensor noise, Tensor a, Tensor s) {
        return switch (this) {
            case EPSILON -> noise;
            case SAMPLE -> picture;
            case VELOCITY -> noise.times(a).minus(picture.times(s));
        };
    }
}
