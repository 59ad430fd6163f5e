package sensorium.op;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Spec;

/** The checks that shape inference shares. They stand before every op, so what holds is found without building anything. */
final class Check {
    /** {@link Op#name} of each kind of op. */
    static final ClassValue<String> NAMES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> kind) {
            return kind.getSimpleName().toLowerCase(Locale.ROOT);
        }
    };

    private Check() {}

    static void that(boolean holds, Op op, String complaint, List<Spec> in) {
        if (!holds) {
            String operands = in.stream().map(Spec::toString).collect(Collectors.joining(" x "));
            throw new ShapeException("[" + op.name() + "] " + complaint + ": " + operands);
        }
    }

    static void count(Op op, List<Spec> in, int min, int max) {
        if (in.size() < min || in.size() > max) {
            that(false, op, "takes " + (min == max ? min : min + " to " + max) + " operands", in);
        }
    }

    static void sameType(Op op, List<Spec> in) {
        for (Spec s : in) {
            that(s.dtype() == in.get(0).dtype(), op, "element types differ", in);
        }
    }

    static void computes(Op op, List<Spec> in) {
        for (Spec s : in) {
            that(s.dtype().computes(), op, "needs F32 or F64 operands", in);
        }
        sameType(op, in);
    }

    /** Numbers: everything that adds and compares, but the 16-bit floats. */
    static void orders(Op op, List<Spec> in) {
        DType type = in.get(0).dtype();
        that(type.computes() || type.isInteger(), op, "not defined for this element type", in);
    }

    static Shape broadcast(Op op, List<Spec> in) {
        try {
            Shape shape = in.get(0).shape();
            for (Spec s : in) {
                shape = Shape.broadcast(shape, s.shape());
            }
            return shape;
        } catch (ShapeException e) {
            that(false, op, "shapes do not broadcast", in);
            throw e;
        }
    }

    static void axis(Op op, int axis, Spec operand, List<Spec> in) {
        if (axis < 0 || axis >= operand.shape().rank()) {
            that(false, op, "axis " + axis + " does not exist", in);
        }
    }

    static List<Spec> like(Spec spec) {
        return List.of(spec);
    }

    static List<Spec> one(DType dtype, Shape shape) {
        return List.of(new Spec(dtype, shape));
    }

    /** {@code operands} of one shape, along an axis of it: the result is like them. */
    static List<Spec> alongAxis(Op op, int axis, List<Spec> in, int operands) {
        count(op, in, operands, operands);
        computes(op, in);
        axis(op, axis, in.get(0), in);
        that(in.stream().map(Spec::shape).distinct().count() == 1, op, "shapes differ", in);
        return like(in.get(0));
    }
}
