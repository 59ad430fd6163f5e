package sensorium.benchmarks;

import java.util.List;
import org.bytedeco.pytorch.global.torch;
import sensorium.nn.Attention;
import sensorium.nn.Conv2d;
import sensorium.nn.GroupNorm;
import sensorium.nn.Init;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * A level of a denoising U-Net (Ho et al., arXiv 2006.11239) at 64×64×128: a residual block, then attention of four heads of
 * 64 over all places.
 */
final class UnetCases {
    private static final int SIDE = 64;
    private static final int CHANNELS = 128;
    private static final int GROUPS = 32;
    private static final int HEADS = 4;
    private static final int HEAD_WIDTH = 64;
    private static final double EPS = 1e-5;

    private UnetCases() {}

    /** @param x (B, C, H, W): a parameter, so that its gradient is asked for */
    private record Level(
            Parameter x,
            GroupNorm norm1,
            Conv2d conv1,
            GroupNorm norm2,
            Conv2d conv2,
            GroupNorm norm3,
            Attention attention)
            implements Module {
        static Level of(Weights w, int batch) {
            var heads = new Attention.Config(HEADS, HEAD_WIDTH, 1 / Math.sqrt(HEAD_WIDTH), Attention.Biases.ALL, 0);
            return new Level(
                    w.parameter("x", new Init.Normal(1), batch, CHANNELS, SIDE, SIDE),
                    GroupNorm.of(w.at("norm1"), GROUPS, CHANNELS, EPS),
                    Conv2d.of(w.at("conv1"), CHANNELS, CHANNELS, 3, 1, 1, true),
                    GroupNorm.of(w.at("norm2"), GROUPS, CHANNELS, EPS),
                    Conv2d.of(w.at("conv2"), CHANNELS, CHANNELS, 3, 1, 1, true),
                    GroupNorm.of(w.at("norm3"), GROUPS, CHANNELS, EPS),
                    Attention.of(w.at("attention"), CHANNELS, heads));
        }

        Tensor forward() {
            Tensor in = x.value();
            Tensor h = conv1.forward(norm1.forward(in).silu());
            Tensor y = in.plus(conv2.forward(norm2.forward(h).silu()));
            Tensor tokens = norm3.forward(y).flatten(2, 4).t(); // (B, H·W, C)
            return y.plus(attention.forward(tokens).t().reshape(in.shape()));
        }
    }

    static List<Case> all() {
        return List.of(forward(1), forward(4), backward(1), backward(4));
    }

    private static Case forward(int batch) {
        return new Case("unet/64x64x128 batch " + batch, Roof.FMA, flops(batch), 1e-3, () -> {
            Level level = Models.stirred(Level.of(Weights.random(0), batch));
            var layers = TorchLayers.of(level);
            return List.of(Ours.of(level::forward), Torch.of(() -> forward(layers)));
        });
    }

    /** Gradients of the weights and of x, of a weighted sum of the result. */
    private static Case backward(int batch) {
        return new Case("unet/64x64x128 batch " + batch + " fwd+bwd", Roof.FMA, 3 * flops(batch), 1e-3, () -> {
            Level level = Models.stirred(Level.of(Weights.random(0), batch));
            Tensor dy = Inputs.normal(batch, CHANNELS, SIDE, SIDE);
            var same = Torch.view(dy);
            return List.of(
                    new OurStep(level, () -> level.forward().times(dy).sum(), false),
                    new TorchStep(level, layers -> forward(layers).mul(same).sum(), false));
        });
    }

    private static org.bytedeco.pytorch.Tensor forward(TorchLayers level) {
        var x = level.weight("x");
        var y = TorchLayers.freeing(() -> {
            var h = level.at("conv1").conv2d(torch.silu(level.at("norm1").groupNorm(x, GROUPS)), 1, 1);
            return x.add(level.at("conv2").conv2d(torch.silu(level.at("norm2").groupNorm(h, GROUPS)), 1, 1));
        });
        var tokens = level.at("norm3").groupNorm(y, GROUPS).flatten(2, -1).transpose(1, 2);
        return y.add(
                level.at("attention").attention(tokens, HEADS).transpose(1, 2).view_as(y));
    }

    private static double flops(double batch) {
        double tokens = SIDE * SIDE;
        double inner = HEADS * HEAD_WIDTH;
        double convolutions = 2 * Models.convFlops(batch, SIDE, CHANNELS, CHANNELS, 3);
        double projections = 4 * 2 * batch * tokens * CHANNELS * inner;
        return convolutions + projections + 4 * batch * tokens * tokens * inner;
    }
}
