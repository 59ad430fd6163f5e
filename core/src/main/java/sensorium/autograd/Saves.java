package sensorium.autograd;

import sensorium.op.BinaryKind;
import sensorium.op.Fused;
import sensorium.op.Op;
import sensorium.op.Primitive;
import sensorium.op.UnaryKind;
import sensorium.op.View;

/**
 * What the gradient rule of an op reads, so that the tape holds on to nothing else. The rest is saved as a ghost: shape
 * and type without data.
 *
 * @param inputs bit i: input i is read
 * @param outputs whether the results are read
 */
record Saves(int inputs, boolean outputs) {
    private static final Saves NOTHING = new Saves(0, false);
    private static final Saves INPUTS = new Saves(-1, false);
    private static final Saves OUTPUTS = new Saves(0, true);
    private static final Saves SECOND = new Saves(0b10, false);

    boolean input(int i) {
        return (inputs & 1 << i) != 0;
    }

    static Saves of(Op op) {
        return switch (op) {
            case View _ -> NOTHING;
            case Primitive.Unary u ->
                u.kind() == UnaryKind.EXP
                                || u.kind() == UnaryKind.TANH
                                || u.kind() == UnaryKind.SIGMOID
                                || u.kind() == UnaryKind.SQRT
                        ? OUTPUTS
                        : u.kind() == UnaryKind.NEG ? NOTHING : INPUTS;
            case Primitive.Binary b -> b.kind() == BinaryKind.ADD || b.kind() == BinaryKind.SUB ? NOTHING : INPUTS;
            case Primitive.Scalar s ->
                s.kind() == BinaryKind.ADD
                                || s.kind() == BinaryKind.SUB
                                || s.kind() == BinaryKind.MUL
                                || s.kind() == BinaryKind.DIV && !s.valueFirst()
                        ? NOTHING
                        : INPUTS;
            case Primitive.Where _ -> new Saves(0b1, false);
            case Primitive.Reduce r ->
                switch (r.kind()) {
                    case SUM, MEAN -> NOTHING;
                    case PROD -> INPUTS;
                    case MAX, MIN -> new Saves(-1, true);
                };
            case Primitive.IndexSelect _, Primitive.IndexAdd _, Primitive.Gather _, Primitive.ScatterAdd _ -> SECOND;
            case Primitive.Cast _,
                    Primitive.Copy _,
                    Primitive.CumSum _,
                    Primitive.Pad _,
                    Primitive.Concat _,
                    Primitive.Fold _ -> NOTHING;
            case Primitive.MatMul _, Primitive.Conv2d _, Primitive.Conv2dInputGrad _, Primitive.Conv2dWeightGrad _ ->
                INPUTS;
            case Primitive.Fill _, Primitive.Iota _, Primitive.Random _, Primitive.ArgReduce _, Primitive.ArgSort _ ->
                NOTHING;
            case Fused.Softmax _, Fused.LogSoftmax _ -> OUTPUTS;
            case Fused.Linear _ -> new Saves(0b11, false);
            case Fused.Attention _, Fused.CrossEntropy _ -> new Saves(-1, true);
            case Fused _ -> INPUTS;
        };
    }
}
