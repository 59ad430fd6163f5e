package sensorium.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sensorium.nn.Models.assertClose;
import static sensorium.nn.Models.assertStateReloads;
import static sensorium.nn.Models.normal;
import static sensorium.nn.Models.withoutGradient;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.TransformerConfig.Modulation;
import sensorium.nn.TransformerConfig.Placement;
import sensorium.nn.TransformerConfig.Residual;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

class TransformerTest {
    private static final TransformerConfig PLAIN = TransformerConfig.of(8, 2, 2);
    private static final Positions.Config ROTARY = new Positions.Config(Positions.Kind.ROTARY, 16);

    private static Transformer transformer(TransformerConfig config) {
        return Transformer.of(Weights.random(4), config);
    }

    /** Attention without shortcuts: one head at a time. */
    private static Tensor written(Attention a, Tensor x) {
        int d = a.config().headWidth();
        Tensor q = a.query().forward(x);
        Tensor k = a.key().forward(x);
        Tensor v = a.value().forward(x);
        Tensor joined = Tensor.concat(
                2,
                IntStream.range(0, a.config().heads())
                        .mapToObj(h -> {
                            Tensor scores = q.slice(2, h * d, (h + 1) * d)
                                    .matmul(k.slice(2, h * d, (h + 1) * d).t())
                                    .times(a.config().scale());
                            return scores.softmax(-1).matmul(v.slice(2, h * d, (h + 1) * d));
                        })
                        .toList());
        return a.out().forward(joined);
    }

    @Test
    void aPreNormBlockIsItsFormula() {
        Transformer t = transformer(PLAIN);
        Tensor x = normal(1, 2, 5, 8);
        Tensor y = x;
        for (TransformerBlock b : t.blocks()) {
            y = y.plus(written(b.attention(), b.norm1().forward(y)));
            y = y.plus(b.mlp()
                    .down()
                    .forward(b.mlp().up().forward(b.norm2().forward(y)).gelu()));
        }
        assertClose(t.forward(x), t.norm().forward(y), 2e-5);
    }

    @Test
    void aPostNormBlockIsItsFormula() {
        Transformer t = transformer(PLAIN.with(Residual.POST_NORM));
        assertThat(t.norm()).isNull();
        Tensor x = normal(2, 2, 5, 8);
        Tensor y = x;
        for (TransformerBlock b : t.blocks()) {
            y = b.norm1().forward(y.plus(written(b.attention(), y)));
            y = b.norm2()
                    .forward(y.plus(
                            b.mlp().down().forward(b.mlp().up().forward(y).gelu())));
        }
        assertClose(t.forward(x), y, 2e-5);
    }

    @Test
    void headsMayBeWiderThanTheirShareAndScoresScaledOtherwise() {
        var config = new Attention.Config(3, 5, 0.7, new Attention.Biases(true, false, true, false), 0);
        Attention a = assertStateReloads(w -> Attention.of(w, 8, config));
        assertThat(a.state()).doesNotContainKey("key.bias").doesNotContainKey("out.bias");
        Tensor x = normal(3, 2, 4, 8);
        assertClose(a.forward(x), written(a, x), 1e-5);
    }

    @Test
    void aGatedMlpIsItsFormula() {
        Mlp mlp = assertStateReloads(w -> Mlp.of(w, 6, new Mlp.Config(10, Activation.SILU, true, false, 0)));
        Tensor x = normal(4, 2, 6);
        Tensor expected =
                mlp.down().forward(mlp.gate().forward(x).silu().times(mlp.up().forward(x)));
        assertClose(mlp.forward(x), expected, 1e-6);
    }

    @Test
    void attentionWeightsAreWhatMixesTheValues() {
        Attention a = Attention.of(Weights.random(5), 8, Attention.Config.of(8, 2));
        Tensor x = normal(5, 2, 4, 8);
        Tensor seen = Tensor.of(new boolean[] {true, true, true, false, true, true, false, false}, 2, 4);
        var options = Attention.Options.CAUSAL.withMask(seen);
        Tensor weights = a.weights(x, options);
        assertThat(weights.shape().dims()).containsExactly(2, 2, 4, 4);
        assertClose(weights.sum(false, -1), Tensor.ones(2, 2, 4), 1e-6);
        assertThat(weights.select(0, 1).slice(2, 2, 4).abs().max().item()).isZero();
        assertThat(weights.select(2, 0).slice(2, 1, 4).abs().max().item()).isZero();
        Tensor v = a.value().forward(x).reshape(2, 4, 2, 4).transpose(1, 2);
        Tensor joined = weights.matmul(v).transpose(1, 2).reshape(2, 4, 8);
        assertClose(a.forward(x, options), a.out().forward(joined), 1e-5);
    }

    @Test
    void paddingDoesNotChangeRealTokens() {
        Transformer t = transformer(PLAIN);
        Tensor x = normal(6, 1, 3, 8);
        Tensor padded = Tensor.concat(1, List.of(x, normal(7, 1, 2, 8)));
        Tensor mask = Tensor.of(new boolean[] {true, true, true, false, false}, 1, 5);
        assertClose(t.forward(padded, Inputs.masked(mask)).slice(1, 0, 3), t.forward(x), 1e-5);
    }

    @Test
    void aCausalTokenDoesNotSeeLaterOnes() {
        Transformer t = transformer(PLAIN.causally());
        Tensor x = normal(8, 1, 5, 8);
        Tensor changed = Tensor.concat(1, List.of(x.slice(1, 0, 3), normal(9, 1, 2, 8)));
        assertClose(t.forward(changed).slice(1, 0, 3), t.forward(x).slice(1, 0, 3), 1e-6);
    }

    @Test
    void decodingWithACacheEqualsDecodingWithout() {
        for (var positions : List.of(ROTARY, new Positions.Config(Positions.Kind.LEARNED, 9))) {
            Transformer t = transformer(PLAIN.causally().with(positions).attendingTo(6));
            Tensor x = normal(10, 2, 7, 8);
            Tensor context = normal(11, 2, 3, 6);
            Tensor seen = Tensor.of(new boolean[] {true, true, true, true, true, false}, 2, 3);
            Inputs inputs = Inputs.attendingTo(context, seen);
            Tensor whole = t.forward(x, inputs);
            try (Transformer.Cache cache = t.newCache()) {
                Inputs cached = inputs.withCache(cache);
                Tensor first = t.forward(x.slice(1, 0, 4), cached); // a prompt at once, then one by one
                Tensor second = t.forward(x.slice(1, 4, 5), cached);
                Tensor third = t.forward(x.slice(1, 5, 7), cached);
                assertThat(cache.length()).isEqualTo(7);
                assertClose(Tensor.concat(1, List.of(first, second, third)), whole, 1e-5);
                cache.truncate(4);
                assertThat(cache.length()).isEqualTo(4);
                assertClose(t.forward(x.slice(1, 4, 7), cached), whole.slice(1, 4, 7), 1e-5);
                assertThatThrownBy(() -> cache.truncate(8)).isInstanceOf(ShapeException.class);
            }
        }
    }

    @Test
    void rotaryScoresDependOnTheDistanceAlone() {
        var rotary = Positions.Rotary.of(32, 6, 10_000);
        Tensor q = normal(12, 1, 1, 1, 6);
        Tensor k = normal(13, 1, 1, 1, 6);
        Tensor near = rotary.rotate(q, 5).matmul(rotary.rotate(k, 2).t());
        Tensor far = rotary.rotate(q, 25).matmul(rotary.rotate(k, 22).t());
        assertClose(far, near, 1e-5);
        assertThat(Math.abs(rotary.rotate(q, 6).matmul(rotary.rotate(k, 2).t()).item() - near.item()))
                .isGreaterThan(1e-3);
        assertClose(rotary.rotate(q, 0), q, 1e-7);
        assertClose(rotary.rotate(q, 9).norm(false, 3), q.norm(false, 3), 1e-6);
    }

    @Test
    void adaptiveNormsBeginAsIfThereWereNoBlocks() {
        Transformer t = transformer(PLAIN.with(new Modulation(5, true)));
        Tensor x = normal(15, 2, 3, 8);
        Tensor y = t.forward(x, Inputs.conditioned(normal(16, 2, 5)));
        assertClose(y, x.layerNorm(1e-5), 1e-6);
    }

    @Test
    void aConditionShiftsScalesAndGatesEachSampleByItself() {
        var config = TransformerConfig.of(8, 1, 2).with(new Modulation(5, true));
        Transformer t = transformer(config);
        t.parameters()
                .forEach((path, p) ->
                        p.set(normal(path.hashCode(), p.value().shape().dims()).times(0.3)));
        Tensor x = normal(17, 2, 3, 8);
        Tensor c = normal(18, 2, 5);
        TransformerBlock b = t.blocks().get(0);
        List<Tensor> m = b.modulation().forward(c.silu()).unsqueeze(1).chunk(2, 6);
        Tensor seen = x.layerNorm(1e-5).times(m.get(1).plus(1)).plus(m.get(0));
        Tensor y = x.plus(written(b.attention(), seen).times(m.get(2)));
        seen = y.layerNorm(1e-5).times(m.get(4).plus(1)).plus(m.get(3));
        y = y.plus(b.mlp().forward(seen).times(m.get(5)));
        List<Tensor> last = t.modulation().forward(c.silu()).unsqueeze(1).chunk(2, 2);
        y = y.layerNorm(1e-5).times(last.get(1).plus(1)).plus(last.get(0));
        assertClose(t.forward(x, Inputs.conditioned(c)), y, 2e-5);
    }

    @Test
    void trainingDropsBranchesAndInferenceDoesNot() {
        Transformer t = transformer(PLAIN.with(new Residual(Placement.PRE, true, 0.5, 0.5, 0.1)));
        Tensor x = normal(19, 4, 3, 8);
        float[] inference = t.forward(x).toFloats();
        assertThat(t.forward(x).toFloats()).isEqualTo(inference);
        float[] step = Training.step(1, 1, () -> t.forward(x)).toFloats();
        assertThat(step).isNotEqualTo(inference);
        assertThat(Training.step(1, 1, () -> t.forward(x)).toFloats()).isEqualTo(step);
        assertThat(Training.step(1, 2, () -> t.forward(x)).toFloats()).isNotEqualTo(step);
    }

    @Test
    void attentionDropoutKeepsTheMeanOfTheWeights() {
        var config = new Attention.Config(2, 4, 0.5, Attention.Biases.ALL, 0.3);
        Attention a = Attention.of(Weights.random(6), 8, config);
        Tensor x = normal(20, 2, 4, 8);
        Tensor trained = Training.step(1, 1, () -> a.forward(x));
        assertThat(trained.toFloats()).isNotEqualTo(a.forward(x).toFloats());
        assertThat(Training.step(1, 1, () -> a.forward(x)).toFloats()).isEqualTo(trained.toFloats());
    }

    @Test
    void everyVariantReloadsAndLearnsInEveryParameter() {
        var rms = new Norm.Config(Norm.Kind.RMS, 1e-6);
        var learned = new Positions.Config(Positions.Kind.LEARNED, 6);
        var sinusoidal = new Positions.Config(Positions.Kind.SINUSOIDAL, 6);
        var gated = new Mlp.Config(12, Activation.SILU, true, true, 0);
        var scaled = new Residual(Placement.PRE, true, 0.1, 0, 0);
        Map<String, TransformerConfig> variants = Map.of(
                "plain", PLAIN,
                "post", PLAIN.with(Residual.POST_NORM).with(learned),
                "llama", PLAIN.with(rms).with(gated).with(ROTARY).causally(),
                "scaled", PLAIN.with(scaled).with(sinusoidal),
                "cross", PLAIN.attendingTo(6),
                "adaptive", PLAIN.with(new Modulation(5, false)),
                "gated", PLAIN.with(new Modulation(5, true)));
        Tensor x = normal(21, 2, 6, 8);
        variants.forEach((name, config) -> {
            assertStateReloads(w -> Transformer.of(w, config));
            Transformer t = transformer(config);
            // Not zero anywhere, so that no gate hides what is behind it.
            t.parameters()
                    .forEach((path, p) -> p.set(p.value()
                            .plus(normal(path.hashCode(), p.value().shape().dims())
                                    .times(0.1))));
            Tensor condition = config.modulation().width() > 0 ? normal(22, 2, 5) : null;
            Tensor context = config.contextWidth() > 0 ? normal(23, 2, 4, 6) : null;
            var inputs = new Inputs(null, context, null, condition == null ? List.of() : List.of(condition), null);
            assertThat(withoutGradient(t, _ -> t.forward(x, inputs)))
                    .as(name)
                    // A constant added to all scores of a query changes no weight.
                    .allMatch(path -> path.endsWith("key.bias") && config.positions() != ROTARY);
        });
    }

    @Test
    void aTraceOfATransformerHasEveryBlockAndItsAttention() {
        Transformer t = transformer(PLAIN);
        Tensor x = normal(24, 1, 3, 8);
        try (Trace trace = Trace.of(t, () -> t.forward(x))) {
            assertThat(trace.tensors())
                    .containsKeys(
                            "blocks.0",
                            "blocks.0.norm1",
                            "blocks.0.attention",
                            "blocks.0.attention.mixed",
                            "blocks.1.mlp.hidden",
                            "blocks.1.mlp.down",
                            "norm");
            assertThat(trace.tensors().get("blocks.1.attention.weights").shape().dims())
                    .containsExactly(1, 2, 3, 3);
        }
    }
}
