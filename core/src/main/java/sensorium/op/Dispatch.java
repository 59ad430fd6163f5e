package sensorium.op;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import sensorium.autograd.Tape;
import sensorium.backend.Backend;
import sensorium.backend.Backends;
import sensorium.backend.Operand;
import sensorium.memory.Storage;
import sensorium.tensor.Layout;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/**
 * The one road from a tensor method to a kernel: checks shapes, types, devices, bounds and lifetimes; allocates results;
 * pins every storage while the backend computes; lets the tape note what happened.
 */
public final class Dispatch {
    private Dispatch() {}

    /**
     * @throws ShapeException if the operands do not fit the op
     * @throws sensorium.memory.ReleasedException if an operand's scope has ended
     */
    public static List<Tensor> run(Op op, List<Tensor> inputs) {
        return run(
                op,
                inputs,
                inputs.isEmpty() ? Backends.current() : inputs.get(0).backend());
    }

    /** {@link #run(Op, List)} for ops without operands, on a given backend. */
    public static List<Tensor> run(Op op, List<Tensor> inputs, Backend backend) {
        for (Tensor t : inputs) {
            t.requireAlive(op.name());
            if (t.backend() != backend) {
                throw new ShapeException("[" + op.name() + "] operands live on different devices: " + t + ", other on "
                        + backend.device());
            }
        }
        List<Tensor> outputs;
        try {
            outputs = switch (op) {
                case View view -> List.of(view(view, inputs.get(0)));
                case Primitive _ -> kernel(op, inputs, backend);
                case Fused fused ->
                    backend.supports(op, specs(inputs))
                            ? kernel(op, inputs, backend)
                            : Tape.pause(() -> fallback(fused, inputs));
            };
        } catch (ShapeException e) {
            throw e.getMessage().endsWith("on " + backend.device())
                    ? e
                    : new ShapeException(e.getMessage() + " on " + backend.device());
        }
        Tape.note(op, inputs, outputs);
        return outputs;
    }

    private static Tensor view(View view, Tensor x) {
        Layout layout = view.apply(x.layout());
        if (layout == null) {
            // Strides cannot express it: the copy is not recorded, the view's rule covers both.
            Tensor copy = kernel(new Primitive.Copy(), List.of(x), x.backend()).get(0);
            return copy.viewed(view.apply(copy.layout()));
        }
        return x.viewed(layout);
    }

    private static List<Tensor> fallback(Fused op, List<Tensor> inputs) {
        op.infer(specs(inputs));
        return sensorium.memory.Scope.tidy(op.name(), () -> op.fallback(inputs));
    }

    private static List<Tensor> kernel(Op op, List<Tensor> inputs, Backend backend) {
        List<Spec> specs = specs(inputs);
        List<Spec> results = op.infer(specs);
        if (!backend.supports(op, specs)) {
            throw new ShapeException("[" + op.name() + "] has no kernel for " + specs);
        }
        List<Operand> in = new ArrayList<>(inputs.size());
        List<Operand> out = new ArrayList<>(results.size());
        int pinned = 0;
        boolean done = false;
        try {
            for (Tensor t : inputs) {
                if (!t.storage().retain()) {
                    throw t.released(op.name());
                }
                pinned++;
                in.add(t.operand());
            }
            for (Spec spec : results) {
                Storage fresh = backend.allocate(spec.bytes());
                fresh.label(spec, op.name());
                out.add(new Operand(fresh, spec.dtype(), Layout.contiguous(spec.shape())));
            }
            Profile.run(backend, op, in, out);
            done = true;
        } finally {
            for (int i = 0; i < pinned; i++) {
                in.get(i).storage().release();
            }
            if (!done) {
                out.stream().map(Operand::storage).forEach(Storage::release);
            }
            Reference.reachabilityFence(inputs);
        }
        return out.stream().map(Tensor::adopt).toList();
    }

    private static List<Spec> specs(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::spec).toList();
    }
}
