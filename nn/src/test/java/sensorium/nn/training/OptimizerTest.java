package sensorium.nn.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.nn.Init;
import sensorium.nn.Module;
import sensorium.nn.OpsFixture;
import sensorium.nn.Parameter;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

class OptimizerTest {
    record Pair(Parameter weight, Parameter bias) implements Module {
        static Pair of(Weights w) {
            return new Pair(w.parameter("weight", Init.ones(), 4, 3), w.parameter("bias", Init.ones(), 3));
        }
    }

    /** Feeds the recorded gradients and compares the parameter after each of the five updates. */
    private static void follows(String name, UpdateRule rule, double rate) {
        Safetensors ops = OpsFixture.open();
        Pair model = Pair.of(Weights.random(1));
        model.weight().set(ops.tensor(name + ".in.p0"));
        Tensor gradients = ops.tensor(name + ".in.grads");
        Tensor expected = ops.tensor(name + ".out.out");
        var optimizer = new Optimizer(model, rule, Grouping.standard());
        for (int i = 0; i < 5; i++) {
            optimizer.step(Map.of("weight", gradients.select(0, i)), rate);
            Tensor off = model.weight().value().detached().minus(expected.select(0, i));
            assertThat(off.abs().max().item()).as(name + " update " + (i + 1)).isLessThan(2e-6);
        }
    }

    @Test
    void agreesWithTheReferenceFramework() {
        follows("optim_sgd", new UpdateRule.Sgd(0.9, true, 0.01), 0.1);
        follows("optim_adam", new UpdateRule.Adam(0.9, 0.999, 1e-8, 0), 0.05);
        follows("optim_adamw", new UpdateRule.AdamW(0.9, 0.98, 1e-8, 0.1), 0.05);
        follows("optim_rmsprop", new UpdateRule.RmsProp(0.95, 1e-8), 0.02);
        follows("optim_adagrad", new UpdateRule.Adagrad(1e-10), 0.1);
    }

    @Test
    void clipsLikeTheReferenceFramework() {
        Safetensors ops = OpsFixture.open();
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        gradients.put("a", ops.tensor("clip_grad_norm.in.a"));
        gradients.put("b", ops.tensor("clip_grad_norm.in.b"));
        double norm = GradientNorm.of(gradients.values());
        assertThat(norm).isCloseTo(ops.tensor("clip_grad_norm.out.norm").item(), within(1e-6));
        Map<String, Tensor> clipped = GradientNorm.clip(gradients, norm, 1);
        for (String name : gradients.keySet()) {
            Tensor off = clipped.get(name).minus(ops.tensor("clip_grad_norm.out." + name));
            assertThat(off.abs().max().item()).isLessThan(1e-6);
        }
        assertThat(GradientNorm.clip(gradients, norm, 0)).isSameAs(gradients);
        assertThat(GradientNorm.clip(gradients, norm, norm * 2)).isSameAs(gradients);
    }

    @Test
    void lionStepsByTheSign() {
        Pair model = Pair.of(Weights.random(1));
        var optimizer = new Optimizer(model, new UpdateRule.Lion(0.9, 0.99, 0.1), Grouping.standard());
        optimizer.step(Map.of("bias", Tensor.of(new float[] {3, -0.1f, 0}, 3)), 0.5);
        assertThat(model.bias().value().toFloats()).containsExactly(0.5f, 1.5f, 1);
        // Momentum is 0.01·(3, −0.1, 0): 0.9 of it against 0.1 of a small opposite gradient keeps its sign.
        optimizer.step(Map.of("bias", Tensor.of(new float[] {-0.1f, 0.1f, 0}, 3)), 0.5);
        assertThat(model.bias().value().toFloats()).containsExactly(0, 1, 1);
    }

    @Test
    void matricesDecayAndVectorsDoNot() {
        Pair model = Pair.of(Weights.random(1));
        var optimizer = new Optimizer(model, new UpdateRule.AdamW(0.9, 0.99, 0.5), Grouping.standard());
        optimizer.step(Map.of("weight", Tensor.zeros(4, 3), "bias", Tensor.zeros(3)), 0.1);
        assertThat(model.weight().value().toFloats()).containsOnly(0.95f);
        assertThat(model.bias().value().toFloats()).containsOnly(1);
    }

    @Test
    void groupingMultipliesRateAndDecayByPath() {
        var grouping = Grouping.standard()
                .rate("text\\..*", 0.1)
                .rate(".*\\.weight", 0.5)
                .noDecay(".*positions.*");
        assertThat(grouping.of("text.weight", sensorium.tensor.Shape.of(2, 2)))
                .isEqualTo(new Grouping.Factors(0.05, 1));
        assertThat(grouping.of("image.positions", sensorium.tensor.Shape.of(2, 2)))
                .isEqualTo(new Grouping.Factors(1, 0));
    }

    @Test
    void frozenParametersAreNotAskedFor() {
        Pair model = Pair.of(Weights.random(1));
        var optimizer = new Optimizer(model, new UpdateRule.Sgd(0, false, 0), Grouping.standard());
        model.weight().setTrainable(false);
        assertThat(optimizer.trainable().keySet()).containsExactly("bias");
    }

    @Test
    void stateSurvivesSavingAndLoading() {
        Pair one = Pair.of(Weights.random(1));
        Pair two = Pair.of(Weights.random(1));
        var rule = new UpdateRule.AdamW(0.9, 0.99, 0.1);
        var first = new Optimizer(one, rule, Grouping.standard());
        first.step(gradients(1), 0.1);
        var second = new Optimizer(two, rule, Grouping.standard());
        two.weight().set(one.weight().value());
        two.bias().set(one.bias().value());
        second.load(first.steps(), first.state(), "here");
        first.step(gradients(2), 0.1);
        second.step(gradients(2), 0.1);
        assertThat(two.weight().value().toFloats())
                .isEqualTo(one.weight().value().toFloats());
        assertThat(first.state()).containsOnlyKeys("weight.moment1", "weight.moment2", "bias.moment1", "bias.moment2");

        var other = new Optimizer(two, new UpdateRule.Lion(0.9, 0.99, 0), Grouping.standard());
        assertThatThrownBy(() -> other.load(1, first.state(), "run/optimizer.safetensors"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("run/optimizer.safetensors");
    }

    private static Map<String, Tensor> gradients(double value) {
        return Map.of("weight", Tensor.full(value, 4, 3), "bias", Tensor.full(-value, 3));
    }

    @Test
    void averageFollowsTheWeightsFasterAtFirst() {
        Pair model = Pair.of(Weights.random(1));
        var ema = new Ema(model, 0.5);
        model.bias().set(Tensor.full(3, 3));
        ema.update(0); // decay 1/10: 0.1·1 + 0.9·3
        assertThat(ema.state().get("bias").toFloats()).containsOnly(2.8f);
        ema.update(1000); // decay 0.5
        assertThat(ema.state().get("bias").toFloats()).containsOnly(2.9f);
        float inside = ema.use(() -> model.bias().value().toFloats()[0]);
        assertThat(inside).isEqualTo(2.9f);
        assertThat(model.bias().value().toFloats()).containsOnly(3);
    }

    @Test
    void schedulesRiseAndFall() {
        var cosine = new Schedule.Cosine(0.1, 0.2);
        assertThat(cosine.factor(0, 100)).isCloseTo(1 / 11.0, within(1e-12));
        assertThat(cosine.factor(10, 100)).isEqualTo(1);
        assertThat(cosine.factor(55, 100)).isCloseTo(0.6, within(1e-12));
        assertThat(cosine.factor(99, 100)).isBetween(0.2, 0.21);
        var trapezoid = new Schedule.Trapezoid(0.2, 0.1, 0.7, 0);
        List<Double> at = java.util.stream.DoubleStream.of(0, 10, 20, 60, 70, 85, 99)
                .mapToObj(s -> trapezoid.factor(s, 100))
                .toList();
        double[] expected = {0.1, 0.55, 1, 1, 1, 0.5, 1.0 / 30};
        for (int i = 0; i < expected.length; i++) {
            assertThat(at.get(i)).isCloseTo(expected[i], within(1e-12));
        }
        assertThat(new Schedule.Constant().factor(5, 10)).isEqualTo(1);
    }
}
