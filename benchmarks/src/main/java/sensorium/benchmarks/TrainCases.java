package sensorium.benchmarks;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import sensorium.memory.Scope;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SharedSpaceConfig;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.ClassifierConfig;
import sensorium.multimodal.classify.Input;
import sensorium.nn.GridPositions;
import sensorium.nn.Losses;
import sensorium.nn.Parameter;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.vision.Vit;
import sensorium.vision.VitConfig;

/** Steps of training, from a batch in memory to changed weights: forward, loss, backward, AdamW. */
final class TrainCases {
    private static final int BATCH = 128;
    private static final int SIDE = 28;
    private static final int CLASSES = 10;

    private static final int VIT_PATCH = 4;
    private static final int VIT_WIDTH = 128;
    private static final int VIT_DEPTH = 4;

    private static final int HEADS = 4;

    private static final int SEEN = 64;
    private static final int HEARD = 64;
    private static final int CONCEPTS = 400;
    private static final double PULL = 6;
    /** libtorch's reduction to the mean. */
    private static final int MEAN = 1;

    /** One of 10⁵ numbers rounded across the kink of a ReLU, or to another maximum, moves a gradient this much. */
    private static final double KINKS = 1e-2;

    private TrainCases() {}

    static List<Case> all() {
        return List.of(
                new Case("train/vit 28x28 batch 128", Roof.FMA, 3 * vitFlops(), 1e-3, TrainCases::vit),
                new Case(
                        "train/classifier 28x28 batch 128",
                        Roof.FMA,
                        3 * classifierFlops(),
                        KINKS,
                        TrainCases::classifier),
                new Case("train/shared space 64+64", Roof.FMA, 3 * spaceFlops(), KINKS, TrainCases::space));
    }

    private static List<Engine> vit() {
        return vitOpeners().stream().map(Supplier::get).toList();
    }

    /** Patches of 4×4 pixels. */
    static List<Supplier<Engine>> vitOpeners() {
        var blocks = TransformerConfig.of(VIT_WIDTH, VIT_DEPTH, HEADS);
        var encoder = new PatchEncoder.Config(
                Patches.Config.of(1, SIDE, SIDE, VIT_PATCH), 0, GridPositions.Kind.LEARNED, Pooling.Kind.MEAN, blocks);
        Vit vit = Models.stirred(Vit.of(Weights.random(0), new VitConfig(encoder, labels())));
        Tensor pixels = Inputs.normal(BATCH, 1, SIDE, SIDE);
        Tensor targets = RowCases.targets(BATCH, CLASSES);
        return List.of(() -> new OurStep(vit, () -> Losses.crossEntropy(vit.forward(pixels), targets), true), () -> {
            var same = Torch.view(pixels);
            var classes = Torch.view(targets);
            return new TorchStep(
                    vit,
                    layers -> {
                        var in = layers.at("encoder");
                        var map = in.at("patches").at("projection").conv2d(same, VIT_PATCH, 0);
                        var tokens = encoded(in, map, VIT_DEPTH, true);
                        return torch.cross_entropy_loss(layers.at("head").linear(tokens.mean(1)), classes);
                    },
                    true);
        });
    }

    private static double vitFlops() {
        int tokens = (SIDE / VIT_PATCH) * (SIDE / VIT_PATCH);
        double patches = 2.0 * BATCH * tokens * VIT_PATCH * VIT_PATCH * VIT_WIDTH;
        return patches + Models.transformerFlops(BATCH, tokens, VIT_WIDTH, 4 * VIT_WIDTH, VIT_DEPTH);
    }

    private static List<String> labels() {
        return IntStream.range(0, CLASSES).mapToObj(i -> "class " + i).toList();
    }

    /** What the recipe for Fashion-MNIST trains. */
    private static List<Engine> classifier() {
        var config = ClassifierConfig.small(labels(), new Input.Grey(SIDE, SIDE, 0, 1));
        Classifier classifier = Models.stirred(Classifier.of(Weights.random(0), config));
        Tensor pixels = Inputs.normal(BATCH, 1, SIDE, SIDE);
        Tensor targets = RowCases.targets(BATCH, CLASSES);
        var same = Torch.view(pixels);
        var classes = Torch.view(targets);
        var smoothed = Losses.CrossEntropy.smoothed(0.05);
        return List.of(
                new OurStep(classifier, () -> Losses.crossEntropy(classifier.forward(pixels), targets, smoothed), true),
                new TorchStep(
                        classifier,
                        layers -> {
                            var in = layers.at("encoder");
                            var stages = in.at("patches").at("stages");
                            var map = pooled(stages.at(1), pooled(stages.at(0), same));
                            var tokens = encoded(in, map, 2, true);
                            return torch.cross_entropy_loss(
                                    layers.at("head").linear(tokens.mean(1)),
                                    classes,
                                    new TensorOptional(),
                                    MEAN,
                                    -100,
                                    0.05);
                        },
                        true));
    }

    private static org.bytedeco.pytorch.Tensor pooled(TorchLayers stage, org.bytedeco.pytorch.Tensor x) {
        var map = torch.max_pool2d(stage.at("convs").at(0).conv2d(x, 1, 1), 2, 2);
        return torch.relu(stage.at("norms").at(0).batchNorm(map));
    }

    private static double classifierFlops() {
        double stem = Models.convFlops(BATCH, SIDE, 1, 16, 3) + Models.convFlops(BATCH, SIDE / 2.0, 16, 64, 3);
        return stem + Models.transformerFlops(BATCH, 49, 64, 128, 2);
    }

    /** The demo's step once the words are locked: pictures and sounds towards the words of what they show. */
    private static List<Engine> space() {
        var config = SharedSpaceConfig.small();
        SharedSpace space = Models.stirred(SharedSpace.of(Weights.random(0), config));
        space.parameters().forEach((path, p) -> p.setTrainable(!path.startsWith("text.")));
        Tensor pixels = Inputs.uniform(SEEN, 3, config.side(), config.side());
        Tensor mels = Inputs.normal(HEARD, 1, 100, 40);
        Tensor anchors = Scope.tidy(
                        () -> Inputs.normal(CONCEPTS, config.width()).normalize(-1, 1e-6))
                .keep();
        Tensor shown = RowCases.targets(SEEN, CONCEPTS);
        Tensor played = RowCases.targets(HEARD, CONCEPTS);
        var theirs = new TorchSpace(
                Torch.view(pixels), Torch.view(mels), Torch.view(anchors), Torch.view(shown), Torch.view(played));
        return List.of(
                new OurStep(
                        space,
                        () -> toAnchors(space.ofPictures(pixels), anchors, shown, space.pictureScale())
                                .plus(toAnchors(space.ofSounds(mels), anchors, played, space.soundScale())),
                        true),
                new TorchStep(space, theirs::loss, true));
    }

    private static Tensor toAnchors(Tensor z, Tensor anchors, Tensor target, Parameter scale) {
        Tensor cosines = z.matmul(anchors.t()); // (B, concepts)
        Tensor choose = Losses.crossEntropy(cosines.times(scale.value().exp()), target);
        Tensor own = cosines.gather(1, target.unsqueeze(1)).mean();
        return choose.plus(own.subtractedFrom(1).times(PULL));
    }

    private record TorchSpace(
            org.bytedeco.pytorch.Tensor pixels,
            org.bytedeco.pytorch.Tensor mels,
            org.bytedeco.pytorch.Tensor anchors,
            org.bytedeco.pytorch.Tensor shown,
            org.bytedeco.pytorch.Tensor played) {

        org.bytedeco.pytorch.Tensor loss(TorchLayers space) {
            return toAnchors(
                            space.at("pictureHead").linear(picture(space.at("picture"))),
                            shown,
                            space.weight("pictureScale"))
                    .add(toAnchors(
                            space.at("soundHead").linear(sound(space.at("sound"))),
                            played,
                            space.weight("soundScale")));
        }

        private org.bytedeco.pytorch.Tensor picture(TorchLayers in) {
            var map = pixels.sub(new Scalar(0.5)).mul(new Scalar(4.0));
            for (int i = 0; i < 3; i++) {
                var stage = in.at("patches").at("stages").at(i);
                map = torch.relu(stage.at("norms")
                        .at(0)
                        .batchNorm(stage.at("convs").at(0).conv2d(map, 2, 1)));
            }
            for (int i = 3; i < 5; i++) {
                var stage = in.at("patches").at("stages").at(i);
                var h = torch.relu(stage.at("norms")
                        .at(0)
                        .batchNorm(stage.at("convs").at(0).conv2d(map, 1, 1)));
                map = torch.relu(map.add(stage.at("norms")
                        .at(1)
                        .batchNorm(stage.at("convs").at(1).conv2d(h, 1, 1))));
            }
            var tokens = encoded(in, map, 1, false);
            return torch.cat(Torch.vector(List.of(tokens.mean(1), torch.amax(tokens, new long[] {1}, false))), 1);
        }

        private org.bytedeco.pytorch.Tensor sound(TorchLayers in) {
            var projection = in.at("patches").at("projection");
            var map = torch.conv2d(
                    mels,
                    projection.weight("weight"),
                    new TensorOptional(projection.weight("bias")),
                    new long[] {10, 40},
                    new long[] {0, 0},
                    new long[] {1, 1},
                    1);
            var pooling = in.at("pooling");
            var side = pooling.at("narrow").linear(encoded(in, map, 1, false)).flatten(1, -1);
            var h = pooling.at("hidden").linear(torch.relu(pooling.at("norm1").batchNorm(side)));
            return torch.relu(pooling.at("norm2").batchNorm(h));
        }

        private org.bytedeco.pytorch.Tensor toAnchors(
                org.bytedeco.pytorch.Tensor x, org.bytedeco.pytorch.Tensor target, org.bytedeco.pytorch.Tensor scale) {
            var cosines = torch.matmul(torch.normalize(x), anchors.t());
            var choose = torch.cross_entropy_loss(cosines.mul(scale.exp()), target);
            var own = cosines.gather(1, target.unsqueeze(1)).mean();
            return choose.add(torch.rsub(own, new Scalar(1.0)).mul(new Scalar(PULL)));
        }
    }

    private static double spaceFlops() {
        double stem = Models.convFlops(SEEN, 16, 3, 16, 3)
                + Models.convFlops(SEEN, 8, 16, 32, 3)
                + Models.convFlops(SEEN, 4, 32, 96, 3)
                + 4 * Models.convFlops(SEEN, 4, 96, 96, 3);
        double seeing = stem + Models.transformerFlops(SEEN, 16, 96, 192, 1) + 2.0 * SEEN * 256 * (192 + CONCEPTS);
        double patches = 2.0 * HEARD * 10 * 128 * (400 + 64);
        double places = 2.0 * HEARD * (640 * 512 + 512 * 256 + 256 * CONCEPTS);
        return seeing + patches + Models.transformerFlops(HEARD, 10, 128, 256, 1) + places;
    }

    /** A map (B, D, H, W) as tokens with their places, through the transformer. */
    private static org.bytedeco.pytorch.Tensor encoded(
            TorchLayers encoder, org.bytedeco.pytorch.Tensor map, int depth, boolean gelu) {
        var tokens = map.flatten(2, -1).transpose(1, 2).add(encoder.weight("positions.table"));
        return encoder.at("transformer").transformer(tokens, depth, HEADS, gelu);
    }
}
