package sensorium.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import sensorium.backend.Backend;
import sensorium.op.OpConformance;

/** The conformance table on the first OpenCL device, in guarded memory; in the end the driver holds nothing more. */
class OpenClConformanceTest extends OpConformance {
    private OpenClBackend guarded;

    /** One reason for the whole class where there is no device. */
    @BeforeAll
    void open() {
        backend();
    }

    protected OpenClBackend opened() {
        return TestDevice.open();
    }

    @Override
    protected Backend backend() {
        if (guarded == null) {
            guarded = opened();
        }
        return guarded;
    }

    @AfterAll
    void nothingIsLeft() {
        if (guarded == null) {
            return; // skipped: there is no device
        }
        System.out.printf(
                "opencl: %s; %d programs built, the driver held %s; trips to the host: %s%n",
                guarded.description(),
                guarded.programs().compiled(),
                guarded.ledger(),
                guarded.trips().counts());
        guarded.close();
        assertThat(guarded.ledger().isEmpty()).as("left: %s", guarded.ledger()).isTrue();
        guarded = null;
    }
}
