package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import sensorium.diffusion.Conditioning;
import sensorium.diffusion.DiffusionConfig;
import sensorium.diffusion.DiffusionModel;
import sensorium.diffusion.DitConfig;
import sensorium.diffusion.UNetConfig;
import sensorium.nn.Weights;
import sensorium.nn.unet.Mixer;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * A step of sampling by the networks that {@code train diffusion} makes for Fashion-MNIST: the prediction with the class and without
 * it, in one batch, and what guidance makes of the two. What a sampler does with it besides is a few additions.
 */
final class SamplingCases {
    private static final int SIDE = 28;
    private static final int LABELS = 10;
    private static final double STEP = 500;
    private static final double GUIDANCE = 2;

    private SamplingCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (var kind : DiffusionConfig.Kind.values()) {
            for (int pictures : new int[] {1, 16, 64}) {
                cases.add(step(kind, pictures));
            }
        }
        return cases;
    }

    private static Case step(DiffusionConfig.Kind kind, int pictures) {
        var labels = IntStream.range(0, LABELS).mapToObj(i -> "class " + i).toList();
        DiffusionConfig config = DiffusionConfig.small(kind, DiffusionConfig.Told.labels(labels), 1, SIDE);
        String network = kind.name().toLowerCase(Locale.ROOT);
        String name = "sampling/%s %d guided".formatted(network, pictures);
        return new Case(name, Roof.FMA, flops(config, 2.0 * pictures), 1e-3, () -> engines(config, pictures));
    }

    private static List<Engine> engines(DiffusionConfig config, int pictures) {
        DiffusionModel model = Models.stirred(DiffusionModel.of(Weights.random(0), config));
        Tensor x = Inputs.normal(pictures, 1, SIDE, SIDE);
        Tensor wanted = RowCases.targets(pictures, LABELS);
        List<Engine> engines = new ArrayList<>();
        engines.add(Ours.of(() -> {
            Tensor none = Tensor.full(LABELS, pictures).to(DType.I64);
            Tensor both = model.forward(
                    Tensor.concat(0, List.of(x, x)),
                    Tensor.full(STEP, 2 * pictures),
                    Conditioning.ofClasses(Tensor.concat(0, List.of(wanted, none))));
            Tensor without = both.slice(0, pictures, 2 * pictures);
            return without.plus(both.slice(0, 0, pictures).minus(without).times(GUIDANCE));
        }));
        var same = Torch.view(x);
        var classes = Torch.view(wanted);
        var layers = TorchLayers.of(model);
        engines.add(theirs(Torch.NAME, TorchDenoiser.of(model, layers), same, classes));
        if (config.network() instanceof UNetConfig) {
            var last = TorchDenoiser.of(model, layers.channelsLast());
            engines.add(theirs(Torch.NAME + " nhwc", last, same, classes));
        }
        return engines;
    }

    private static Engine theirs(
            String name, TorchDenoiser denoiser, org.bytedeco.pytorch.Tensor x, org.bytedeco.pytorch.Tensor classes) {
        return Torch.of(name, () -> {
            long n = x.size(0);
            var none = torch.full_like(classes, new Scalar(LABELS));
            var both = denoiser.forward(
                    torch.cat(Torch.vector(List.of(x, x))),
                    torch.full(new long[] {2 * n}, new Scalar(STEP)),
                    torch.cat(Torch.vector(List.of(classes, none))));
            var without = both.narrow(0, n, n);
            return without.add(both.narrow(0, 0, n).sub(without).mul(new Scalar(GUIDANCE)));
        });
    }

    /** Of the products alone; {@code n} pictures pass through the network. */
    private static double flops(DiffusionConfig config, double n) {
        return switch (config.network()) {
            case UNetConfig c -> unetFlops(c, n, (double) config.side() / config.fold());
            case DitConfig c -> ditFlops(c, n);
        };
    }

    private static double unetFlops(UNetConfig c, double n, double side) {
        List<Integer> widths = c.widths();
        int last = widths.size() - 1;
        int first = widths.getFirst();
        List<Integer> seen = new ArrayList<>(List.of(first));
        double sum = Models.convFlops(n, side, c.in(), first, 3) + Models.convFlops(n, side, first, c.out(), 3);
        double map = side;
        int width = first;
        for (int stage = 0; stage <= last; stage++) {
            for (int i = 0; i < c.layers(); i++) {
                sum += blockFlops(c.down().get(stage), n, map, width, widths.get(stage));
                width = widths.get(stage);
                seen.add(width);
            }
            if (stage < last) {
                map /= 2;
                sum += Models.convFlops(n, map, width, width, 3);
                seen.add(width);
            }
        }
        sum += blockFlops(c.middle(), n, map, width, width) + blockFlops(Mixer.Kind.NONE, n, map, width, width);
        for (int stage = 0; stage <= last; stage++) {
            int out = widths.get(last - stage);
            for (int i = 0; i <= c.layers(); i++) {
                sum += blockFlops(c.up().get(stage), n, map, width + seen.removeLast(), out);
                width = out;
            }
            if (stage < last) {
                map *= 2;
                sum += Models.convFlops(n, map, width, width, 3);
            }
        }
        return sum;
    }

    /** A residual block, and the attention after it where there is one. */
    private static double blockFlops(Mixer.Kind mixer, double n, double side, double in, double out) {
        double shortcut = in == out ? 0 : Models.convFlops(n, side, in, out, 1);
        double residual = Models.convFlops(n, side, in, out, 3) + Models.convFlops(n, side, out, out, 3) + shortcut;
        return mixer == Mixer.Kind.NONE ? residual : residual + Models.transformerFlops(n, side * side, out, 0, 1);
    }

    private static double ditFlops(DitConfig c, double n) {
        double across = (double) c.side() / c.patch();
        double tokens = across * across;
        var t = c.transformer();
        double ends = 2 * n * tokens * c.patch() * c.patch() * (c.in() + c.out()) * t.width();
        double modulation = 2 * n * t.width() * t.width() * (6 * t.depth() + 2);
        return ends
                + modulation
                + Models.transformerFlops(n, tokens, t.width(), t.mlp().hidden(), t.depth());
    }
}
