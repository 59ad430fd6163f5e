package sensorium.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.op.UnaryKind;

class VectorMathTest {
    /** @param tolerance relative error */
    record Case(UnaryKind kind, float low, float high, double tolerance) {
        float[] apply(float... x) {
            Memory y = Memory.room(x.length);
            Unaries.run(kind, Memory.of(x).address(), y.address(), x.length);
            return y.values();
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(UnaryKind.EXP, -87, 88.7f, 2e-7),
                new Case(UnaryKind.EXP, -1, 1, 2e-7),
                new Case(UnaryKind.LOG, 1e-30f, 1e-3f, 2e-7),
                new Case(UnaryKind.LOG, 0.5f, 2, 2e-7),
                new Case(UnaryKind.LOG, 1, 1e6f, 2e-7),
                new Case(UnaryKind.TANH, -1, 1, 2e-7),
                new Case(UnaryKind.TANH, -20, 20, 2e-7),
                new Case(UnaryKind.SIGMOID, -80, 80, 2e-7),
                new Case(UnaryKind.ERF, -1, 1, 2e-7),
                new Case(UnaryKind.ERF, -6, 6, 2e-7),
                new Case(UnaryKind.EXPM1, -3, 3, 5e-7),
                new Case(UnaryKind.EXPM1, -1e-3f, 1e-3f, 5e-7),
                new Case(UnaryKind.LOG1P, -0.9f, 9, 5e-7),
                new Case(UnaryKind.LOG1P, -1e-3f, 1e-3f, 5e-7),
                new Case(UnaryKind.SOFTPLUS, -60, 60, 5e-7),
                new Case(UnaryKind.SILU, -60, 60, 5e-7));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void relativeErrorIsSmall(Case c) {
        float[] x = new float[20_001];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (c.low + (c.high - (double) c.low) * i / x.length);
        }
        float[] y = c.apply(x);
        for (int i = 0; i < x.length; i++) {
            double exact = c.kind.apply(x[i]);
            assertThat(Math.abs(y[i] - exact))
                    .as("%s(%s) = %s, exactly %s", c.kind, x[i], y[i], exact)
                    .isLessThanOrEqualTo(c.tolerance * Math.abs(exact) + Float.MIN_NORMAL);
        }
    }

    private static final float TINY = 1e-36f;

    @ParameterizedTest
    @MethodSource("cases")
    void edgesAreThoseOfMath(Case c) {
        float[] edges = {
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            0f,
            -0f,
            1e-40f,
            -1e-40f,
            100,
            -100,
            -103.5f,
            -90,
            3e38f,
            -3e38f
        };
        for (float x : edges) {
            float y = c.apply(x)[0];
            float exact = (float) c.kind.apply(x);
            if (Math.abs(exact) < TINY && exact != 0) {
                // A quotient of subnormal numbers has few digits.
                assertThat(Math.abs(y)).as("%s(%s)", c.kind, x).isLessThan(TINY);
            } else if (Float.isFinite(exact) && exact != 0) {
                assertThat(y / exact - 1).as("%s(%s)", c.kind, x).isBetween(-6e-7f, 6e-7f);
            } else if (Float.isNaN(exact)) {
                assertThat(y).as("%s(%s)", c.kind, x).isNaN();
            } else {
                assertThat(y).as("%s(%s)", c.kind, x).isEqualTo(exact);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aLaneDoesNotDependOnItsNeighbours(Case c) {
        float[] x = new float[3 * Lanes.W + 1];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 2 == 0 ? 0.37f * i : Float.NaN;
        }
        float[] together = c.apply(x);
        for (int i = 0; i < x.length; i++) {
            assertThat(Float.floatToIntBits(together[i])).isEqualTo(Float.floatToIntBits(c.apply(x[i])[0]));
        }
    }
}
