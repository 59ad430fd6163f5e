package sensorium.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import sensorium.memory.Scope;
import sensorium.op.Op;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * Records what happens to tracked tensors and walks it backwards. Outside {@link #record} nothing is remembered, so
 * inference needs no special mode.
 *
 * <pre>{@code
 * Tensor w = Tensor.of(new float[] {1, 2}, 2).tracked();
 * Tensor dw = Tape.record(tape -> {
 *     Tensor loss = w.square().sum();
 *     return tape.gradients(loss, List.of(w)).get(0);   // 2w
 * });
 * }</pre>
 *
 * <p>Gradient rules are written in tensor ops. With {@link #gradientGraph} they are recorded as well, so derivatives of any
 * order come from the same rules.
 */
public final class Tape {
    private static final ScopedValue<Tape> CURRENT = ScopedValue.newInstance();

    private final List<Node> nodes = new ArrayList<>();
    private boolean freed;

    private Tape() {}

    /** Runs {@code body} with a new tape; everything the tape saved is dropped at the end. */
    public static <T> T record(Function<Tape, T> body) {
        var tape = new Tape();
        try {
            return ScopedValue.where(CURRENT, tape).call(() -> body.apply(tape));
        } finally {
            tape.truncate(0);
        }
    }

    /** Runs {@code body} without recording. */
    public static <T> T pause(Supplier<T> body) {
        return ScopedValue.where(CURRENT, (Tape) null).call(body::get);
    }

    private static Tape current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /** Whether what is computed now is noted. */
    public static boolean isRecording() {
        return current() != null;
    }

    /** Called by the dispatcher after every op: notes it if a tape runs and an input is tracked. */
    public static void note(Op op, List<Tensor> inputs, List<Tensor> outputs) {
        Tape tape = current();
        if (tape == null || !anyTracked(inputs)) {
            return;
        }
        boolean differentiable = false;
        for (Tensor out : outputs) {
            if (out.dtype().isFloat()) {
                out.track(new Variable());
                differentiable = true;
            }
        }
        if (differentiable) {
            tape.nodes.add(new Node(op, inputs, outputs));
        }
    }

    private static boolean anyTracked(List<Tensor> inputs) {
        for (Tensor t : inputs) {
            if (t.isTracked()) {
                return true;
            }
        }
        return false;
    }

    /**
     * The gradient of the scalar {@code y} with respect to each of {@code wrt}, zeros where y does not depend on it. Frees
     * what was saved as it walks: once a tape.
     */
    public List<Tensor> gradients(Tensor y, List<Tensor> wrt) {
        return gradients(y, wrt, false);
    }

    /** {@link #gradients} recorded on this tape, so that they can be differentiated again. Nothing is freed. */
    public List<Tensor> gradientGraph(Tensor y, List<Tensor> wrt) {
        return gradients(y, wrt, true);
    }

    private List<Tensor> gradients(Tensor y, List<Tensor> wrt, boolean createGraph) {
        if (y.size() != 1) {
            throw new ShapeException(
                    "[gradients] of " + y.shape() + ": only a single number has gradients; sum it first");
        }
        boolean known = nodes.stream().flatMap(n -> n.outputs.stream()).anyMatch(t -> t.variable() == y.variable());
        if (freed && y.isTracked() && !known) {
            throw new IllegalStateException(
                    "[gradients] were taken already, which freed what they are made of; use gradientGraph to keep it");
        }
        freed = !createGraph;
        return walk(0, List.of(y), Arrays.asList((Tensor) null), wrt, createGraph, !createGraph);
    }

    /**
     * The vector-Jacobian product: runs {@code function} on {@code inputs} and pulls {@code upstream} (one a result, null for
     * none) back to them. Recorded if a tape runs around it. Fallbacks of gradient ops are made of it.
     *
     * @return one tensor an input; null for inputs without a derivative (indices, masks)
     */
    public static List<Tensor> vjp(
            Function<List<Tensor>, List<Tensor>> function, List<Tensor> inputs, List<Tensor> upstream) {
        Tape outer = current();
        Tape tape = outer == null ? new Tape() : outer;
        return Scope.tidy(
                "vjp",
                () -> ScopedValue.where(CURRENT, tape).call(() -> {
                    List<Tensor> leaves =
                            inputs.stream().map(t -> leaf(t, outer != null)).toList();
                    int start = tape.nodes.size();
                    List<Tensor> outputs = function.apply(leaves);
                    List<Tensor> result = tape.walk(start, outputs, upstream, leaves, outer != null, outer == null);
                    List<Tensor> gradients = new ArrayList<>();
                    for (int i = 0; i < inputs.size(); i++) {
                        gradients.add(inputs.get(i).dtype().isFloat() ? result.get(i) : null);
                    }
                    return gradients;
                }));
    }

    /** An identity of its own for an operand (the same tensor may be passed twice), still connected if that is recorded. */
    private static Tensor leaf(Tensor t, boolean connected) {
        if (!t.dtype().isFloat()) {
            return t;
        }
        Tensor leaf = connected && t.isTracked() ? t.reshape(t.shape()) : t.alias();
        if (!leaf.isTracked()) {
            leaf.track(new Variable());
        }
        return leaf;
    }

    /**
     * Walks the nodes from the newest down to {@code start}.
     *
     * @param upstream one an output; null means ones for a scalar, nothing for the rest
     */
    private List<Tensor> walk(
            int start,
            List<Tensor> outputs,
            List<Tensor> upstream,
            List<Tensor> wrt,
            boolean createGraph,
            boolean free) {
        Map<Variable, Tensor> gradients = new HashMap<>();
        Set<Variable> wanted =
                wrt.stream().filter(Tensor::isTracked).map(Tensor::variable).collect(Collectors.toSet());
        Supplier<List<Tensor>> body = () -> {
            seed(gradients, outputs, upstream);
            for (int i = nodes.size() - 1; i >= start; i--) {
                Node node = nodes.get(i);
                step(node, gradients, wanted);
                if (free) {
                    node.release();
                    nodes.remove(i);
                }
            }
            List<Tensor> result = new ArrayList<>();
            for (Tensor t : wrt) {
                Tensor g = t.isTracked() ? gradients.get(t.variable()) : null;
                result.add(g == null ? Tensor.zerosLike(t) : g);
            }
            // Leaves that nobody asked for.
            gradients.forEach((of, g) -> {
                if (!wanted.contains(of)) {
                    g.release("the tape");
                }
            });
            return result;
        };
        return createGraph ? body.get() : pause(body);
    }

    /** Starts from {@code upstream}, under handles of the walk's own: it releases what it has used up. */
    private static void seed(Map<Variable, Tensor> gradients, List<Tensor> outputs, List<Tensor> upstream) {
        for (int i = 0; i < outputs.size(); i++) {
            Tensor y = outputs.get(i);
            Tensor dy = upstream.get(i);
            if (dy == null && outputs.size() == 1) {
                dy = Tensor.fullLike(y, 1);
            }
            if (dy != null && y.isTracked()) {
                add(gradients, y.variable(), dy.shared());
            }
        }
    }

    private static void step(Node node, Map<Variable, Tensor> gradients, Set<Variable> wanted) {
        List<Tensor> dy = new ArrayList<>();
        boolean reached = false;
        for (Tensor out : node.outputs) {
            Tensor d = out.isTracked() ? gradients.get(out.variable()) : null;
            dy.add(d);
            reached |= d != null;
        }
        if (!reached) {
            return;
        }
        // What the rule needs on the way is released at once, or a whole backward pass would pile up in the caller's
        // scope.
        List<Tensor> dx = Scope.tidy(node.op.name() + " backward", () -> {
            List<Tensor> raw = Gradients.of(node, dy);
            List<Tensor> own = new ArrayList<>();
            for (int i = 0; i < node.inputs.size(); i++) {
                boolean used = node.inputs.get(i).isTracked() && raw.get(i) != null;
                // A rule may hand out dy itself, even twice.
                own.add(used ? raw.get(i).shared() : null);
            }
            return own;
        });
        for (int i = 0; i < node.inputs.size(); i++) {
            Tensor x = node.inputs.get(i);
            Tensor d = dx.get(i);
            if (d == null) {
                continue;
            }
            if (!d.shape().equals(x.shape())) {
                throw new IllegalStateException(
                        "[" + node.op.name() + "] gradient " + d.shape() + " of an operand " + x.shape());
            }
            add(gradients, x.variable(), d);
        }
        // Gradients of inner results are complete now and not needed again.
        for (Tensor out : node.outputs) {
            if (out.isTracked() && !wanted.contains(out.variable())) {
                Tensor used = gradients.remove(out.variable());
                if (used != null) {
                    used.release("the tape");
                }
            }
        }
    }

    private static void add(Map<Variable, Tensor> gradients, Variable to, Tensor d) {
        Tensor before = gradients.get(to);
        if (before == null) {
            gradients.put(to, d);
        } else {
            gradients.put(to, before.plus(d));
            before.release("the tape");
            d.release("the tape");
        }
    }

    private void truncate(int size) {
        while (nodes.size() > size) {
            nodes.removeLast().release();
        }
    }
}
