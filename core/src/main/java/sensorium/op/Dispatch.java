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

    /**
     * {@link #run(Op, List)} for operands that are not needed afterwards, and without a tape. Where a handle is the only one
     * on its memory, the result that {@link Fused#replaces} names is written over it and the handle ends; the other handles
     * stay the caller's. If the kernel fails, what it wrote over is undefined.
     */
    public static List<Tensor> consume(Fused op, List<Tensor> inputs) {
        Backend backend = inputs.get(0).backend();
        boolean direct = backend.supports(op, specs(inputs));
        for (Tensor t : inputs) {
            direct &= t.isAlive() && t.backend() == backend;
        }
        return direct ? kernel(op, inputs, backend, op.replaces()) : Tape.pause(() -> run(op, inputs, backend));
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
        return kernel(op, inputs, backend, new int[0]);
    }

    /** @param replaced the operand whose memory each result takes, if nobody else has it; empty for none */
    private static List<Tensor> kernel(Op op, List<Tensor> inputs, Backend backend, int[] replaced) {
        List<Spec> specs = specs(inputs);
        List<Spec> results = op.infer(specs);
        if (!backend.supports(op, specs)) {
            throw new ShapeException("[" + op.name() + "] has no kernel for " + specs);
        }
        List<Operand> in = new ArrayList<>(inputs.size());
        List<Operand> out = new ArrayList<>(results.size());
        List<Tensor> claimed = new ArrayList<>();
        List<Storage> pinned = new ArrayList<>(inputs.size());
        boolean done = false;
        try {
            for (int i : replaced) {
                Tensor t = inputs.get(i);
                if (standsAlone(t, inputs) && t.storage().claim()) {
                    claimed.add(t);
                }
            }
            for (Tensor t : inputs) {
                if (!claimed.contains(t)) {
                    if (!t.storage().retain()) {
                        throw t.released(op.name());
                    }
                    pinned.add(t.storage());
                }
                in.add(t.operand());
            }
            for (int k = 0; k < results.size(); k++) {
                Spec spec = results.get(k);
                Tensor place = k < replaced.length ? inputs.get(replaced[k]) : null;
                Storage storage = claimed.contains(place) ? place.storage() : backend.allocate(spec.bytes());
                storage.label(spec, op.name());
                out.add(new Operand(storage, spec.dtype(), Layout.contiguous(spec.shape())));
            }
            Verification.run(backend, op, in, out);
            done = true;
        } finally {
            pinned.forEach(Storage::release);
            // What was claimed belongs to the results now, or after a failure to its handle again.
            claimed.forEach(t -> t.storage().unclaim());
            if (done) {
                claimed.forEach(t -> t.lease().surrender(op.name()));
            } else {
                List<Storage> kept = claimed.stream().map(Tensor::storage).toList();
                out.stream()
                        .map(Operand::storage)
                        .filter(s -> !kept.contains(s))
                        .forEach(Storage::release);
            }
            Reference.reachabilityFence(inputs);
        }
        List<Tensor> made = new ArrayList<>(out.size());
        for (Operand o : out) {
            made.add(Tensor.adopt(o));
        }
        return made;
    }

    /** Whether a tensor fills its memory, and no other operand lies in it. */
    private static boolean standsAlone(Tensor t, List<Tensor> inputs) {
        int operands = 0;
        for (Tensor o : inputs) {
            operands += o.storage() == t.storage() ? 1 : 0;
        }
        Layout layout = t.layout();
        return operands == 1
                && layout.offset() == 0
                && layout.isContiguous()
                && t.spec().bytes() == t.storage().bytes();
    }

    private static List<Spec> specs(List<Tensor> tensors) {
        var specs = new Spec[tensors.size()];
        for (int i = 0; i < specs.length; i++) {
            specs[i] = tensors.get(i).spec();
        }
        return List.of(specs);
    }
}
