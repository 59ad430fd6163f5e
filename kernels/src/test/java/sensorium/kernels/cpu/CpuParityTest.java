package sensorium.kernels.cpu;

import sensorium.backend.Backend;
import sensorium.memory.HostMemory;
import sensorium.op.OpParity;

/** Another framework's results and gradients, on this backend, in guarded memory. */
class CpuParityTest extends OpParity {
    private final Backend guarded = new CpuBackend(new HostMemory(true), 2);

    @Override
    protected Backend backend() {
        return guarded;
    }
}
