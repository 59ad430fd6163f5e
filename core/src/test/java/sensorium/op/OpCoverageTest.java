package sensorium.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sensorium.tensor.Composites;
import sensorium.tensor.DType;

/** A new op, kind or composite without a row in the table fails here. */
class OpCoverageTest {
    private final List<OpCase> cases = OpCases.all();
    private final Set<Op> ops =
            cases.stream().map(OpCase::op).filter(Objects::nonNull).collect(Collectors.toSet());

    @Test
    void everyOpHasARow() {
        Set<Class<?>> covered = ops.stream().map(Object::getClass).collect(Collectors.toSet());
        Stream.of(View.class, Primitive.class, Fused.class)
                .flatMap(family -> Arrays.stream(family.getPermittedSubclasses()))
                .forEach(op -> assertThat(covered).as("rows of %s", op).contains(op));
    }

    @Test
    void everyKindHasARow() {
        for (UnaryKind kind : UnaryKind.values()) {
            assertThat(ops).contains(new Primitive.Unary(kind));
        }
        for (BinaryKind kind : BinaryKind.values()) {
            assertThat(ops).contains(new Primitive.Binary(kind));
            assertThat(ops).as("scalar %s", kind).anyMatch(op -> op instanceof Primitive.Scalar s && s.kind() == kind);
        }
        for (Primitive.Reduce.Kind kind : Primitive.Reduce.Kind.values()) {
            assertThat(ops).as("%s", kind).anyMatch(op -> op instanceof Primitive.Reduce r && r.kind() == kind);
        }
        for (DType type : DType.values()) {
            assertThat(ops).contains(new Primitive.Cast(type));
        }
    }

    @Test
    void everyDifferentiableKindHasAGradientRow() {
        for (UnaryKind kind : UnaryKind.values()) {
            boolean boolResult = kind == UnaryKind.NOT || kind == UnaryKind.IS_NAN;
            assertThat(ops.contains(new Fused.UnaryGrad(kind))).as("%s", kind).isEqualTo(!boolResult);
        }
    }

    @Test
    void everyCompositeHasARow() {
        Set<String> rows = cases.stream().map(OpCase::row).collect(Collectors.toSet());
        assertThat(rows)
                .containsAll(Arrays.stream(Composites.class.getDeclaredMethods())
                        .filter(m -> !Modifier.isPrivate(m.getModifiers()) && !m.isSynthetic())
                        .map(Method::getName)
                        .collect(Collectors.toSet()));
    }
}
