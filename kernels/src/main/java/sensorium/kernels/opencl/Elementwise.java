package sensorium.kernels.opencl;

import java.util.Locale;
import sensorium.op.BinaryKind;
import sensorium.op.Fused;
import sensorium.op.Primitive;
import sensorium.op.UnaryKind;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** Launches what computes element by element: {@code unary.cl}, {@code binary.cl}, {@code cast.cl}, {@code random.cl}. */
final class Elementwise {
    private Elementwise() {}

    static void unary(UnaryKind kind, Call c) {
        Grid grid = Grid.of(c.shape(0), c.layout(0));
        c.launch(c.kernel("unary.cl", "unary_" + label(kind), c.type(0)), grid.size(), grid, c.x(0), c.y(0));
    }

    static void unaryGrad(UnaryKind kind, Call c) {
        Grid grid = Grid.of(c.shape(0), c.layout(0), c.layout(1));
        c.launch(c.kernel("unary.cl", "grad_" + label(kind), c.type(0)), grid.size(), grid, c.x(0), c.x(1), c.y(0));
    }

    static void adamW(Fused.AdamWStep op, Call c) {
        DType type = c.type(0);
        c.launch(
                c.kernel("optimizer.cl", "adamw", type),
                c.size(),
                c.size(),
                constant(type, 1 - op.rate() * op.decay()),
                constant(type, op.beta1()),
                constant(type, 1 - op.beta1()),
                constant(type, op.beta2()),
                constant(type, 1 - op.beta2()),
                constant(type, 1 / Math.sqrt(op.correction2())),
                constant(type, op.eps()),
                constant(type, op.rate() / op.correction1()),
                c.packed(0),
                c.packed(1),
                c.packed(2),
                c.packed(3),
                c.y(0),
                c.y(1),
                c.y(2));
    }

    static void binary(BinaryKind kind, Call c) {
        Shape shape = c.out(0).shape();
        Layout b = c.layout(1).expand(shape);
        Grid grid = Grid.of(shape, c.layout(0).expand(shape), b);
        if (kind == BinaryKind.DIV && !c.type(0).isFloat()) {
            Grid divisors = Grid.of(shape, b);
            c.launch(
                    c.kernel("binary.cl", "divides", c.type(0)),
                    divisors.size(),
                    divisors,
                    c.x(1),
                    c.fault(Faults.Kind.DIVISION),
                    c.faults());
        }
        c.launch(c.kernel("binary.cl", "binary_" + label(kind), c.type(0)), grid.size(), grid, c.x(0), c.x(1), c.y(0));
    }

    static void scalar(Primitive.Scalar op, Call c) {
        DType type = c.type(0);
        Grid grid = Grid.of(c.shape(0), c.layout(0));
        if (op.kind() == BinaryKind.DIV && !type.isFloat()) {
            divisors(op, c, grid);
        }
        c.launch(
                c.kernel("binary.cl", "binary_" + label(op.kind()) + "_constant", type),
                grid.size(),
                grid,
                c.x(0),
                constant(type, op.value()),
                op.valueFirst() ? 1 : 0,
                c.y(0));
    }

    private static void divisors(Primitive.Scalar op, Call c, Grid grid) {
        if (op.valueFirst()) {
            c.launch(
                    c.kernel("binary.cl", "divides", c.type(0)),
                    grid.size(),
                    grid,
                    c.x(0),
                    c.fault(Faults.Kind.DIVISION),
                    c.faults());
        } else if (op.value() == 0 && grid.size() > 0) {
            throw new ArithmeticException("[div] integers divided by zero");
        }
    }

    /** A number in the type of arithmetic on {@code type}. */
    static Object constant(DType type, double value) {
        return switch (type) {
            case F64 -> value;
            case F32, F16, BF16 -> (float) value;
            default -> (long) value;
        };
    }

    static void cast(Call c) {
        Grid grid = Grid.of(c.shape(0), c.layout(0));
        c.launch(c.kernel("cast.cl", "cast", c.type(0), c.out(0).dtype()), grid.size(), grid, c.x(0), c.y(0));
    }

    static void iota(Primitive.Iota op, Call c) {
        c.launch(
                c.kernel("cast.cl", "iota", DType.F64, op.dtype()),
                op.count(),
                op.count(),
                op.start(),
                op.step(),
                c.y(0));
    }

    static void random(Primitive.Random op, Call c) {
        String name = op.distribution().name().toLowerCase(Locale.ROOT);
        c.launch(c.kernel("random.cl", name, op.dtype()), c.size(), c.size(), op.seed(), op.stream(), c.y(0));
    }

    private static String label(Enum<?> kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
