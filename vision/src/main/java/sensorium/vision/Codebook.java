package sensorium.vision;

import sensorium.memory.Scope;
import sensorium.nn.Init;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Vectors that stand for all others: a small map becomes the numbers of the nearest ones (van den Oord et al., arXiv:1711.00937).
 *
 * @param weight (codes, width)
 */
public record Codebook(Parameter weight) implements Module {
    public static Codebook of(Weights w, int codes, int width) {
        return new Codebook(w.parameter("weight", new Init.Normal(1.0 / codes), codes, width));
    }

    /** Of (N, width, h, w) the nearest codes by Euclidean distance: (N, h, w), I64. */
    public Tensor nearest(Tensor map) {
        return Scope.tidy("the nearest codes", () -> {
            Tensor codes = weight.value().detached();
            Tensor vectors = map.detached().permute(0, 2, 3, 1); // (N, h, w, width)
            // |v − c|² without |v|², which is the same for all codes.
            Tensor distances =
                    vectors.matmul(codes.t()).times(-2).plus(codes.square().sum(1));
            return distances.argMin(3);
        });
    }

    /** Codes (N, h, w) as a map (N, width, h, w). */
    public Tensor map(Tensor codes) {
        return weight.value().indexSelect(0, codes).permute(0, 3, 1, 2);
    }

    /** The map of the nearest codes, whose gradient goes to {@code map} as if it had been copied (straight through). */
    public Tensor quantized(Tensor map) {
        return map.plus(map(nearest(map)).minus(map).detached());
    }
}
