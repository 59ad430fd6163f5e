package sensorium.benchmarks;

import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.tensor.Tensor;

/** Models with weights to compute with. */
final class Models {
    private Models() {}

    /** Moves every parameter a little: no bias is 0 and no factor 1, so that none can be forgotten unnoticed. */
    static <M extends Module> M stirred(M model) {
        List<Parameter> parameters = List.copyOf(model.parameters().values());
        for (int i = 0; i < parameters.size(); i++) {
            Parameter p = parameters.get(i);
            var noise =
                    new Random(Distribution.NORMAL, p.value().dtype(), p.value().shape(), 1, i);
            Scope.tidyRun(() -> p.set(p.value().plus(Tensor.generate(noise).times(0.02))));
        }
        return model;
    }

    /** Multiplications and additions of one forward pass of a transformer over {@code tokens}, heads and all. */
    static double transformerFlops(double batch, double tokens, double width, double hidden, double depth) {
        return batch * depth * (2 * tokens * width * (4 * width + 2 * hidden) + 4 * tokens * tokens * width);
    }

    /** Likewise of a convolution with square kernels that yields (batch, out, side, side). */
    static double convFlops(double batch, double side, double in, double out, double kernel) {
        return 2 * batch * side * side * in * out * kernel * kernel;
    }
}
