package sensorium.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import sensorium.op.Profile.Line;
import sensorium.tensor.Tensor;

class ProfileTest {
    private static Map<String, Line> profiled(Runnable body) {
        Profile profile = Profile.start();
        try {
            body.run();
        } finally {
            profile.stop();
        }
        return profile.stop().lines().stream().collect(Collectors.toMap(Line::op, Function.identity()));
    }

    @Test
    void callsFlopsAndBytesAddUp() {
        Tensor a = Tensor.ones(4, 2, 3);
        Tensor b = Tensor.ones(3, 5);
        Map<String, Line> lines = profiled(() -> {
            a.matmul(b);
            a.matmul(b);
            a.plus(Tensor.of(new float[3], 3).expand(4, 2, 3));
        });
        Line matmul = lines.get("matmul");
        assertThat(matmul.calls()).isEqualTo(2);
        assertThat(matmul.flops()).isEqualTo(2 * 2 * 4 * 2 * 5 * 3);
        assertThat(matmul.bytes()).isEqualTo(2 * 4 * (4 * 2 * 3 + 3 * 5 + 4 * 2 * 5));
        assertThat(matmul.seconds()).isPositive();
        assertThat(lines.get("add").flops()).isZero();
        assertThat(lines.get("add").bytes()).isEqualTo(4 * (24 + 3 + 24));
    }

    @Test
    void ofATableOnlyWhatIsSelectedCounts() {
        Tensor table = Tensor.ones(1000, 4);
        Map<String, Line> lines = profiled(() -> table.indexSelect(0, Tensor.of(new long[] {7, 9}, 2)));
        assertThat(lines.get("indexselect").bytes()).isEqualTo(2 * 4 * 4 + 2 * 8 + 2 * 4 * 4);
    }

    @Test
    void attentionCountsThePairsThatSeeEachOther() {
        Tensor q = Tensor.ones(1, 2, 3, 4);
        Tensor k = Tensor.ones(1, 2, 5, 4);
        Tensor v = Tensor.ones(1, 2, 5, 6);
        assertThat(attention(q, k, v, false)).isEqualTo(2 * 2 * 15 * (4 + 6));
        assertThat(attention(q, k, v, true)).isEqualTo(2 * 2 * (2 + 3 + 4) * (4 + 6));
    }

    private static long attention(Tensor q, Tensor k, Tensor v, boolean causal) {
        var op = new Fused.Attention(0.5, causal, 1);
        return Cost.of(op, List.of(q.operand(), k.operand(), v.operand()), List.of())
                .flops();
    }

    @Test
    void aConvolutionCostsTheSameInEveryDirection() {
        var window = new Primitive.Window(1, 1, 0, 0, 1, 1, 2);
        Tensor x = Tensor.ones(2, 4, 6, 5);
        Tensor w = Tensor.ones(8, 2, 3, 2);
        Map<String, Line> lines = profiled(() -> {
            Tensor y = x.apply(new Primitive.Conv2d(window), w); // (2, 8, 4, 4)
            y.apply(new Primitive.Conv2dInputGrad(window, 6, 5), w);
            x.apply(new Primitive.Conv2dWeightGrad(window, 3, 2), y);
        });
        assertThat(lines.values().stream().map(Line::flops)).hasSize(3).containsOnly(2L * 2 * 8 * 4 * 4 * 2 * 3 * 2);
    }

    @Test
    void nothingIsCountedAfterTheEnd() {
        Profile profile = Profile.start();
        profile.stop();
        Tensor.ones(2).plus(1);
        assertThat(profile.stop().lines()).isEmpty();
    }
}
