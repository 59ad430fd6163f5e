package sensorium.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import sensorium.op.OpCase.Budget;
import sensorium.op.Sample.Arrangement;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/** Collects cases; each call unfolds into element types and arrangements in memory. */
final class Table {
    final List<OpCase> cases = new ArrayList<>();

    /** An op on floats: F32 arranged in every way, F64 in two. */
    void floats(Op op, Budget budget, int order, Sample... in) {
        unfold(op.name(), op, operands -> Dispatch.run(op, operands), budget, order, in);
    }

    /** An op that moves any element type: all of them in one arrangement, F32 and U8 in every way. Results are exact. */
    void moves(Op op, int order, Sample... in) {
        floats(op, Budget.EXACT, order, in);
        for (DType type : DType.values()) {
            if (!type.computes()) {
                typed(op, type, in);
            }
        }
    }

    /** An op on integers or booleans, in every arrangement: operands that are F32 in {@code in} take the type. */
    void typed(Op op, DType type, Sample... in) {
        Sample[] samples = Arrays.stream(in)
                .map(s -> s.dtype() == DType.F32 ? s.with(type) : s)
                .toArray(Sample[]::new);
        unfold(op.name(), op, operands -> Dispatch.run(op, operands), Budget.EXACT, 0, samples);
    }

    /** An op whose operands are made of {@code in}. */
    void run(Op op, Function<List<Tensor>, List<Tensor>> body, Budget budget, int order, Sample... in) {
        unfold(op.name(), op, body, budget, order, in);
    }

    void composite(String name, Budget budget, int order, Function<List<Tensor>, Tensor> body, Sample... in) {
        unfold(name, null, operands -> List.of(body.apply(operands)), budget, order, in);
    }

    private void unfold(
            String row, Op op, Function<List<Tensor>, List<Tensor>> run, Budget budget, int order, Sample... in) {
        boolean floats = Arrays.stream(in).anyMatch(s -> s.dtype() == DType.F32);
        for (Arrangement how : Arrangement.values()) {
            cases.add(new OpCase(row, op, run, arranged(in, how, false), budget, order));
        }
        cases.add(new OpCase(row, op, run, arranged(in, Arrangement.CONTIGUOUS, true), budget, order));
        if (floats) {
            Sample[] wide = Arrays.stream(in)
                    .map(s -> s.dtype() == DType.F32 ? s.with(DType.F64) : s)
                    .toArray(Sample[]::new);
            cases.add(new OpCase(row, op, run, List.of(wide), budget, order));
            cases.add(new OpCase(row, op, run, arranged(wide, Arrangement.CONTIGUOUS, true), budget, order));
        }
    }

    /** All alike, or ({@code mixed}) each operand in another way. */
    private static List<Sample> arranged(Sample[] in, Arrangement how, boolean mixed) {
        Arrangement[] ways = Arrangement.values();
        return IntStream.range(0, in.length)
                .mapToObj(i -> in[i].with(mixed ? ways[(i + 1) % ways.length] : how))
                .toList();
    }
}
