package sensorium.nn.codes;

import java.util.Optional;
import sensorium.memory.Scope;
import sensorium.nn.Init;
import sensorium.nn.Parameter;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Vectors that stand for all others: what is near them becomes their numbers (van den Oord et al., arXiv:1711.00937).
 *
 * @param weight (codes, width)
 */
public record Codebook(Parameter weight) implements Quantizer {
    public static Codebook of(Weights w, int codes, int width) {
        return new Codebook(w.parameter("weight", new Init.Normal(1.0 / codes), codes, width));
    }

    @Override
    public int codes() {
        return weight.value().dim(0);
    }

    @Override
    public int width() {
        return weight.value().dim(1);
    }

    /** The vectors as they are. */
    @Override
    public Tensor prepared(Tensor vectors) {
        return vectors;
    }

    /** Of vectors (…, width) the nearest codes by Euclidean distance: (…), I64. */
    @Override
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
    @Override
    public Tensor vectors(Tensor codes) {
        return weight.value().indexSelect(0, codes);
    }

    @Override
    public Optional<Codebook> learnt() {
        return Optional.of(this);
    }

    /** What stands for vectors, as they are, with a gradient that goes to the vectors as if they had been copied. */
    public static Tensor straightThrough(Tensor vectors, Tensor standIns) {
        return vectors.plus(standIns.minus(vectors).detached());
    }
}
