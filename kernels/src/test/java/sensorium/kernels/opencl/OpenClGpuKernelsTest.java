package sensorium.kernels.opencl;

import sensorium.op.Fused;
import sensorium.op.Op;
import sensorium.op.Primitive;
import sensorium.op.View;

/**
 * The conformance table with the kernels that GPUs get, on whatever device there is: of the ops that have such, in products, in rows
 * that a group shares, or in what they are made of. The others have the same kernels everywhere.
 */
class OpenClGpuKernelsTest extends OpenClConformanceTest {
    @Override
    protected OpenClBackend opened() {
        return TestDevice.openAsGpu();
    }

    @Override
    protected boolean covers(Op op) {
        return switch (op) {
            case null -> false; // composed of ops that have rows of their own
            case View _ -> false;
            case Primitive p ->
                switch (p) {
                    case Primitive.MatMul _,
                            Primitive.Conv2d _,
                            Primitive.Conv2dInputGrad _,
                            Primitive.Conv2dWeightGrad _ -> true;
                    default -> false;
                };
            case Fused f ->
                switch (f) {
                    case Fused.UnaryGrad _, Fused.MaxPool2d _, Fused.MaxPool2dGrad _, Fused.AdamWStep _ -> false;
                    default -> true;
                };
        };
    }
}
