package sensorium.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import sensorium.BadInputException;
import sensorium.backend.Backends;
import sensorium.kernels.opencl.TensorCores.Precision;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/** What is asked for by name, and what becomes of it on a device without such cores. */
class TensorCoresTest {
    private static final String PROPERTY = "sensorium.opencl.precision";

    @Test
    void namesWhatThereIs() {
        assertThat(Precision.named("tf32")).isEqualTo(Precision.TF32);
        assertThatThrownBy(() -> Precision.named("half"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("f32, tf32, bf16");
    }

    @Test
    void f32MeansF32AndIsNotMentioned() {
        assertThat(new TensorCores(Precision.F32).description(true)).isEmpty();
    }

    @Test
    void whereTheDriverBuildsNoKernelProductsStayExact() {
        DeviceFacts facts = TestDevice.facts();
        Assumptions.assumeFalse(facts.vendor().contains("NVIDIA"), "a device that may have tensor cores");
        List<float[]> products = new ArrayList<>();
        for (Map.Entry<String, String> asked : Map.of("f32", "", "bf16", "the driver builds no kernel for them")
                .entrySet()) {
            System.setProperty(PROPERTY, asked.getKey());
            OpenClBackend backend = TestDevice.openAsGpu();
            try {
                products.add(Backends.with(
                        backend,
                        () -> Scope.tidy(() -> {
                            Tensor x = Tensor.of(ramp(), 100, 80);
                            return x.matmul(x.t()).toFloats();
                        })));
                assertThat(String.join("\n", backend.diagnostics())).contains(asked.getValue());
            } finally {
                System.clearProperty(PROPERTY);
                backend.close();
            }
        }
        assertThat(products.get(0)).isEqualTo(products.get(1));
    }

    private static float[] ramp() {
        float[] x = new float[100 * 80];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i % 97) / 97f - 0.5f;
        }
        return x;
    }
}
