package sensorium.backend.reference;

import java.util.List;
import sensorium.backend.HostBackend;
import sensorium.backend.Operand;
import sensorium.memory.HostMemory;
import sensorium.op.Op;
import sensorium.op.Primitive;
import sensorium.tensor.Device;
import sensorium.tensor.Spec;

/**
 * The readable specification of every primitive op, and the oracle that other backends are tested against. Floating-point
 * arithmetic is in double and rounds once, at the end. Fused ops run as their fallbacks.
 */
public final class ReferenceBackend extends HostBackend {
    public ReferenceBackend(HostMemory memory) {
        super(new Device("reference", 0), memory);
    }

    @Override
    public String description() {
        return "plain scalar code in double precision";
    }

    @Override
    public boolean supports(Op op, List<Spec> inputs) {
        return op instanceof Primitive;
    }

    @Override
    public void run(Op op, List<Operand> inputs, List<Operand> outputs) {
        ReferenceKernels.run(op, inputs, outputs);
    }
}
