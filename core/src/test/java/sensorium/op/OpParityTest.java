package sensorium.op;

import sensorium.backend.Backend;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.memory.HostMemory;

class OpParityTest extends OpParity {
    private final Backend guarded = new ReferenceBackend(new HostMemory(true));

    @Override
    protected Backend backend() {
        return guarded;
    }
}
