package sensorium.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.op.UnaryKind;

class VectorMathTest {
    /** @param tolerance relative error */
    record Case(
            String name,
            UnaryOperator<FloatVector> function,
            DoubleUnaryOperator exact,
            float low,
            float high,
            double tolerance) {
        @Override
        public String toString() {
            return name + " on [" + low + ", " + high + "]";
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("exp", VectorMath::exp, Math::exp, -87, 88.7f, 2e-7),
                new Case("exp", VectorMath::exp, Math::exp, -1, 1, 2e-7),
                new Case("log", VectorMath::log, Math::log, 1e-30f, 1e-3f, 2e-7),
                new Case("log", VectorMath::log, Math::log, 0.5f, 2, 2e-7),
                new Case("log", VectorMath::log, Math::log, 1, 1e6f, 2e-7),
                new Case("tanh", VectorMath::tanh, Math::tanh, -1, 1, 2e-7),
                new Case("tanh", VectorMath::tanh, Math::tanh, -20, 20, 2e-7),
                new Case("sigmoid", VectorMath::sigmoid, UnaryKind.SIGMOID::apply, -80, 80, 2e-7),
                new Case("erf", VectorMath::erf, UnaryKind.ERF::apply, -1, 1, 2e-7),
                new Case("erf", VectorMath::erf, UnaryKind.ERF::apply, -6, 6, 2e-7),
                new Case("expm1", VectorMath::expm1, Math::expm1, -3, 3, 5e-7),
                new Case("expm1", VectorMath::expm1, Math::expm1, -1e-3f, 1e-3f, 5e-7),
                new Case("log1p", VectorMath::log1p, Math::log1p, -0.9f, 9, 5e-7),
                new Case("log1p", VectorMath::log1p, Math::log1p, -1e-3f, 1e-3f, 5e-7),
                new Case("softplus", VectorMath::softplus, UnaryKind.SOFTPLUS::apply, -60, 60, 5e-7),
                new Case("silu", VectorMath::silu, UnaryKind.SILU::apply, -60, 60, 5e-7));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void relativeErrorIsSmall(Case c) {
        int points = 20_000;
        float[] x = new float[Lanes.W];
        for (int i = 0; i < points; i += Lanes.W) {
            for (int l = 0; l < Lanes.W; l++) {
                x[l] = (float) (c.low + (c.high - (double) c.low) * (i + l) / points);
            }
            FloatVector y = c.function.apply(FloatVector.fromArray(Lanes.F, x, 0));
            for (int l = 0; l < Lanes.W; l++) {
                double exact = c.exact.applyAsDouble(x[l]);
                double error = Math.abs(y.lane(l) - exact);
                assertThat(error)
                        .as("%s(%s) = %s, exactly %s", c.name, x[l], y.lane(l), exact)
                        .isLessThanOrEqualTo(c.tolerance * Math.abs(exact) + Float.MIN_NORMAL);
            }
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
            float y = c.function.apply(FloatVector.broadcast(Lanes.F, x)).lane(0);
            float exact = (float) c.exact.applyAsDouble(x);
            if (Math.abs(exact) < TINY && exact != 0) {
                // A quotient of subnormal numbers has few digits.
                assertThat(Math.abs(y)).as("%s(%s)", c.name, x).isLessThan(TINY);
            } else if (Float.isFinite(exact) && exact != 0) {
                assertThat(y / exact - 1).as("%s(%s)", c.name, x).isBetween(-6e-7f, 6e-7f);
            } else if (Float.isNaN(exact)) {
                assertThat(y).as("%s(%s)", c.name, x).isNaN();
            } else {
                assertThat(y).as("%s(%s)", c.name, x).isEqualTo(exact);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aLaneDoesNotDependOnItsNeighbours(Case c) {
        float[] x = new float[Lanes.W];
        for (int l = 0; l < Lanes.W; l++) {
            x[l] = l % 2 == 0 ? 0.37f * l : Float.NaN;
        }
        FloatVector mixed = c.function.apply(FloatVector.fromArray(Lanes.F, x, 0));
        for (int l = 0; l < Lanes.W; l++) {
            float alone = c.function.apply(FloatVector.broadcast(Lanes.F, x[l])).lane(0);
            assertThat(Float.floatToIntBits(mixed.lane(l))).isEqualTo(Float.floatToIntBits(alone));
        }
    }
}
