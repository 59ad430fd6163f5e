package sensorium.benchmarks;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;
import sensorium.nn.GridPositions;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.vision.Vit;
import sensorium.vision.VitConfig;

/** ViT-B/16 (Dosovitskiy et al., arXiv 2010.11929): pictures of 224² pixels to 1000 logits. */
final class VitCases {
    private static final int SIDE = 224;
    private static final int PATCH = 16;
    private static final int WIDTH = 768;
    private static final int DEPTH = 12;
    private static final int HEADS = 12;
    private static final int CLASSES = 1000;

    private VitCases() {}

    static List<Case> all() {
        return List.of(forward(1), forward(8));
    }

    private static Case forward(int batch) {
        return new Case("vit/b16 batch " + batch, Roof.FMA, flops(batch), 1e-3, () -> engines(batch));
    }

    private static double flops(int batch) {
        int patches = (SIDE / PATCH) * (SIDE / PATCH);
        double embedding = 2.0 * batch * patches * (3 * PATCH * PATCH) * WIDTH;
        double head = 2.0 * batch * WIDTH * CLASSES;
        return embedding + Models.transformerFlops(batch, patches + 1, WIDTH, 4 * WIDTH, DEPTH) + head;
    }

    private static List<Engine> engines(int batch) {
        return openers(batch).stream().map(Supplier::get).toList();
    }

    static List<Supplier<Engine>> openers(int batch) {
        Vit vit = model();
        Tensor pixels = Inputs.normal(batch, 3, SIDE, SIDE);
        return List.of(() -> ours(vit, pixels), () -> theirs(vit, pixels));
    }

    private static Engine ours(Vit vit, Tensor pixels) {
        return Ours.of(() -> vit.forward(pixels));
    }

    private static Engine theirs(Vit vit, Tensor pixels) {
        var layers = TorchLayers.of(vit);
        var same = Torch.view(pixels);
        return Torch.of(() -> forward(layers, same));
    }

    static Vit model() {
        var blocks = TransformerConfig.of(WIDTH, DEPTH, HEADS);
        var encoder = new PatchEncoder.Config(
                Patches.Config.of(3, SIDE, SIDE, PATCH), 1, GridPositions.Kind.LEARNED, Pooling.Kind.FRONT, blocks);
        var labels = IntStream.range(0, CLASSES).mapToObj(i -> "class " + i).toList();
        return Models.stirred(Vit.of(Weights.random(0), new VitConfig(encoder, labels)));
    }

    private static org.bytedeco.pytorch.Tensor forward(TorchLayers vit, org.bytedeco.pytorch.Tensor pixels) {
        var encoder = vit.at("encoder");
        var x = TorchLayers.freeing(() -> {
            var patches = encoder.at("patches")
                    .at("projection")
                    .conv2d(pixels, PATCH, 0)
                    .flatten(2, -1)
                    .transpose(1, 2);
            var front = encoder.weight("front.0").expand(pixels.size(0), 1, WIDTH);
            return torch.cat(Torch.vector(List.of(front, patches)), 1).add(encoder.weight("positions.table"));
        });
        var tokens = encoder.at("transformer").transformer(x, DEPTH, HEADS, true);
        return vit.at("head").linear(tokens.select(1, 0));
    }
}
