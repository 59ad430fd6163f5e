package sensorium.autograd;

import java.util.ArrayList;
import java.util.List;
import sensorium.op.Op;
import sensorium.tensor.Tensor;

/** One recorded op: what it was, and the operands and results that its gradient rule reads. */
final class Node {
    final Op op;
    final List<Tensor> inputs;
    final List<Tensor> outputs;

    Node(Op op, List<Tensor> inputs, List<Tensor> outputs) {
        this.op = op;
        Saves saves = Saves.of(op);
        this.inputs = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            this.inputs.add(
                    saves.input(i) ? inputs.get(i).saved() : inputs.get(i).ghost());
        }
        this.outputs = new ArrayList<>(outputs.size());
        for (Tensor t : outputs) {
            this.outputs.add(saves.outputs() ? t.saved() : t.ghost());
        }
    }

    /** Drops the saved tensors; the node cannot be walked again. */
    void release() {
        inputs.forEach(t -> t.release("the tape"));
        outputs.forEach(t -> t.release("the tape"));
    }
}
