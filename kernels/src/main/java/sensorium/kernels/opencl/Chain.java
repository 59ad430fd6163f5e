package sensorium.kernels.opencl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import sensorium.backend.Operand;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.op.BinaryKind;
import sensorium.op.Fused;
import sensorium.op.Op;
import sensorium.op.Primitive;
import sensorium.op.UnaryKind;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/**
 * Elementwise ops that wait for the next of their kind, to be one kernel together: what one computes the next finds in a register
 * and not in memory, and a result that nobody has any more when they are submitted is never written. They are submitted when an
 * op comes that does not fit, and before anybody looks at results.
 *
 * <p>Ops fit that compute floats of one type and one shape. A kernel is generated for a chain, by its ops and not by its numbers, when
 * that chain comes for the {@value #WORTH}rd time: before, each op is launched by itself, with bitwise the same results. Buffers whose
 * last user goes while ops wait are kept until those are submitted.
 *
 * <p>Safe for use by several threads. Takes the locks of memory and queue under its own, never the other way round.
 */
final class Chain {
    /** Most ops, and most operands from outside: kernels have a limited number of arguments, and of registers. */
    private static final int MOST = 16;

    private static final int MOST_OPERANDS = 6;
    /** How often a chain must have come to be worth a compilation. */
    private static final int WORTH = 3;

    private final OpenClBackend backend;
    private final List<Step> steps = new ArrayList<>();
    private final List<Operand> operands = new ArrayList<>();
    /** Every buffer of the steps; true once its last user is gone. */
    private final Map<DeviceStorage, Boolean> buffers = new HashMap<>();

    private final Map<String, Integer> seen = new HashMap<>();
    private long kernels;
    private long fused;

    Chain(OpenClBackend backend) {
        this.backend = backend;
    }

    /**
     * One op.
     *
     * @param call as the kernel writes it
     * @param constant what stands for {@code c} of this step in it; null if it has none
     */
    private record Step(Op op, List<Operand> in, Operand out, String call, Object constant) {
        DeviceStorage storage() {
            return (DeviceStorage) out.storage();
        }
    }

    /** Puts an op at the end of the chain if it is of its kind; it may submit what waits to make room for it. */
    synchronized boolean takes(Op op, List<Operand> in, List<Operand> out) {
        String function = function(op);
        if (function == null || !computes(in, out)) {
            return false;
        }
        Operand y = out.getFirst();
        if (!steps.isEmpty() && !fits(in, y)) {
            submit();
        }
        List<String> terms = in.stream().map(x -> term(x, y.shape())).collect(Collectors.toCollection(ArrayList::new));
        Object constant = null;
        if (op instanceof Primitive.Scalar s) {
            constant = Elementwise.constant(y.dtype(), s.value());
            terms.add(s.valueFirst() ? 0 : 1, "c" + steps.size());
        }
        steps.add(new Step(op, in, y, function.formatted(terms.toArray()), constant));
        in.forEach(x -> buffers.put((DeviceStorage) x.storage(), false));
        buffers.put((DeviceStorage) y.storage(), false);
        return true;
    }

    /** What the kernel calls, with a place for each operand; null for ops that are not computed so. */
    private static String function(Op op) {
        return switch (op) {
            case Primitive.Unary u
            when u.kind() != UnaryKind.NOT && u.kind() != UnaryKind.IS_NAN -> "f_" + label(u.kind()) + "(%s)";
            case Fused.UnaryGrad u
            when u.kind() != UnaryKind.NOT && u.kind() != UnaryKind.IS_NAN -> "%2$s * g_" + label(u.kind()) + "(%1$s)";
            case Primitive.Binary b when computes(b.kind()) -> "f_" + label(b.kind()) + "(%s, %s)";
            case Primitive.Scalar s when computes(s.kind()) -> "f_" + label(s.kind()) + "(%s, %s)";
            default -> null;
        };
    }

    private static boolean computes(BinaryKind kind) {
        return switch (kind) {
            case ADD, SUB, MUL, DIV, POW, MAX, MIN -> true;
            default -> false;
        };
    }

    private static String label(Enum<?> kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private boolean computes(List<Operand> in, List<Operand> out) {
        DType type = out.getFirst().dtype();
        return (type == DType.F32
                        || (type == DType.F64 && backend.queue().facts().fp64()))
                && out.getFirst().shape().size() > 0
                && in.stream().allMatch(x -> x.dtype() == type);
    }

    /** Whether an op can follow the ones that wait. */
    private boolean fits(List<Operand> in, Operand y) {
        Operand before = steps.getLast().out;
        long more = in.stream().filter(x -> maker(x) < 0).count();
        return steps.size() < MOST
                && operands.size() + more <= MOST_OPERANDS
                && before.shape().equals(y.shape())
                && before.dtype() == y.dtype()
                && !buffers.containsKey((DeviceStorage) y.storage())
                && in.stream().allMatch(x -> maker(x) < 0 || isWhole(x, y.shape()));
    }

    /** Whether an operand is a result of the shape, element by element as it was made. */
    private static boolean isWhole(Operand x, Shape shape) {
        return x.shape().equals(shape)
                && x.layout().isContiguous()
                && x.layout().offset() == 0;
    }

    /** Which step makes what an operand shows; −1 if it comes from outside. */
    private int maker(Operand x) {
        return IntStream.range(0, steps.size())
                .filter(i -> steps.get(i).storage() == x.storage())
                .findFirst()
                .orElse(-1);
    }

    /** An operand as the kernel writes it: the result of a step, or an element from outside. */
    private String term(Operand x, Shape shape) {
        int step = maker(x);
        if (step >= 0) {
            return "s" + step;
        }
        Layout layout = x.layout().expand(shape);
        for (int k = 0; k < operands.size(); k++) {
            Operand o = operands.get(k);
            if (o.storage() == x.storage() && o.layout().equals(layout)) {
                return "e" + k;
            }
        }
        operands.add(new Operand(x.storage(), x.dtype(), layout));
        return "e" + (operands.size() - 1);
    }

    /** Whether a buffer that nobody has any more is still wanted here: then it goes back to the pool from here. */
    synchronized boolean keeps(DeviceStorage storage) {
        return buffers.replace(storage, true) != null;
    }

    /** Submits what waits; whether anything did. */
    synchronized boolean submit() {
        if (steps.isEmpty()) {
            return false;
        }
        List<Step> waiting = List.copyOf(steps);
        List<Operand> from = List.copyOf(operands);
        Map<DeviceStorage, Boolean> used = new HashMap<>(buffers);
        steps.clear();
        operands.clear();
        buffers.clear();
        try {
            Step last = waiting.getLast();
            List<Step> written = waiting.stream()
                    .filter(s -> s == last || !used.get(s.storage()))
                    .toList();
            String source = source(waiting, written, from.size());
            if (waiting.size() > 1 && seen.merge(source, 1, Integer::sum) >= WORTH) {
                launch(source, waiting, written, from);
            } else {
                waiting.forEach(s -> backend.launch(s.op, s.in, List.of(s.out)));
            }
        } finally {
            used.forEach((storage, gone) -> {
                if (gone) {
                    storage.end();
                }
            });
        }
        return true;
    }

    private void launch(String source, List<Step> all, List<Step> written, List<Operand> from) {
        Operand y = all.getLast().out;
        Grid grid = Grid.of(y.shape(), from.stream().map(Operand::layout).toArray(Layout[]::new));
        List<Object> arguments = new ArrayList<>();
        arguments.add(grid);
        from.forEach(x -> arguments.add(x.storage()));
        all.stream().filter(s -> s.constant != null).forEach(s -> arguments.add(s.constant));
        written.forEach(s -> arguments.add(s.storage()));
        String file = "chain-" + Caches.sha256(source).substring(0, 16) + ".cl";
        var kernel = backend.programs().kernel(file, source, "chain", Map.of("T", y.dtype(), "FLOATS", 1));
        backend.queue().launch(kernel, grid.size(), arguments.toArray());
        kernels++;
        fused += all.size();
    }

    /** The program of a chain: element i of everything is one work-item's. */
    private static String source(List<Step> all, List<Step> written, int operands) {
        List<String> parameters = new ArrayList<>();
        parameters.add("Grid" + operands + " g");
        IntStream.range(0, operands).forEach(k -> parameters.add("__global const TYPE(T) *x" + k));
        var body = new StringBuilder();
        for (int k = 0; k < operands; k++) {
            body.append("    A e%d = x%d[at[%d]];\n".formatted(k, k, k));
        }
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).constant != null) {
                parameters.add("A c" + i);
            }
            body.append("    A s%d = %s;\n".formatted(i, all.get(i).call));
        }
        for (Step s : written) {
            int i = all.indexOf(s);
            parameters.add("__global TYPE(T) *y" + i);
            body.append("    y%d[i] = s%d;\n".formatted(i, i));
        }
        return """
                #include "functions.cl"
                %s
                __kernel void chain(%s) {
                    int i = get_global_id(0);
                    if (i >= g.n) {
                        return;
                    }
                    int at[%d];
                    locate%d(&g, i, at);
                %s}
                """.formatted(
                operands > 3 ? "GRID(" + operands + ")" : "", String.join(", ", parameters), operands, operands, body);
    }

    /** How many ops ran as how many kernels. */
    @Override
    public synchronized String toString() {
        return fused + " elementwise ops ran as " + kernels + " kernels (none while a profile waits for each)";
    }

    /** How many ops ran as parts of a kernel with others. */
    synchronized long fused() {
        return fused;
    }
}
