package sensorium.op;

import static sensorium.op.Sample.floats;

import java.util.List;
import sensorium.op.OpCase.Budget;
import sensorium.op.Primitive.Reduce;
import sensorium.tensor.DType;

/** Sums, extremes, orders. */
final class ReductionCases {
    private static final double INF = Double.POSITIVE_INFINITY;

    private ReductionCases() {}

    static void add(Table t) {
        for (Reduce.Kind kind : Reduce.Kind.values()) {
            reduce(t, kind);
        }
        Sample.Values ties = Sample.integers(-2, 2);
        Sample.Values special = Sample.these(1, Double.NaN, 3, -INF, INF, Double.NaN, -0.0, 0.0);
        for (int axis = 0; axis < 3; axis++) {
            for (boolean flag : new boolean[] {true, false}) {
                for (Sample.Values values : List.of(Sample.distinct(), ties, special)) {
                    t.floats(
                            new Primitive.ArgReduce(flag, axis),
                            Budget.EXACT,
                            0,
                            floats(3, 5, 7).with(values));
                    t.floats(
                            new Primitive.ArgSort(axis, flag),
                            Budget.EXACT,
                            0,
                            floats(3, 5, 7).with(values));
                }
                t.typed(
                        new Primitive.ArgReduce(flag, axis),
                        DType.I64,
                        floats(3, 5, 7).with(ties));
                t.typed(
                        new Primitive.ArgSort(axis, flag),
                        DType.I32,
                        floats(3, 5, 7).with(ties));
                t.floats(new Primitive.CumSum(axis, flag), Budget.norm(8), 2, floats(3, 5, 7));
                t.typed(
                        new Primitive.CumSum(axis, flag),
                        DType.I64,
                        floats(3, 5, 7).with(ties));
            }
        }
        t.floats(new Primitive.CumSum(0, false), Budget.norm(8), 0, floats(0, 3));
        t.floats(new Primitive.ArgSort(0, false), Budget.EXACT, 0, floats(0, 3));
        t.floats(new Primitive.ArgReduce(true, 1), Budget.EXACT, 0, floats(0, 3));
    }

    private static void reduce(Table t, Reduce.Kind kind) {
        boolean extreme = kind == Reduce.Kind.MAX || kind == Reduce.Kind.MIN;
        Budget budget = extreme ? Budget.EXACT : kind == Reduce.Kind.PROD ? Budget.ulps(64) : Budget.norm(16);
        Sample.Values values = extreme
                ? Sample.distinct()
                : kind == Reduce.Kind.PROD ? Sample.uniform(0.7, 1.4) : Sample.uniform(-2, 2);
        List<List<Integer>> axes = List.of(
                List.of(0),
                List.of(1),
                List.of(2),
                List.of(0, 1),
                List.of(0, 2),
                List.of(1, 2),
                List.of(0, 1, 2),
                List.of());
        for (List<Integer> a : axes) {
            for (boolean keep : new boolean[] {false, true}) {
                t.floats(new Reduce(kind, a, keep), budget, 2, floats(3, 5, 7).with(values));
            }
        }
        t.floats(new Reduce(kind, List.of(0), false), budget, 2, floats(131).with(values));
        t.floats(new Reduce(kind, List.of(), false), budget, 2, floats().with(values));
        t.floats(new Reduce(kind, List.of(1), false), budget, 0, floats(3, 0));
        t.floats(new Reduce(kind, List.of(0), true), budget, 0, floats(3, 0));
        t.floats(
                new Reduce(kind, List.of(1), false),
                budget,
                0,
                floats(5, 4)
                        .with(Sample.these(
                                1, Double.NaN, 3, 4, INF, 1, 2, 3, -INF, 1, 2, 3, INF, -INF, 1, 2, 1, 2, -0.0, 0.0)));
        for (DType type : new DType[] {DType.I32, DType.I64, DType.U8}) {
            if (extreme || kind == Reduce.Kind.SUM) {
                t.typed(
                        new Reduce(kind, List.of(0, 2), false),
                        type,
                        floats(3, 5, 7).with(Sample.integers(0, 9)));
                t.typed(new Reduce(kind, List.of(1), false), type, floats(3, 0));
            }
        }
        if (extreme) {
            t.typed(new Reduce(kind, List.of(1), false), DType.BOOL, Sample.booleans(5, 3));
            t.typed(new Reduce(kind, List.of(1), false), DType.BOOL, Sample.booleans(5, 0));
        }
        if (kind == Reduce.Kind.PROD) {
            // One zero in a row, then two.
            t.floats(
                    new Reduce(kind, List.of(1), false),
                    budget,
                    1,
                    floats(2, 4).with(Sample.these(2, 0, 3, 4, 0, 2, 0, 3)));
        }
    }
}
