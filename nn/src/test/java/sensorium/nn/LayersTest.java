package sensorium.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sensorium.nn.Models.assertClose;
import static sensorium.nn.Models.assertStateReloads;
import static sensorium.nn.Models.normal;
import static sensorium.nn.Models.withoutGradient;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sensorium.autograd.Tape;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

class LayersTest {
    @Test
    void linearMultipliesByTheTransposedWeight() {
        var linear = new Linear(
                new Parameter(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3)),
                new Parameter(Tensor.of(new float[] {10, 20}, 2)));
        Tensor y = linear.forward(Tensor.of(new float[] {1, 0, -1}, 1, 1, 3));
        assertThat(y.shape().dims()).containsExactly(1, 1, 2);
        assertThat(y.toFloats()).containsExactly(8, 18);
    }

    @Test
    void aCheckpointOfHalfTheWidthStaysOne() {
        Linear wide = Linear.of(Weights.random(1), 40, 24, true);
        for (DType half : List.of(DType.F16, DType.BF16)) {
            Map<String, Tensor> stored = new HashMap<>();
            wide.state().forEach((name, t) -> stored.put(name, t.to(half)));
            Linear narrow = Weights.load(stored, "here", w -> Linear.of(w, 40, 24, true));
            assertThat(narrow.weight().value().dtype()).isEqualTo(half);
            assertThat(narrow.bias().value().dtype()).isEqualTo(DType.F32);
            Tensor exact = new Linear(
                            new Parameter(stored.get("weight").to(DType.F32)),
                            new Parameter(stored.get("bias").to(DType.F32)))
                    .forward(normal(2, 5, 40));
            assertClose(narrow.forward(normal(2, 5, 40)), exact, 1e-5);
        }
    }

    @Test
    void loraBeginsAsItsBaseAndTrainsOnlyTheChange() {
        Linear base = Linear.of(Weights.random(1).at("base"), 6, 4, true);
        Tensor x = normal(2, 3, 6);
        Tensor before = base.forward(x);
        LoraLinear lora = LoraLinear.of(Weights.random(2), base, 2, 4);
        assertThat(lora.forward(x).toFloats()).isEqualTo(before.toFloats());
        assertThat(lora.parameters()).containsOnlyKeys("base.weight", "base.bias", "a", "b");
        assertThat(lora.parameterCount()).isEqualTo(4 * 6 + 4 + 2 * 6 + 4 * 2);
        assertThat(lora.trainableCount()).isEqualTo(2 * 6 + 4 * 2);

        lora.b().set(normal(3, 4, 2));
        assertThat(withoutGradient(lora, _ -> lora.forward(x))).containsExactly("base.weight", "base.bias");
        assertClose(lora.merged().forward(x), lora.forward(x), 1e-5);
    }

    @Test
    void aBagIsTheWeightedSumOfItsRows() {
        var table = new Parameter(Tensor.of(new float[] {1, 2, 10, 20, 100, 200}, 3, 2));
        Tensor ids = Tensor.of(new long[] {0, 2, 2, 1}, 4);
        Tensor bags = Tensor.of(new long[] {0, 0, 2, 2}, 4);
        assertThat(new EmbeddingBag(table, null).forward(ids, bags, 3).toFloats())
                .containsExactly(101, 202, 0, 0, 110, 220);
        float log2 = (float) Math.log(2);
        var weighted = new EmbeddingBag(table, new Parameter(Tensor.of(new float[] {0, 0, log2}, 3)));
        assertClose(weighted.forward(ids, bags, 3), Tensor.of(new float[] {201, 402, 0, 0, 210, 420}, 3, 2), 1e-6);
        assertThat(withoutGradient(weighted, _ -> weighted.forward(ids, bags, 3)))
                .isEmpty();
    }

    @Test
    void anEmbeddingRefusesAnIdOutsideItsTable() {
        Embedding e = Embedding.of(Weights.random(1), 5, 2);
        assertThat(e.forward(Tensor.of(new long[] {0, 4, 1, 1}, 2, 2)).shape().dims())
                .containsExactly(2, 2, 2);
        assertThatThrownBy(() -> e.forward(Tensor.of(new long[] {5}, 1))).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void normsNormaliseTheLastAxis() {
        Tensor x = normal(5, 4, 8).times(3).plus(2);
        Tensor layer = LayerNorm.of(Weights.random(1), 8, 1e-6).forward(x);
        Tensor centred = x.minus(x.mean(true, -1));
        assertClose(layer, centred.dividedBy(x.variance(true, -1).plus(1e-6).sqrt()), 1e-5);
        Tensor rms = RmsNorm.of(Weights.random(1), 8, 1e-6).forward(x);
        assertClose(rms, x.dividedBy(x.square().mean(true, -1).plus(1e-6).sqrt()), 1e-5);
    }

    @Test
    void batchNormUsesTheBatchInTrainingAndRunningStatisticsAfter() {
        BatchNorm norm = BatchNorm.of(Weights.random(1), 3);
        Tensor x = normal(6, 4, 3, 2, 2).times(2).plus(5);
        Tensor trained = Training.step(1, 1, () -> norm.forward(x));
        Tensor mean = x.mean(true, 0, 2, 3);
        Tensor variance = x.variance(true, 0, 2, 3);
        assertClose(trained, x.minus(mean).dividedBy(variance.plus(1e-5).sqrt()), 1e-5);
        // A tenth of the way from (0, 1); the variance kept is the unbiased one.
        assertClose(norm.runningMean().value(), mean.reshape(3).times(0.1), 1e-5);
        assertClose(
                norm.runningVar().value(),
                variance.reshape(3).times(0.1 * 16 / 15).plus(0.9),
                1e-5);
        Tensor m = norm.runningMean().value().reshape(3, 1, 1);
        Tensor v = norm.runningVar().value().reshape(3, 1, 1);
        assertClose(norm.forward(x), x.minus(m).dividedBy(v.plus(1e-5).sqrt()), 1e-5);
        assertThat(norm.parameters()).containsOnlyKeys("weight", "bias");
        assertThat(norm.buffers()).containsOnlyKeys("runningMean", "runningVar");
    }

    @Test
    void everyLayerAsksForTheStateItHas() {
        assertStateReloads(w -> Linear.of(w, 3, 2, true));
        assertStateReloads(w -> Linear.of(w, 3, 2, false));
        assertStateReloads(w -> Embedding.of(w, 3, 2));
        assertStateReloads(w -> EmbeddingBag.of(w, 3, 2, true));
        assertStateReloads(w -> LayerNorm.of(w, 3, 1e-5));
        assertStateReloads(w -> RmsNorm.of(w, 3, 1e-5));
        assertStateReloads(w -> GroupNorm.of(w, 2, 4, 1e-5));
        assertStateReloads(w -> BatchNorm.of(w, 3));
        assertStateReloads(w -> Conv2d.of(w, 3, 4, 3, 1, 1, true));
        assertStateReloads(w -> Conv1d.of(w, 3, 4, 3, 2, 1, true));
        assertStateReloads(w -> LoraLinear.of(w, Linear.of(w.at("base"), 3, 2, true), 2, 1));
    }

    @Test
    void convolutionsKeepTheirShapesAndGradients() {
        Conv2d conv = Conv2d.of(Weights.random(1), 3, 4, 3, 2, 1, true);
        Tensor image = normal(7, 2, 3, 8, 6);
        assertThat(conv.forward(image).shape().dims()).containsExactly(2, 4, 4, 3);
        assertThat(withoutGradient(conv, _ -> conv.forward(image))).isEmpty();
        Conv1d sound = Conv1d.of(Weights.random(1), 3, 4, 3, 2, 1, true);
        assertThat(sound.forward(normal(8, 2, 3, 9)).shape().dims()).containsExactly(2, 4, 5);
        GroupNorm norm = GroupNorm.of(Weights.random(1), 3, 3, 1e-5);
        assertThat(norm.forward(image).mean(false, 2, 3).abs().max().item()).isLessThan(1e-5);
    }

    @Test
    void aModulatedNormIsTheNormScaledAndShiftedForEachPicture() {
        GroupNorm norm = new GroupNorm(new Parameter(normal(1, 6)), new Parameter(normal(2, 6)), 2, 1e-5);
        Tensor x = normal(3, 4, 6, 5, 3);
        Tensor scale = normal(4, 4, 6);
        Tensor shift = normal(5, 4, 6);
        Tensor expected =
                norm.forward(x).times(scale.plus(1).reshape(4, 6, 1, 1)).plus(shift.reshape(4, 6, 1, 1));
        assertClose(norm.modulated(x, scale, shift), expected, 1e-5);
        assertThat(withoutGradient(norm, _ -> norm.modulated(x, scale, shift))).isEmpty();
        try (Trace trace = Trace.of(norm, () -> norm.modulated(x, scale, shift))) {
            assertClose(trace.tensors().get(""), norm.forward(x), 1e-6);
        }
    }

    @Test
    void dropoutFollowsSeedAndStepAlone() {
        Tensor x = Tensor.ones(40, 25);
        float[] once = Training.step(3, 9, () -> Training.dropout(x, 0.25)).toFloats();
        assertThat(Training.step(3, 9, () -> Training.dropout(x, 0.25)).toFloats())
                .isEqualTo(once);
        assertThat(Training.step(3, 10, () -> Training.dropout(x, 0.25)).toFloats())
                .isNotEqualTo(once);
        assertThat(Training.dropout(x, 0.25)).isSameAs(x);
        for (float v : once) {
            assertThat(v == 0 || Math.abs(v - 4 / 3f) < 1e-6).isTrue();
        }
        assertThat(Training.step(3, 9, () -> Training.dropout(x, 0.25)).mean().item())
                .isBetween(0.9, 1.1);
    }

    @Test
    void aTraceNamesWhatModulesComputed() {
        Mlp mlp = Mlp.of(Weights.random(1), 4, Mlp.Config.of(8, Activation.GELU));
        Tensor x = normal(9, 2, 4);
        try (Trace trace = Trace.of(mlp, () -> mlp.forward(x))) {
            Map<String, Tensor> tensors = trace.tensors();
            assertThat(tensors.keySet()).containsExactly("up", "hidden", "down", "");
            assertThat(tensors.get("hidden").toFloats())
                    .isEqualTo(mlp.up().forward(x).gelu().toFloats());
            assertThat(tensors.get("").toFloats()).isEqualTo(mlp.forward(x).toFloats());
        }
    }

    @Test
    void aTraceLeavesGradientsAlone() {
        Linear linear = Linear.of(Weights.random(1), 3, 2, true);
        Tensor x = normal(10, 2, 3);
        List<Tensor> wrt = List.of(linear.weight().value());
        Tensor plain = Tape.record(
                t -> t.gradients(linear.forward(x).square().sum(), wrt).get(0));
        Tensor[] traced = new Tensor[1];
        Trace.of(
                        linear,
                        () -> traced[0] = Tape.record(
                                t -> t.gradients(linear.forward(x).square().sum(), wrt)
                                        .get(0)))
                .close();
        assertThat(traced[0].toFloats()).isEqualTo(plain.toFloats());
    }
}
