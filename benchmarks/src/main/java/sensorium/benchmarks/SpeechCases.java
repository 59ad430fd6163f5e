package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import sensorium.memory.Scope;
import sensorium.nn.Conv1d;
import sensorium.nn.Module;
import sensorium.nn.Positions;
import sensorium.nn.Transformer;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/** Whisper of the size "base" (Radford et al., arXiv 2212.04356): what it hears of 30 s, and one token of what it says. */
final class SpeechCases {
    private static final int BANDS = 80;
    private static final int FRAMES = 3000;
    private static final int HEARD = FRAMES / 2;
    private static final int WIDTH = 512;
    private static final int DEPTH = 6;
    private static final int HEADS = 8;
    /** Tokens said before the one that is measured. */
    private static final int SAID = 100;

    private SpeechCases() {}

    /** @param transformer with sines and cosines as positions */
    private record Encoder(Conv1d conv1, Conv1d conv2, Transformer transformer) implements Module {
        static Encoder of(Weights w) {
            var positions = new Positions.Config(Positions.Kind.SINUSOIDAL, HEARD);
            return new Encoder(
                    Conv1d.of(w.at("conv1"), BANDS, WIDTH, 3, 1, 1, true),
                    Conv1d.of(w.at("conv2"), WIDTH, WIDTH, 3, 2, 1, true),
                    Transformer.of(
                            w.at("transformer"),
                            TransformerConfig.of(WIDTH, DEPTH, HEADS).with(positions)));
        }

        /** Log-mels (1, bands, frames) → (1, frames/2, D). */
        Tensor forward(Tensor mels) {
            Tensor h =
                    Scope.tidy(() -> conv2.forward(conv1.forward(mels).gelu()).gelu());
            return transformer.forward(h.t());
        }
    }

    static List<Case> all() {
        return List.of(
                new Case("speech/whisper-base encoder 30 s", Roof.FMA, encoderFlops(), 1e-3, SpeechCases::encoder),
                new Case("speech/whisper-base decoder 1 token", Roof.READ, decoderBytes(), 1e-3, SpeechCases::decoder));
    }

    private static double encoderFlops() {
        double convolutions = 2.0 * FRAMES * BANDS * WIDTH * 3 + 2.0 * HEARD * WIDTH * WIDTH * 3;
        return convolutions + Models.transformerFlops(1, HEARD, WIDTH, 4 * WIDTH, DEPTH);
    }

    private static List<Engine> encoder() {
        Encoder encoder = Models.stirred(Encoder.of(Weights.random(0)));
        Tensor mels = Inputs.normal(1, BANDS, FRAMES);
        var layers = TorchLayers.of(encoder);
        var same = Torch.view(mels);
        var places = switch (encoder.transformer.positions()) {
            case Positions.Sinusoidal(var table) -> Torch.view(table);
            default -> throw new IllegalStateException("no table of positions");
        };
        return List.of(Ours.of(() -> encoder.forward(mels)), Torch.of(() -> {
            var x = TorchLayers.freeing(() -> {
                var h = torch.gelu(layers.at("conv1").conv1d(same, 1, 1));
                return torch.gelu(layers.at("conv2").conv1d(h, 2, 1))
                        .transpose(1, 2)
                        .add(places);
            });
            return layers.at("transformer").transformer(x, DEPTH, HEADS, true);
        }));
    }

    /** The weights, and what was heard and said as keys and values; those of what was heard are made once. */
    private static double decoderBytes() {
        double matrices = (4 + 2 + 8) * WIDTH * WIDTH;
        double keysAndValues = 2.0 * WIDTH * (HEARD + SAID + 1);
        return DType.F32.bytes() * DEPTH * (matrices + keysAndValues);
    }

    private static List<Engine> decoder() {
        var config = TransformerConfig.of(WIDTH, DEPTH, HEADS).causally().attendingTo(WIDTH);
        Transformer decoder = Models.stirred(Transformer.of(Weights.random(0), config));
        Tensor heard = Inputs.normal(1, HEARD, WIDTH);
        Tensor said = Inputs.normal(1, SAID, WIDTH);
        Tensor token = Inputs.normal(1, 1, WIDTH);
        Transformer.Cache cache = decoder.newCache();
        var in = Transformer.Inputs.attendingTo(heard, null).withCache(cache);
        Scope.tidyRun(() -> decoder.forward(said, in));
        var theirs = new TorchDecoder(TorchLayers.of(decoder), cache);
        var same = Torch.view(token);
        return List.of(
                Ours.of(() -> {
                    cache.truncate(SAID);
                    return decoder.forward(token, in);
                }),
                Torch.of(() -> theirs.forward(same)));
    }

    /** Keys and values of each block as ours has them, in place; those of the next token have their room after them. */
    private static final class TorchDecoder {
        private record Kept(org.bytedeco.pytorch.Tensor keys, org.bytedeco.pytorch.Tensor values) {}

        private final TorchLayers layers;
        private final List<Kept> self = new ArrayList<>();
        private final List<Kept> context = new ArrayList<>();

        TorchDecoder(TorchLayers layers, Transformer.Cache cache) {
            this.layers = layers;
            for (int i = 0; i < DEPTH; i++) {
                var own = cache.self().get(i);
                var other = cache.context().get(i);
                self.add(new Kept(withRoom(own.keys()), withRoom(own.values())));
                context.add(new Kept(copy(other.keys()), copy(other.values())));
            }
        }

        private static org.bytedeco.pytorch.Tensor copy(Tensor t) {
            return Scope.tidy(() -> Torch.view(t.contiguous()).clone());
        }

        private static org.bytedeco.pytorch.Tensor withRoom(Tensor t) {
            var room = torch.zeros(1, HEADS, SAID + 1, WIDTH / HEADS);
            room.narrow(2, 0, SAID).copy_(copy(t));
            return room;
        }

        org.bytedeco.pytorch.Tensor forward(org.bytedeco.pytorch.Tensor token) {
            var x = token;
            for (int i = 0; i < DEPTH; i++) {
                var block = layers.at("blocks").at(i);
                var own = self.get(i);
                var other = context.get(i);
                var qkv = torch.chunk(
                        block.at("attention").at("qkv").linear(block.at("norm1").layerNorm(x)), 3, -1);
                own.keys.narrow(2, SAID, 1).copy_(TorchLayers.heads(qkv.get(1), HEADS));
                own.values.narrow(2, SAID, 1).copy_(TorchLayers.heads(qkv.get(2), HEADS));
                var mixed = TorchLayers.attend(TorchLayers.heads(qkv.get(0), HEADS), own.keys, own.values);
                x = x.add(block.at("attention").at("out").linear(mixed));
                var q = block.at("cross")
                        .at("query")
                        .linear(block.at("crossNorm").layerNorm(x));
                var seen = TorchLayers.attend(TorchLayers.heads(q, HEADS), other.keys, other.values);
                x = x.add(block.at("cross").at("out").linear(seen));
                x = x.add(block.at("mlp").mlp(block.at("norm2").layerNorm(x), true));
            }
            return layers.at("norm").layerNorm(x);
        }
    }
}
