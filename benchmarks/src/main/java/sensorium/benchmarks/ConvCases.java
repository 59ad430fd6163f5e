package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import sensorium.op.Primitive.Window;
import sensorium.tensor.Tensor;

/**
 * Convolutions of residual networks, of a diffusion model's U-Net and of Whisper's stem. The peer is libtorch, which hands
 * them to oneDNN, with channels first, as ours have them, and with channels last; neither packs weights beforehand.
 */
final class ConvCases {
    private ConvCases() {}

    /**
     * @param n pictures
     * @param c channels in
     * @param h height, 1 for a sequence
     * @param o channels out
     * @param kh height of the kernel, whose width is {@code kw}
     */
    private record Layer(int n, int c, int h, int w, int o, int kh, int kw, int stride, int groups) {
        Window window() {
            return new Window(stride, stride, kh / 2, kw / 2, 1, 1, groups);
        }

        int outH() {
            return window().outH(h, kh);
        }

        int outW() {
            return window().outW(w, kw);
        }

        double flops() {
            int taps = c / groups * kh * kw;
            return 2.0 * n * o * outH() * outW() * taps;
        }
    }

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        both(cases, "3x3 64@56", new Layer(1, 64, 56, 56, 64, 3, 3, 1, 1));
        both(cases, "3x3 64@56 batch 8", new Layer(8, 64, 56, 56, 64, 3, 3, 1, 1));
        both(cases, "3x3 320@32", new Layer(1, 320, 32, 32, 320, 3, 3, 1, 1));
        both(cases, "3x3 64@14 batch 32", new Layer(32, 64, 14, 14, 64, 3, 3, 1, 1));
        both(cases, "3x3 128@7 batch 32", new Layer(32, 128, 7, 7, 128, 3, 3, 1, 1));
        both(cases, "1x1 256@28", new Layer(1, 256, 28, 28, 256, 1, 1, 1, 1));
        both(cases, "3x3 64-128@56 stride 2", new Layer(1, 64, 56, 56, 128, 3, 3, 2, 1));
        both(cases, "3x3 96@56 depthwise", new Layer(1, 96, 56, 56, 96, 3, 3, 1, 96));
        both(cases, "1d k3 80-512@3000", new Layer(1, 80, 1, 3000, 512, 1, 3, 1, 1));
        return cases;
    }

    private static void both(List<Case> cases, String name, Layer layer) {
        cases.add(new Case("conv/" + name, Roof.FMA, layer.flops(), () -> forward(layer)));
        cases.add(new Case("conv/" + name + " fwd+bwd", Roof.FMA, 3 * layer.flops(), () -> backward(layer)));
    }

    private static List<Engine> forward(Layer layer) {
        List<Tensor> in = inputs(layer);
        var first = in.stream().map(Torch::view).toList();
        var last = first.stream().map(ConvCases::channelsLast).toList();
        return List.of(
                Ours.of(() -> ours(in, layer)),
                Torch.of(() -> theirs(first, layer)),
                Torch.of("libtorch nhwc", () -> theirs(last, layer)));
    }

    private static List<Engine> backward(Layer layer) {
        List<Tensor> in = inputs(layer);
        Tensor dy = Inputs.normal(layer.n, layer.o, layer.outH(), layer.outW());
        var first = in.stream().map(Torch::view).toList();
        var last = first.stream().map(ConvCases::channelsLast).toList();
        var firstDy = Torch.view(dy);
        return List.of(
                Ours.backward(x -> ours(x, layer), in, dy),
                Torch.backward(x -> theirs(x, layer), first, firstDy),
                Torch.backward("libtorch nhwc", x -> theirs(x, layer), last, channelsLast(firstDy)));
    }

    private static List<Tensor> inputs(Layer l) {
        return List.of(Inputs.normal(l.n, l.c, l.h, l.w), Inputs.normal(l.o, l.c / l.groups, l.kh, l.kw));
    }

    private static org.bytedeco.pytorch.Tensor channelsLast(org.bytedeco.pytorch.Tensor t) {
        return t.contiguous(MemoryFormat.ChannelsLast);
    }

    private static Tensor ours(List<Tensor> in, Layer l) {
        return in.get(0).conv2d(in.get(1), null, l.window());
    }

    private static org.bytedeco.pytorch.Tensor theirs(List<org.bytedeco.pytorch.Tensor> in, Layer l) {
        long[] stride = {l.stride, l.stride};
        long[] padding = {l.kh / 2, l.kw / 2};
        return torch.conv2d(in.get(0), in.get(1), new TensorOptional(), stride, padding, new long[] {1, 1}, l.groups);
    }
}
