package sensorium.kernels.cpu;

import sensorium.backend.Backend;
import sensorium.memory.HostMemory;
import sensorium.op.OpConformance;

/** The conformance table on this backend, in guarded memory. */
class CpuConformanceTest extends OpConformance {
    private final Backend guarded = new CpuBackend(new HostMemory(true), 2);

    @Override
    protected Backend backend() {
        return guarded;
    }
}
