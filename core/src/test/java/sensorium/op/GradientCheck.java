package sensorium.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import sensorium.autograd.Tape;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * Compares derivatives with central differences in double precision: first order for some
 * elements and along a direction through all, second order as the
 * product of the Hessian with a fixed direction, by differencing the recorded gradient.
 */
public final class GradientCheck {
    private static final double STEP = 1e-5;
    private static final int ELEMENTS = 5;
    private static final double TOLERANCE = 2e-7;

    private GradientCheck() {}

    /** @throws AssertionError if a first derivative of {@code Σ u·y} is not what differences say */
    public static void first(OpCase c) {
        List<Tensor> x = c.operands();
        List<Tensor> gradients = Conformance.gradients(c, x);
        int k = 0;
        for (int operand = 0; operand < x.size(); operand++) {
            if (!x.get(operand).dtype().computes()) {
                continue;
            }
            double[] at = x.get(operand).toDoubles();
            double[] g = gradients.get(k++).toDoubles();
            // A few elements spread over the operand, and all of them at once along a fixed direction.
            int sampled = Math.min(ELEMENTS, at.length);
            double[] actual = new double[sampled + 1];
            double[] expected = new double[sampled + 1];
            for (int j = 0; j <= sampled; j++) {
                double[] direction = new double[at.length];
                if (j < sampled) {
                    direction[(int) ((long) j * at.length / sampled)] = 1;
                } else {
                    var random = new Philox(7, operand);
                    Arrays.setAll(direction, i -> random.uniform(i, -1, 1));
                }
                for (int i = 0; i < at.length; i++) {
                    actual[j] += g[i] * direction[i];
                }
                double up = lossAt(c, x, operand, at, direction, STEP);
                double down = lossAt(c, x, operand, at, direction, -STEP);
                expected[j] = (up - down) / (2 * STEP);
            }
            compare("gradient of operand " + operand, actual, expected);
        }
    }

    private static double lossAt(OpCase c, List<Tensor> x, int operand, double[] at, double[] direction, double step) {
        double[] moved = at.clone();
        for (int i = 0; i < at.length; i++) {
            moved[i] += direction[i] * step;
        }
        List<Tensor> operands = new ArrayList<>(x);
        operands.set(operand, Tensor.of(moved, x.get(operand).shape().dims()));
        List<Tensor> y = c.run().apply(operands);
        return Conformance.loss(y, Conformance.upstream(y)).item();
    }

    /** @throws AssertionError if a Hessian-vector product of {@code Σ u·y} is not what differences of the gradient say */
    public static void second(OpCase c) {
        List<Tensor> x = c.operands();
        List<Tensor> directions = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            directions.add(x.get(i).dtype().computes() ? Conformance.fixed(x.get(i), 301 + i) : null);
        }
        List<double[]> exact = hessianTimes(c, x, directions);
        List<double[]> up = gradientsAt(c, x, directions, STEP);
        List<double[]> down = gradientsAt(c, x, directions, -STEP);
        for (int k = 0; k < exact.size(); k++) {
            double[] expected = new double[exact.get(k).length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = (up.get(k)[i] - down.get(k)[i]) / (2 * STEP);
            }
            compare("second derivative of operand " + k, exact.get(k), expected);
        }
    }

    /** {@code ∇(∇loss · v)}, both by tape. */
    private static List<double[]> hessianTimes(OpCase c, List<Tensor> x, List<Tensor> directions) {
        List<Tensor> leaves = Conformance.track(x);
        List<Tensor> wrt = Conformance.tracked(leaves);
        Function<Tape, List<Tensor>> body = tape -> {
            List<Tensor> y = c.run().apply(leaves);
            List<Tensor> g = tape.gradientGraph(Conformance.loss(y, Conformance.upstream(y)), wrt);
            List<Tensor> v = directions.stream().filter(d -> d != null).toList();
            return tape.gradients(Conformance.loss(g, v), wrt);
        };
        return Tape.record(body).stream().map(Tensor::toDoubles).toList();
    }

    private static List<double[]> gradientsAt(OpCase c, List<Tensor> x, List<Tensor> directions, double step) {
        List<Tensor> moved = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            Tensor d = directions.get(i);
            moved.add(d == null ? x.get(i) : x.get(i).plus(d.times(step)));
        }
        return Conformance.gradients(c, moved).stream().map(Tensor::toDoubles).toList();
    }

    private static void compare(String what, double[] actual, double[] expected) {
        double scale = 1;
        for (double e : expected) {
            scale = Math.max(scale, Math.abs(e));
        }
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= TOLERANCE * scale)) {
                throw new AssertionError(
                        "%s: element %d is %s, differences say %s".formatted(what, i, actual[i], expected[i]));
            }
        }
    }

    /** Whether a case computes in double precision throughout, so that differences mean something. */
    static boolean applies(OpCase c) {
        return c.order() > 0 && c.in().stream().noneMatch(s -> s.dtype().isFloat() && s.dtype() != DType.F64);
    }
}
