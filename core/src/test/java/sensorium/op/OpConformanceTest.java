package sensorium.op;

import sensorium.backend.Backend;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.memory.HostMemory;

/** The reference backend itself, in single precision, on strided operands and in guarded memory, against the oracle. */
class OpConformanceTest extends OpConformance {
    private final Backend guarded = new ReferenceBackend(new HostMemory(true));

    @Override
    protected Backend backend() {
        return guarded;
    }
}
