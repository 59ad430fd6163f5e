package sensorium.nn.codes;

import java.util.Optional;
import sensorium.memory.Scope;
import sensorium.nn.Init;
import sensorium.nn.Parameter;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Codes on the sphere: vectors and codes have length one, so the nearest is the one in the most similar direction (Yu et al.,
 * arXiv:2110.04627, section 3.2).
 *
 * @param weight (codes, width), of any length: only directions count
 */
public record CosineCodebook(Parameter weight) implements Quantizer {
    private static final double LEAST = 1e-8;

    public static CosineCodebook of(Weights w, int codes, int width) {
        return new CosineCodebook(w.parameter("weight", new Init.Normal(1), codes, width));
    }

    @Override
    public int codes() {
        return weight.value().dim(0);
    }

    @Override
    public int width() {
        return weight.value().dim(1);
    }

    /** The vectors at length one. */
    @Override
    public Tensor prepared(Tensor vectors) {
        return vectors.normalize(-1, LEAST);
    }

    @Override
    public Tensor nearest(Tensor prepared) {
        return Scope.tidy(
                "the nearest codes",
                () -> prepared.detached().matmul(directions().t()).argMax(-1));
    }

    @Override
    public Tensor vectors(Tensor codes) {
        return directions().indexSelect(0, codes);
    }

    private Tensor directions() {
        return weight.value().detached().normalize(-1, LEAST);
    }

    /** The same weights: the mean of vectors on the sphere lies within it, in their direction. */
    @Override
    public Optional<Codebook> learnt() {
        return Optional.of(new Codebook(weight));
    }
}
