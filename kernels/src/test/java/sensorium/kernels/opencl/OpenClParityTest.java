package sensorium.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import sensorium.backend.Backend;
import sensorium.op.OpParity;

/** Another framework's results and gradients, on the first OpenCL device, in guarded memory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenClParityTest extends OpParity {
    private OpenClBackend guarded;

    @BeforeAll
    void open() {
        guarded = TestDevice.open();
    }

    @Override
    protected Backend backend() {
        return guarded;
    }

    @AfterAll
    void nothingIsLeft() {
        if (guarded != null) {
            guarded.close();
            assertThat(guarded.ledger().isEmpty())
                    .as("left: %s", guarded.ledger())
                    .isTrue();
        }
    }
}
