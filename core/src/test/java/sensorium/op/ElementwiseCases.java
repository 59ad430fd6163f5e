package sensorium.op;

import static sensorium.op.Sample.floats;
import static sensorium.op.Sample.these;

import sensorium.op.OpCase.Budget;
import sensorium.op.Primitive.Binary;
import sensorium.op.Primitive.Cast;
import sensorium.op.Primitive.Scalar;
import sensorium.op.Primitive.Unary;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;

/** Unary, binary, scalar, cast, fill and random rows. */
final class ElementwiseCases {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Sample.Values SPECIAL = these(
            Double.NaN,
            INF,
            -INF,
            0.0,
            -0.0,
            1,
            -1,
            0.5,
            1.5,
            2.5,
            -2.5,
            1e-30,
            -1e-30,
            1e-7,
            88,
            89,
            -87,
            -104,
            20,
            -20,
            3000,
            -3000);

    private ElementwiseCases() {}

    static void add(Table t) {
        for (UnaryKind kind : UnaryKind.values()) {
            unary(t, kind);
        }
        for (BinaryKind kind : BinaryKind.values()) {
            binary(t, kind);
            scalar(t, kind);
        }
        casts(t);
        generators(t);
    }

    private static void unary(Table t, UnaryKind kind) {
        var op = new Unary(kind);
        if (kind == UnaryKind.NOT) {
            t.typed(op, DType.BOOL, Sample.booleans(3, 5));
            return;
        }
        Sample.Values domain = switch (kind) {
            case SQRT, RSQRT, LOG -> Sample.uniform(0.1, 4);
            case RECIPROCAL -> Sample.uniform(0.3, 3);
            case LOG1P -> Sample.uniform(-0.8, 3);
            default -> Sample.uniform(-3, 3);
        };
        Budget budget = switch (kind) {
            case NEG, ABS, SIGN, SQUARE, RELU, FLOOR, CEIL, ROUND, IS_NAN -> Budget.ulps(0.5);
            // Near a root or far in a tail these are accurate against 1, not against themselves.
            case SIN, COS, GELU, GELU_TANH -> Budget.norm(4);
            default -> Budget.ulps(4);
        };
        int order = kind == UnaryKind.IS_NAN ? 0 : 2;
        t.floats(op, budget, order, floats(3, 5, 7).with(domain));
        t.floats(op, budget, order, floats().with(domain));
        t.floats(op, budget, order, floats(67).with(domain));
        t.floats(op, budget, 0, floats(3, 0).with(domain));
        t.floats(op, budget, 0, floats(22).with(SPECIAL));
        for (DType type : new DType[] {DType.I32, DType.I64}) {
            if (kind.accepts(type)) {
                t.typed(op, type, floats(3, 5).with(Sample.integers(-9, 9)));
            }
        }
        if (order > 0) {
            t.floats(new Fused.UnaryGrad(kind), Budget.norm(16), 2, floats(3, 5).with(domain), floats(3, 5));
        }
    }

    private static void binary(Table t, BinaryKind kind) {
        var op = new Binary(kind);
        if (kind == BinaryKind.AND || kind == BinaryKind.OR) {
            t.typed(op, DType.BOOL, Sample.booleans(3, 5), Sample.booleans(5));
            return;
        }
        Budget budget = kind == BinaryKind.POW ? Budget.ulps(16) : Budget.ulps(0.5);
        int order = kind.compares() ? 0 : 2;
        Sample.Values left = kind == BinaryKind.POW ? Sample.uniform(0.2, 3) : Sample.uniform(-2, 2);
        Sample.Values right = kind == BinaryKind.DIV ? Sample.uniform(0.3, 2) : Sample.uniform(-2, 2);
        Shape[][] shapes = {
            {Shape.of(3, 5, 7), Shape.of(3, 5, 7)},
            {Shape.of(3, 5), Shape.of(5)},
            {Shape.of(5), Shape.of(3, 1, 1)},
            {Shape.of(3, 1, 5), Shape.of(4, 1)},
            {Shape.SCALAR, Shape.of(2, 3)},
            {Shape.SCALAR, Shape.SCALAR},
            {Shape.of(37), Shape.of(1)},
        };
        for (Shape[] s : shapes) {
            t.floats(
                    op,
                    budget,
                    order,
                    floats(s[0].dims()).with(left),
                    floats(s[1].dims()).with(right));
        }
        t.floats(op, budget, 0, floats(0, 5).with(left), floats(5).with(right));
        Sample.Values special = these(Double.NaN, INF, -INF, 0.0, 1, -1, 2.5);
        t.floats(op, budget, 0, floats(7, 1).with(special), floats(7).with(special));
        // Small integers: ties for comparisons, exact results for the rest.
        t.floats(
                op,
                budget,
                0,
                floats(5, 7).with(Sample.integers(1, 3)),
                floats(5, 7).with(Sample.integers(1, 3)));
        for (DType type : new DType[] {DType.I32, DType.I64, DType.U8}) {
            if (kind.accepts(type)) {
                int low = type == DType.U8 || kind == BinaryKind.DIV ? 1 : -9;
                t.typed(
                        op,
                        type,
                        floats(3, 5).with(Sample.integers(low, 9)),
                        floats(5).with(Sample.integers(low, 9)));
            }
        }
    }

    private static void scalar(Table t, BinaryKind kind) {
        if (kind == BinaryKind.AND || kind == BinaryKind.OR) {
            t.typed(new Scalar(kind, 1, false), DType.BOOL, Sample.booleans(3, 5));
            return;
        }
        Budget budget = kind == BinaryKind.POW ? Budget.ulps(16) : Budget.ulps(0.5);
        int order = kind.compares() ? 0 : 2;
        for (double value : new double[] {0.5, -3, 2, 0}) {
            for (boolean first : new boolean[] {false, true}) {
                boolean defined =
                        !(kind == BinaryKind.DIV && value == 0) && !(kind == BinaryKind.POW && first && value <= 0);
                if (defined) {
                    var op = new Scalar(kind, value, first);
                    t.floats(op, budget, order, floats(3, 5).in(0.3, 2.2));
                    t.floats(op, budget, order, floats(33).in(0.3, 2.2));
                    t.floats(op, budget, 0, floats(7).with(these(Double.NaN, INF, -INF, 0.5, 1, -1, 2.5)));
                }
            }
        }
        t.floats(new Scalar(kind, 1, false), budget, 0, floats(0, 3));
        for (DType type : new DType[] {DType.I32, DType.I64, DType.U8}) {
            if (kind.accepts(type)) {
                t.typed(new Scalar(kind, 3, false), type, floats(3, 5).with(Sample.integers(0, 9)));
                t.typed(new Scalar(kind, 3, true), type, floats(3, 5).with(Sample.integers(1, 9)));
            }
        }
    }

    private static void casts(Table t) {
        Sample.Values numbers =
                these(0, 1, -1, 2.5, -2.5, 0.1, 255, 256, -300, 65504, 65520, 1e-5, 6e-8, 3e9, -3e9, 1e20);
        for (DType to : DType.values()) {
            var op = new Cast(to);
            for (DType from : DType.values()) {
                if (!from.computes()) {
                    t.typed(op, from, floats(3, 5).with(Sample.integers(0, 200)));
                    t.typed(op, from, floats(0));
                }
            }
            // A difference quotient sees nothing through a narrower type.
            t.floats(op, Budget.EXACT, to == DType.F64 ? 2 : 0, floats(3, 5));
            t.floats(op, Budget.EXACT, 0, floats(4, 4).with(numbers));
            t.floats(op, Budget.EXACT, 0, floats(4).with(these(Double.NaN, INF, -INF, -0.0)));
        }
        t.typed(new Cast(DType.I32), DType.I64, floats(4).with(these(1e12, -1e12, 7, -7)));
        t.typed(new Cast(DType.U8), DType.I32, floats(4).with(these(300, -5, 7, 255)));
        t.typed(new Cast(DType.F32), DType.I64, floats(2).with(these((1L << 53) - 1, 16_777_217)));
    }

    private static void generators(Table t) {
        for (DType type : DType.values()) {
            for (Shape shape : new Shape[] {Shape.SCALAR, Shape.of(3, 5), Shape.of(0), Shape.of(129)}) {
                t.floats(new Primitive.Fill(type, shape, 1), Budget.EXACT, 0);
            }
            if (type != DType.BOOL) {
                t.floats(new Primitive.Iota(type, 37, 2, 3), Budget.EXACT, 0);
            }
        }
        t.floats(new Primitive.Fill(DType.F32, Shape.of(7), Double.NEGATIVE_INFINITY), Budget.EXACT, 0);
        t.floats(new Primitive.Iota(DType.F32, 100, -1, 0.1), Budget.EXACT, 0);
        for (Primitive.Random.Distribution d : Primitive.Random.Distribution.values()) {
            for (DType type : new DType[] {DType.F32, DType.F64}) {
                t.floats(new Primitive.Random(d, type, Shape.of(5, 13), 42, 7), Budget.ulps(4), 0);
                t.floats(new Primitive.Random(d, type, Shape.of(0), 42, -7), Budget.EXACT, 0);
            }
        }
    }
}
