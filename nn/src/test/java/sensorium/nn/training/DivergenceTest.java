package sensorium.nn.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/** A run whose numbers stop being finite says in which layer they did. */
class DivergenceTest {
    @TempDir
    Path temp;

    private record Net(Linear first, Linear middle, Linear last) implements Module {
        static Net of(Weights w) {
            return new Net(
                    Linear.of(w.at("first"), 3, 4, true),
                    Linear.of(w.at("middle"), 4, 5, true),
                    Linear.of(w.at("last"), 5, 2, true));
        }

        Tensor forward(Tensor x) {
            return last.forward(middle.forward(first.forward(x)));
        }
    }

    /** @param loss of the net's result (6, 2) */
    private record Deep(Net model, UnaryOperator<Tensor> loss) implements Recipe<float[]> {
        @Override
        public float[] batch(Step step) {
            var x = new float[18];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) Math.sin(i + (double) step.batch());
            }
            return x;
        }

        @Override
        public Loss loss(float[] batch, Step step) {
            return new Loss(loss.apply(model.forward(Tensor.of(batch, 6, 3))), 6);
        }
    }

    private static Deep squares() {
        return new Deep(Net.of(Weights.random(0)), y -> y.square().mean());
    }

    private static Plan plan(double rate) {
        var descent = Descent.adamW(rate)
                .withRule(new UpdateRule.Sgd(0, false, 0))
                .withSchedule(new Schedule.Constant())
                .withClip(0)
                .withAccumulate(2);
        return Plan.of(1, new Length.Steps(40), descent);
    }

    private AbstractThrowableAssert<?, ?> failure(Deep recipe, Plan plan, TrainingListener listener) {
        try (RunFolder folder = Toy.fresh(temp.resolve("run"))) {
            return assertThatThrownBy(() -> Trainer.train(recipe, plan, folder, listener))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageNotContaining("\n");
        }
    }

    private static void poison(Net net) {
        float[] weight = net.middle().weight().value().toFloats();
        weight[2] = Float.NaN; // of the first of five outputs
        net.middle().weight().set(Tensor.of(weight, 5, 4));
    }

    @Test
    void theLayerOfANanInTheWeightsIsNamed() {
        Deep recipe = squares();
        failure(recipe, plan(0.01).withCheckpoints(0), new TrainingListener() {
                    @Override
                    public void saved(long step) {
                        if (step == 3) {
                            poison(recipe.model());
                        }
                    }
                })
                .hasMessageContaining("the loss became NaN at step 4")
                .hasMessageContaining("it began in middle (6,5), where 6 of 30 values are not finite")
                .hasMessageContaining("in first (6,4)")
                .hasMessageContaining("the checkpoint of step 3 stays");
    }

    @Test
    void aGradientThatIsNotFiniteIsNamedWhereTheForwardPassIs() {
        // The root's slope at 0 is infinite, which times 0 is not a number.
        failure(new Deep(Net.of(Weights.random(0)), y -> y.times(0).sum().sqrt()), plan(0.01), TrainingListener.SILENT)
                .hasMessageContaining("the gradient became NaN at step 1: all 3 intermediates are finite")
                .hasMessageContaining("at the gradient of last.bias (2), where 2 of 2")
                .hasMessageContaining("there is no checkpoint yet");
    }

    @Test
    void aLossThatAloneIsNotFiniteIsTold() {
        failure(new Deep(Net.of(Weights.random(0)), y -> y.sum().times(Double.NaN)), plan(1), TrainingListener.SILENT)
                .hasMessageContaining("all 3 intermediates are finite")
                .hasMessageContaining("it began in the loss itself");
    }

    @Test
    void anExplodingRunIsStoppedAtTheLayerThatLeavesTheBound() {
        failure(squares(), plan(100), TrainingListener.SILENT).hasMessageContaining("it began in ");
    }

    @Test
    void aWatchedRunStopsBeforeNumbersEnd() {
        failure(squares(), plan(100).withBound(1000), TrainingListener.SILENT)
                .hasMessageContaining("beyond the bound of 1")
                .hasMessageMatching(".*: (first|middle|last) \\(6,\\d\\) reaches .* at step \\d+; .*");
    }

    @Test
    void whatIsWatchedComesToTheSame() {
        double plain = loss("plain", plan(0.01));
        assertThat(loss("watched", plan(0.01).withBound(1e6))).isEqualTo(plain);
    }

    private double loss(String name, Plan plan) {
        try (RunFolder folder = Toy.fresh(temp.resolve(name))) {
            return Trainer.train(squares(), plan, folder, TrainingListener.SILENT)
                    .loss();
        }
    }

    @Test
    void theCheckpointGoesOnAtALowerRate() {
        Deep recipe = squares();
        Plan plan = plan(0.01).withCheckpoints(0);
        failure(recipe, plan, new TrainingListener() {
            @Override
            public void saved(long step) {
                if (step == 3) {
                    poison(recipe.model());
                }
            }
        });
        Path path = temp.resolve("run");
        try (RunFolder folder = RunFolder.resume(path)) {
            var outcome = Trainer.train(squares(), plan.withRate(0.001), folder, TrainingListener.SILENT);
            assertThat(outcome.steps()).isEqualTo(40);
            assertThat(outcome.loss()).isFinite();
            assertThat(folder.config().at("/training/plan").asString()).contains("rate=0.001");
        }
        assertThat(MetricsLog.read(path.resolve("metrics.jsonl")).stream()
                        .filter(line -> line.has("rate"))
                        .map(line -> line.get("rate").asDouble()))
                .startsWith(0.01, 0.01, 0.01, 0.001)
                .hasSize(40);
    }
}
