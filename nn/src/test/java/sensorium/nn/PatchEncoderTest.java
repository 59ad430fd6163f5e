package sensorium.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sensorium.nn.Models.assertClose;
import static sensorium.nn.Models.assertStateReloads;
import static sensorium.nn.Models.normal;
import static sensorium.nn.Models.withoutGradient;

import java.util.List;
import org.junit.jupiter.api.Test;
import sensorium.nn.Patches.Patch;
import sensorium.op.Primitive.Window;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

class PatchEncoderTest {
    private static final TransformerConfig BLOCKS = TransformerConfig.of(8, 1, 2);

    private static PatchEncoder.Config config(Patches.Config patches, int front, Pooling.Kind pooling) {
        return new PatchEncoder.Config(patches, front, GridPositions.Kind.LEARNED, pooling, BLOCKS);
    }

    @Test
    void patchesAreAConvolutionAsWideAsItsStep() {
        var overlapping = new Patches.Config(3, 12, 10, List.of(), new Patch(4, 3, 2, 3));
        for (var config : List.of(Patches.Config.of(3, 12, 8, 4), overlapping)) {
            Patches patches = Patches.of(Weights.random(1), 8, config);
            Conv2d projection = patches.projection();
            projection.bias().set(normal(2, 8));
            Patch p = config.patch();
            Tensor x = normal(3, 2, 3, config.height(), config.width());
            Tensor map = x.conv2d(
                    projection.weight().value(),
                    projection.bias().value(),
                    new Window(p.stepY(), p.stepX(), 0, 0, 1, 1, 1));
            assertThat(map.dim(2)).isEqualTo(config.rows(config.height()));
            assertThat(map.dim(3)).isEqualTo(config.columns(config.width()));
            assertClose(patches.forward(x), map.flatten(2, 4).t(), 1e-5);
        }
    }

    @Test
    void aStemMakesTokensOfItsMap() {
        // The stem that classifies 28×28 pictures best in few minutes: 49 tokens.
        var stem = Patches.Config.ofStem(1, 28, 28, ConvStage.Config.pooled(4, 2), ConvStage.Config.pooled(8, 2));
        PatchEncoder encoder = assertStateReloads(w -> PatchEncoder.of(w, config(stem, 0, Pooling.Kind.MEAN)));
        assertThat(encoder.config().tokens()).isEqualTo(49);
        assertThat(encoder.state()).containsKeys("patches.stages.1.norms.0.runningVar", "positions.table");
        Tensor x = normal(4, 3, 1, 28, 28);
        Tensor y = encoder.forward(x);
        assertThat(y.shape().dims()).containsExactly(3, 8);
        assertClose(y, encoder.tokens(x).mean(1), 1e-6);
        assertThat(withoutGradient(encoder, _ -> Training.step(1, 1, () -> encoder.forward(x))))
                .allMatch(path -> path.endsWith("key.bias"));
    }

    @Test
    void aResidualStageAddsItsInput() {
        ConvStage stage = ConvStage.of(Weights.random(1), 4, ConvStage.Config.residual(4));
        assertThat(stage.convs()).hasSize(2);
        Tensor x = normal(6, 2, 4, 5, 7);
        assertThat(stage.forward(x).shape()).isEqualTo(x.shape());
        Parameter last = stage.norms().getLast().weight();
        last.set(Tensor.zerosLike(last.value()).keep()); // nothing is left of the branch
        assertClose(stage.forward(x), x.relu(), 1e-6);
    }

    @Test
    void poolingsHaveTheWidthsTheySay() {
        var patches = Patches.Config.of(1, 16, 16, 8); // 4 tokens
        for (Pooling.Kind kind : Pooling.Kind.values()) {
            PatchEncoder.Config config = config(patches, 1, kind);
            Tensor y = PatchEncoder.of(Weights.random(1), config).forward(normal(7, 3, 1, 16, 16));
            assertThat(y.shape().dims()).as(kind.name()).containsExactly(3, config.features());
        }
    }

    @Test
    void aStemMustFitTheTokens() {
        var stem = Patches.Config.ofStem(1, 28, 28, ConvStage.Config.pooled(4, 2));
        assertThatThrownBy(() -> Patches.of(Weights.random(1), 8, stem)).isInstanceOf(ShapeException.class);
        Patches patches = Patches.of(Weights.random(1), 4, stem);
        assertThatThrownBy(() -> patches.forward(normal(1, 2, 3, 28, 28)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("1 channels");
        assertThatThrownBy(() -> patches.forward(normal(1, 2, 1, 1, 1))).isInstanceOf(ShapeException.class);
    }

    @Test
    void patchesMayFollowAStem() {
        var both = new Patches.Config(
                1, 16, 40, List.of(ConvStage.Config.pooled(4, 2)), new Patch(8, 4, 8, 4)); // a spectrogram
        PatchEncoder encoder = assertStateReloads(w -> PatchEncoder.of(w, config(both, 2, Pooling.Kind.ATTENTION)));
        Tensor x = normal(5, 2, 1, 16, 40);
        assertThat(encoder.tokens(x).shape().dims()).containsExactly(2, 2 + 5, 8);
        assertThat(encoder.forward(x).shape().dims()).containsExactly(2, 8);
        assertThat(withoutGradient(encoder, _ -> Training.step(1, 1, () -> encoder.forward(x))))
                .allMatch(path -> path.endsWith("key.bias"));
    }

    @Test
    void poolingCountsWhatTheMaskCounts() {
        Tensor tokens = normal(6, 2, 4, 8);
        Tensor mask = Tensor.of(new boolean[] {true, true, true, false, true, false, false, false}, 2, 4);
        Tensor mean = new Pooling.Mean(0).forward(tokens, mask);
        assertClose(mean.slice(0, 0, 1), tokens.slice(0, 0, 1).slice(1, 0, 3).mean(1), 1e-6);
        assertClose(mean.slice(0, 1, 2), tokens.slice(0, 1, 2).slice(1, 0, 1).mean(1), 1e-6);
        assertClose(
                new Pooling.Mean(1).forward(tokens, null), tokens.slice(1, 1, 4).mean(1), 1e-6);
        assertClose(new Pooling.Front(1).forward(tokens, null), tokens.select(1, 0), 0);
        assertClose(
                new Pooling.Front(2).forward(tokens, null),
                tokens.slice(1, 0, 2).mean(1),
                1e-6);

        AttentionPool pool = AttentionPool.of(Weights.random(7), BLOCKS);
        Tensor seen = pool.forward(tokens, mask).slice(0, 1, 2);
        assertClose(seen, pool.forward(tokens.slice(0, 1, 2).slice(1, 0, 1), null), 1e-5);
    }

    @Test
    void gridPositionsFollowTheGrid() {
        for (var kind : GridPositions.Kind.values()) {
            GridPositions positions = GridPositions.of(Weights.random(8), kind, 1, 3, 4, 8);
            Tensor same = positions.add(Tensor.zeros(1, 13, 8), 3, 4);
            Tensor larger = positions.add(Tensor.zeros(1, 1 + 6 * 5, 8), 6, 5);
            assertClose(larger.slice(1, 0, 1), same.slice(1, 0, 1), 0); // the token in front stays
            assertThat(larger.abs().max().item()).isGreaterThan(0);
        }
        Tensor table = ((GridPositions.Sinusoidal)
                        GridPositions.of(Weights.random(8), GridPositions.Kind.SINUSOIDAL, 0, 3, 4, 8))
                .table();
        Tensor grid = table.reshape(3, 4, 8);
        assertClose(grid.slice(2, 0, 4).select(1, 0), grid.slice(2, 0, 4).select(1, 3), 0); // rows
        assertClose(grid.slice(2, 4, 8).select(0, 0), grid.slice(2, 4, 8).select(0, 2), 0); // columns
        assertThat(grid.select(0, 1).select(0, 0).toFloats()[0]).isEqualTo((float) Math.sin(1));
    }

    /** Run folders keep the configuration as JSON. */
    @Test
    void aConfigurationGoesThroughJson() {
        var stem = Patches.Config.ofStem(1, 28, 28, ConvStage.Config.pooled(8, 2));
        var patched = new Patches.Config(1, 16, 40, List.of(), new Patch(8, 4, 8, 4));
        for (var patches : List.of(stem, patched)) {
            PatchEncoder.Config config = config(patches, 1, Pooling.Kind.FRONT);
            String json = JsonMapper.shared().writeValueAsString(config);
            assertThat(JsonMapper.shared().readValue(json, PatchEncoder.Config.class))
                    .isEqualTo(config);
        }
    }

    @Test
    void theLongestNameDecides() {
        var names = WeightNames.of("blocks.*", "layer.*", "blocks.*.norm1", "layer.*.ln_before", "head", "classifier");
        assertThat(names.theirs("blocks.12")).isEqualTo("layer.12");
        assertThat(names.theirs("blocks.12.norm1.weight")).isEqualTo("layer.12.ln_before.weight");
        assertThat(names.theirs("blocks.0.mlp")).isEqualTo("layer.0.mlp");
        assertThat(names.theirs("header")).isEqualTo("header");
        assertThat(names.theirs("blocks.x")).isEqualTo("blocks.x");
    }

    @Test
    void noFileAsksForMoreTokensInFrontThanThereIsRoomFor() {
        for (int front : new int[] {-1, 2_000_000_000}) {
            assertThatThrownBy(() -> config(Patches.Config.of(3, 12, 8, 4), front, Pooling.Kind.MEAN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tokens in front");
        }
    }
}
