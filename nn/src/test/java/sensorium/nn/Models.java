package sensorium.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import sensorium.autograd.Tape;
import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/** What holds for every model. */
final class Models {
    private Models() {}

    /** Reproducible normal numbers. */
    static Tensor normal(long seed, int... shape) {
        return Tensor.generate(new Random(Distribution.NORMAL, DType.F32, Shape.of(shape), seed, 0));
    }

    /** A factory asks for exactly the paths that its model's state has: loading is strict about both. */
    static <M extends Module> M assertStateReloads(Function<Weights, M> factory) {
        M model = factory.apply(Weights.random(1));
        Map<String, Tensor> state = model.state();
        assertThat(state).isNotEmpty();
        M loaded = Weights.load(state, "state", factory);
        assertThat(loaded.state().keySet()).containsExactlyElementsOf(state.keySet());
        loaded.state()
                .forEach((path, t) -> assertThat(t.toFloats())
                        .as(path)
                        .isEqualTo(state.get(path).toFloats()));
        return model;
    }

    /** Paths of the parameters that a loss does not reach. A loss with random weights keeps symmetries from hiding any. */
    static List<String> withoutGradient(Module model, Function<Module, Tensor> forward) {
        Map<String, Parameter> parameters = model.parameters();
        List<String> paths = new ArrayList<>(parameters.keySet());
        return Tape.record(tape -> {
            Tensor y = forward.apply(model);
            Tensor loss = y.times(normal(77, y.shape().dims())).sum();
            List<Tensor> gradients = tape.gradients(
                    loss, parameters.values().stream().map(Parameter::value).toList());
            List<String> untouched = new ArrayList<>();
            for (int i = 0; i < paths.size(); i++) {
                if (gradients.get(i).abs().max().item() < 1e-6) {
                    untouched.add(paths.get(i));
                }
            }
            return untouched;
        });
    }

    static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        float[] a = actual.toFloats();
        float[] e = expected.toFloats();
        double largest = 1;
        for (float v : e) {
            largest = Math.max(largest, Math.abs(v));
        }
        for (int i = 0; i < a.length; i++) {
            assertThat((double) a[i]).as("element %d", i).isCloseTo(e[i], within(tolerance * largest));
        }
    }
}
