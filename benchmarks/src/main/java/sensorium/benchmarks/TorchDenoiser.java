package sensorium.benchmarks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import sensorium.diffusion.DiffusionConfig;
import sensorium.diffusion.DiffusionModel;
import sensorium.diffusion.DitConfig;
import sensorium.diffusion.NetworkConfig;
import sensorium.diffusion.UNetConfig;
import sensorium.nn.GridPositions;
import sensorium.nn.unet.Mixer;
import sensorium.nn.unet.TimestepEmbedding;

/**
 * The networks of {@link DiffusionModel} in libtorch's fused operators, with the same weights: what its users write, except that what
 * never changes, the frequencies of the timesteps and the places of the patches, is made once.
 *
 * @param layers of the model
 * @param frequencies (1, half the sinusoids)
 * @param places (1, N, D) where patches stand, null for the U-Net
 */
record TorchDenoiser(TorchLayers layers, DiffusionConfig config, Tensor frequencies, Tensor places) {
    private static final double LONGEST = 10_000;

    static TorchDenoiser of(DiffusionModel model, TorchLayers layers) {
        DiffusionConfig c = model.config();
        var timesteps = timesteps(c.network());
        int half = timesteps.sinusoids() / 2;
        var frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(-Math.log(LONGEST) * i / (half - timesteps.shift()));
        }
        Tensor places = model.dit() != null && model.dit().positions() instanceof GridPositions.Sinusoidal fixed
                ? Torch.view(fixed.table())
                : null;
        return new TorchDenoiser(
                layers,
                c,
                torch.from_blob(new FloatPointer(frequencies), new long[] {1, half})
                        .clone(),
                places);
    }

    private static TimestepEmbedding.Config timesteps(NetworkConfig c) {
        return switch (c) {
            case UNetConfig u -> u.timesteps();
            case DitConfig d -> d.timesteps();
        };
    }

    /** (N, C, H, W), timesteps (N) and classes (N) → (N, C, H, W). */
    Tensor forward(Tensor x, Tensor timesteps, Tensor classes) {
        Tensor squares = config.fold() == 1 ? x : torch.pixel_unshuffle(x, config.fold());
        Tensor y = switch (config.network()) {
            case UNetConfig u -> unet(layers.at("unet"), u, squares, timesteps, classes);
            case DitConfig d -> dit(layers.at("dit"), d, squares, timesteps, classes);
        };
        return config.fold() == 1 ? y : torch.pixel_shuffle(y, config.fold());
    }

    /** Timesteps and classes (N) → (N, E); cosines first. */
    private Tensor embedding(TorchLayers told, Tensor timesteps, Tensor classes) {
        Tensor angles = timesteps.unsqueeze(1).mul(frequencies);
        Tensor waves = torch.cat(Torch.vector(List.of(angles.cos(), angles.sin())), 1);
        TorchLayers time = told.at("time");
        Tensor embedded =
                time.at("linear2").linear(torch.silu(time.at("linear1").linear(waves)));
        return embedded.add(torch.embedding(told.at("labels").weight("weight"), classes));
    }

    private Tensor unet(TorchLayers net, UNetConfig c, Tensor x, Tensor timesteps, Tensor classes) {
        Tensor embedding = embedding(net, timesteps, classes);
        int last = c.widths().size() - 1;
        Deque<Tensor> skips = new ArrayDeque<>();
        Tensor y = net.at("input").conv2d(x, 1, 1);
        skips.push(y);
        for (int stage = 0; stage <= last; stage++) {
            TorchLayers down = net.at("down").at(stage);
            for (int i = 0; i < c.layers(); i++) {
                y = residual(down.at("residuals").at(i), c, y, embedding);
                y = mixed(down, i, c.down().get(stage), c, y);
                skips.push(y);
            }
            if (stage < last) {
                y = down.at("downsample").at("conv").conv2d(y, 2, 1);
                skips.push(y);
            }
        }
        TorchLayers middle = net.at("middle");
        y = residual(middle.at("residuals").at(0), c, y, embedding);
        y = mixed(middle, 0, c.middle(), c, y);
        y = residual(middle.at("residuals").at(1), c, y, embedding);
        for (int stage = 0; stage <= last; stage++) {
            TorchLayers up = net.at("up").at(stage);
            for (int i = 0; i <= c.layers(); i++) {
                y = torch.cat(Torch.vector(List.of(y, skips.pop())), 1);
                y = residual(up.at("residuals").at(i), c, y, embedding);
                y = mixed(up, i, c.up().get(stage), c, y);
            }
            if (stage < last) {
                Tensor small = y;
                y = TorchLayers.freeing(() -> up.at("upsample").at("conv").conv2d(doubled(small), 1, 1));
            }
        }
        int groups = c.blocks().groups();
        return net.at("output").conv2d(torch.silu(net.at("norm").groupNorm(y, groups)), 1, 1);
    }

    private static Tensor doubled(Tensor map) {
        return torch.upsample_nearest2d(
                map, new long[] {2 * map.size(2), 2 * map.size(3)}, new DoubleOptional(), new DoubleOptional());
    }

    private static Tensor residual(TorchLayers block, UNetConfig c, Tensor x, Tensor embedding) {
        int groups = c.blocks().groups();
        return TorchLayers.freeing(() -> {
            Tensor h = block.at("conv1").conv2d(torch.silu(block.at("norm1").groupNorm(x, groups)), 1, 1);
            Tensor time =
                    block.at("time").linear(torch.silu(embedding)).unsqueeze(-1).unsqueeze(-1);
            if (c.blocks().scaleShift()) {
                TensorVector p = torch.chunk(time, 2, 1); // scale, shift
                h = modulated(block.at("norm2").groupNorm(h, groups), p.get(1), p.get(0));
            } else {
                h = block.at("norm2").groupNorm(h.add(time), groups);
            }
            h = block.at("conv2").conv2d(torch.silu(h), 1, 1);
            boolean same = block.weight("shortcut.weight") == null;
            return h.add(same ? x : block.at("shortcut").conv2d(x, 1, 0));
        });
    }

    /** After residual block {@code i} of a stage; the same where nothing mixes places. */
    private static Tensor mixed(TorchLayers stage, int i, Mixer.Kind kind, UNetConfig c, Tensor x) {
        return switch (kind) {
            case NONE -> x;
            case ATTENTION -> {
                TorchLayers mixer = stage.at("mixers").at(i);
                int groups = c.blocks().groups();
                int heads = c.blocks().heads().count();
                yield TorchLayers.freeing(() -> {
                    Tensor tokens = mixer.at("groupNorm")
                            .groupNorm(x, groups)
                            .flatten(2, -1)
                            .transpose(1, 2);
                    Tensor seen = mixer.at("attention").attention(tokens, heads);
                    return x.add(seen.transpose(1, 2).reshape(x.size(0), x.size(1), x.size(2), x.size(3)));
                });
            }
            case TRANSFORMER -> throw new IllegalArgumentException("no case has a context");
        };
    }

    private Tensor dit(TorchLayers net, DitConfig c, Tensor x, Tensor timesteps, Tensor classes) {
        int heads = c.transformer().attention().heads();
        Tensor told = torch.silu(embedding(net.at("conditions").at(0), timesteps, classes));
        Tensor y = net.at("patches")
                .at("projection")
                .conv2d(x, c.patch(), 0)
                .flatten(2, -1)
                .transpose(1, 2)
                .add(places);
        TorchLayers transformer = net.at("transformer");
        for (int i = 0; i < c.transformer().depth(); i++) {
            TorchLayers block = transformer.at("blocks").at(i);
            Tensor in = y;
            y = TorchLayers.freeing(() -> block(block, in, told, heads));
        }
        TensorVector p = torch.chunk(transformer.at("modulation").linear(told).unsqueeze(1), 2, -1);
        y = modulated(transformer.at("norm").layerNorm(y), p.get(0), p.get(1));
        return pixels(net.at("output").linear(y), c, x);
    }

    /** A block of AdaLN-zero: shift, scale and gate of the attention, then of the MLP. */
    private static Tensor block(TorchLayers block, Tensor x, Tensor told, int heads) {
        TensorVector p = torch.chunk(block.at("modulation").linear(told).unsqueeze(1), 6, -1);
        Tensor seen =
                block.at("attention").attention(modulated(block.at("norm1").layerNorm(x), p.get(0), p.get(1)), heads);
        Tensor mid = x.add(p.get(2).mul(seen));
        Tensor made = block.at("mlp").mlp(modulated(block.at("norm2").layerNorm(mid), p.get(3), p.get(4)), true);
        return mid.add(p.get(5).mul(made));
    }

    private static Tensor modulated(Tensor x, Tensor shift, Tensor scale) {
        return x.mul(scale.add(new Scalar(1f))).add(shift);
    }

    /** (N, rows·columns, patch·patch·out) → (N, out, H, W). */
    private static Tensor pixels(Tensor tokens, DitConfig c, Tensor like) {
        long p = c.patch();
        long rows = like.size(2) / p;
        long columns = like.size(3) / p;
        return tokens.reshape(like.size(0), rows, columns, p, p, c.out())
                .permute(0, 5, 1, 3, 2, 4)
                .reshape(like.size(0), c.out(), rows * p, columns * p);
    }
}
