package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import sensorium.op.Fused;
import sensorium.tensor.Tensor;

/**
 * Attention of 12 heads of 64. Two products of T×T×64 a head forward and five backward, half of it where causal. The peer is
 * libtorch's {@code scaled_dot_product_attention}, which on a processor is a flash kernel too.
 */
final class AttentionCases {
    private static final int HEADS = 12;
    private static final int WIDTH = 64;

    private AttentionCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int length : new int[] {197, 1024, 4096}) {
            for (boolean causal : new boolean[] {false, true}) {
                String name = "attention/" + length + (causal ? " causal" : "");
                double product = 2.0 * HEADS * length * length * WIDTH / (causal ? 2 : 1);
                cases.add(new Case(name, Roof.FMA, 2 * product, () -> forward(length, causal)));
                cases.add(new Case(name + " fwd+bwd", Roof.FMA, 7 * product, () -> backward(length, causal)));
            }
        }
        return cases;
    }

    private static List<Engine> forward(int length, boolean causal) {
        var in = inputs(length);
        var theirs = in.stream().map(Torch::view).toList();
        return List.of(Ours.of(() -> ours(in, causal)), flash(Torch.of(() -> theirs(theirs, causal))));
    }

    private static List<Engine> backward(int length, boolean causal) {
        var in = inputs(length);
        Tensor dy = Inputs.normal(1, HEADS, length, WIDTH);
        return List.of(
                Ours.backward(qkv -> ours(qkv, causal), in, dy),
                flash(Torch.backward(
                        qkv -> theirs(qkv, causal), in.stream().map(Torch::view).toList(), Torch.view(dy))));
    }

    /** Its threads have blocks of a head each, whose products are not shared out again. */
    private static Engine flash(Torch attention) {
        return new TorchThreads(attention, TorchThreads.Sharing.OWN, attention.name(), 1);
    }

    private static List<Tensor> inputs(int length) {
        return List.of(
                Inputs.normal(1, HEADS, length, WIDTH),
                Inputs.normal(1, HEADS, length, WIDTH),
                Inputs.normal(1, HEADS, length, WIDTH));
    }

    private static Tensor ours(List<Tensor> qkv, boolean causal) {
        var how = new Fused.Attention(1 / Math.sqrt(WIDTH), causal, 0);
        return qkv.get(0).attention(qkv.get(1), qkv.get(2), null, how);
    }

    private static org.bytedeco.pytorch.Tensor theirs(List<org.bytedeco.pytorch.Tensor> qkv, boolean causal) {
        return torch.scaled_dot_product_attention(
                qkv.get(0), qkv.get(1), qkv.get(2), new TensorOptional(), 0, causal, new DoubleOptional(), false);
    }
}
