package sensorium.backend.reference;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import sensorium.backend.Operand;
import sensorium.op.BinaryKind;
import sensorium.op.Primitive;
import sensorium.op.UnaryKind;
import sensorium.tensor.DType;

/** One element at a time. The functions themselves are the lambdas of {@link UnaryKind} and {@link BinaryKind}. */
final class ElementwiseKernels {
    private ElementwiseKernels() {}

    static void unary(UnaryKind kind, Operand x, Operand y) {
        if (x.dtype().isFloat()) {
            double[] v = Elements.doubles(x);
            for (int i = 0; i < v.length; i++) {
                v[i] = kind.apply(v[i]);
            }
            Elements.store(v, y);
        } else {
            long[] v = Elements.longs(x);
            for (int i = 0; i < v.length; i++) {
                v[i] = switch (kind) {
                    case NEG -> -v[i];
                    case ABS -> Math.abs(v[i]);
                    case SIGN -> Long.signum(v[i]);
                    case SQUARE -> v[i] * v[i];
                    case NOT -> v[i] == 0 ? 1 : 0;
                    default -> throw new IllegalArgumentException(kind + " of " + x.spec());
                };
            }
            Elements.store(v, y);
        }
    }

    static void binary(BinaryKind kind, Operand a, Operand b, Operand y) {
        var layoutA = a.layout().expand(y.shape());
        var layoutB = b.layout().expand(y.shape());
        if (a.dtype().isFloat()) {
            combine(Elements.doubles(a, layoutA), Elements.doubles(b, layoutB), kind::apply, y);
        } else {
            combine(Elements.longs(a, layoutA), Elements.longs(b, layoutB), integer(kind), y);
        }
    }

    static void scalar(Primitive.Scalar op, Operand x, Operand y) {
        if (x.dtype().isFloat()) {
            // The scalar has the type of the operand: F32 arithmetic sees it rounded.
            double c = x.dtype() == DType.F32 ? (float) op.value() : op.value();
            double[] constant = new double[Elements.count(x)];
            Arrays.fill(constant, c);
            double[] v = Elements.doubles(x);
            combine(op.valueFirst() ? constant : v, op.valueFirst() ? v : constant, op.kind()::apply, y);
        } else {
            long[] constant = new long[Elements.count(x)];
            Arrays.fill(constant, (long) op.value());
            long[] v = Elements.longs(x);
            combine(op.valueFirst() ? constant : v, op.valueFirst() ? v : constant, integer(op.kind()), y);
        }
    }

    private static void combine(double[] a, double[] b, DoubleBinaryOperator f, Operand y) {
        double[] v = new double[a.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = f.applyAsDouble(a[i], b[i]);
        }
        Elements.store(v, y);
    }

    private static void combine(long[] a, long[] b, LongBinaryOperator f, Operand y) {
        long[] v = new long[a.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = f.applyAsLong(a[i], b[i]);
        }
        Elements.store(v, y);
    }

    private static LongBinaryOperator integer(BinaryKind kind) {
        return switch (kind) {
            case ADD -> Long::sum;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case DIV -> (a, b) -> a / b;
            case MAX -> Math::max;
            case MIN -> Math::min;
            case EQ -> (a, b) -> a == b ? 1 : 0;
            case NE -> (a, b) -> a != b ? 1 : 0;
            case LT -> (a, b) -> a < b ? 1 : 0;
            case LE -> (a, b) -> a <= b ? 1 : 0;
            case GT -> (a, b) -> a > b ? 1 : 0;
            case GE -> (a, b) -> a >= b ? 1 : 0;
            case AND -> (a, b) -> a & b;
            case OR -> (a, b) -> a | b;
            case POW -> throw new IllegalArgumentException("integers have no power");
        };
    }

    static void cast(Operand x, Operand y) {
        if (x.dtype().isFloat()) {
            Elements.store(Elements.doubles(x), y);
            return;
        }
        long[] v = Elements.longs(x);
        if (y.dtype().isFloat()) {
            double[] d = new double[v.length];
            for (int i = 0; i < v.length; i++) {
                // Straight to the narrower type: by way of double a large I64 would round twice.
                d[i] = y.dtype() == DType.F64 ? v[i] : (float) v[i];
            }
            Elements.store(d, y);
            return;
        }
        for (int i = 0; i < v.length; i++) {
            v[i] = switch (y.dtype()) {
                case I32 -> Math.clamp(v[i], Integer.MIN_VALUE, Integer.MAX_VALUE);
                case U8 -> Math.clamp(v[i], 0, 255);
                default -> v[i];
            };
        }
        Elements.store(v, y);
    }
}
