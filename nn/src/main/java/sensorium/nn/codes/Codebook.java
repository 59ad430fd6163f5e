package sensorium.nn.codes;

import sensorium.memory.Scope;
import sensorium.nn.Init;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Vectors that stand for all others: what is near them becomes their numbers (van den Oord et al., arXiv:1711.00937).
 *
 * @param weight (codes, width)
 */
public record Codebook(Parameter weight) implements Module {
    public static Codebook of(Weights w, int codes, int width) {
        return new Codebook(w.parameter("weight", new Init.Normal(1.0 / codes), codes, width));
    }

    /** Of vectors (…, width) the nearest codes by Euclidean distance: (…), I64. */
    public Tensor nearest(Tensor vectors) {
        return Scope.tidy("the nearest codes", () -> {
            Tensor codes = weight.value().detached();
            // |v − c|² without |v|², which is the same for all codes.
            Tensor distances = vectors.detached()
                    .matmul(codes.t())
                    .times(-2)
                    .plus(codes.square().sum(1));
            return distances.argMin(-1);
        });
    }

    /** The vectors (…, width) of codes (…), I64. */
    public Tensor vectors(Tensor codes) {
        return weight.value().indexSelect(0, codes);
    }

    /** What stands for vectors, as they are, with a gradient that goes to the vectors as if they had been copied. */
    public static Tensor straightThrough(Tensor vectors, Tensor standIns) {
        return vectors.plus(standIns.minus(vectors).detached());
    }
}
