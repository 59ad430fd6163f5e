package sensorium.nn;

import static sensorium.nn.Models.assertClose;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.autograd.Tape;
import sensorium.io.Safetensors;
import sensorium.tensor.Tensor;

/** The module, running statistics included, against recorded runs of the reference framework. */
class BatchNormTest {
    private static final double TOLERANCE = 2e-5;

    @ParameterizedTest
    @ValueSource(strings = {"batch_norm_train", "batch_norm_eval"})
    void equalsTheReference(String name) {
        Path file = Path.of(System.getProperty("sensorium.fixtures"), "models/ops/ops.safetensors");
        Assumptions.assumeTrue(Files.isRegularFile(file), "fixtures absent: " + file);
        Map<String, Tensor> recorded = Safetensors.open(file).tensors();
        var norm = new BatchNorm(
                new Parameter(recorded.get(name + ".in.w")),
                new Parameter(recorded.get(name + ".in.b")),
                new Buffer(recorded.get(name + ".in.running_mean")),
                new Buffer(recorded.get(name + ".in.running_var")),
                1e-5);
        Tensor x = recorded.get(name + ".in.x").tracked();
        Tensor dy = recorded.get(name + ".gout.out");

        Supplier<List<Tensor>> run = () -> Tape.record(tape -> {
            Tensor y = norm.forward(x);
            assertClose(y, recorded.get(name + ".out.out"), TOLERANCE);
            return tape.gradients(
                    y.times(dy).sum(),
                    List.of(x, norm.weight().value(), norm.bias().value()));
        });
        List<Tensor> gradients = name.endsWith("train") ? Training.step(1, 1, run) : run.get();

        assertClose(gradients.get(0), recorded.get(name + ".grad.x"), TOLERANCE);
        assertClose(gradients.get(1), recorded.get(name + ".grad.w"), TOLERANCE);
        assertClose(gradients.get(2), recorded.get(name + ".grad.b"), TOLERANCE);
        assertClose(norm.runningMean().value(), recorded.get(name + ".out.running_mean"), TOLERANCE);
        assertClose(norm.runningVar().value(), recorded.get(name + ".out.running_var"), TOLERANCE);
    }
}
