package sensorium.vision;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import sensorium.nn.DiffusersFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ParityCase;
import sensorium.nn.WeightNames;
import sensorium.tensor.Tensor;

/** {@code AutoencoderKL} and {@code VQModel} of Hugging Face diffusers: their settings, their names for our weights. */
public final class DiffusersAutoencoder {
    /** What their checkpoints call the parts of an {@link AutoencoderKl}. */
    static final WeightNames KL = names("moments", "quant_conv", "latent", "post_quant_conv");

    /** What their checkpoints call the parts of a {@link VqModel}. */
    static final WeightNames VQ =
            names("before", "quant_conv", "after", "post_quant_conv", "codebook", "quantize.embedding");

    private static final int LARGEST = 1 << 16;
    private static final int MOST_CODES = 1 << 24;

    private DiffusersAutoencoder() {}

    private static WeightNames names(String... own) {
        List<String> pairs = new ArrayList<>(List.of(own));
        for (String half : List.of("encoder", "decoder")) {
            pairs.addAll(List.of(half + ".input", half + ".conv_in"));
            pairs.addAll(List.of(half + ".norm", half + ".conv_norm_out"));
            pairs.addAll(List.of(half + ".output", half + ".conv_out"));
            DiffusersFolder.addStages(pairs, half + ".", half + ".");
        }
        return WeightNames.of(pairs);
    }

    /**
     * The model of a folder with {@code config.json} and {@code diffusion_pytorch_model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static AutoencoderKl loadKl(Path folder) {
        ModelConfigFile file = ModelConfigFile.readDiffusers(folder, "AutoencoderKL");
        // What diffusion makes of latents is the pipeline's affair.
        file.ignore("scaling_factor", "latents_mean", "latents_std", "force_upcast", "sample_size");
        AutoencoderConfig config = config(file, 4, true);
        file.refuseUnknown();
        return DiffusersFolder.load(folder, KL, w -> AutoencoderKl.of(w, config));
    }

    /** As {@link #loadKl}. */
    public static VqModel loadVq(Path folder) {
        ModelConfigFile file = ModelConfigFile.readDiffusers(folder, "VQModel");
        file.require("norm_type", "group");
        file.ignore("scaling_factor", "force_upcast", "sample_size");
        AutoencoderConfig config = config(file, 3, file.flag("mid_block_add_attention", true));
        int codes = file.integer("num_vq_embeddings", 256, MOST_CODES);
        int width = file.integer("vq_embed_dim", config.latent(), LARGEST);
        file.refuseUnknown();
        return DiffusersFolder.load(folder, VQ, w -> VqModel.of(w, config, codes, width));
    }

    /**
     * For recordings that encode pictures and decode a sample, and other latents.
     *
     * @throws sensorium.BadInputException as {@link #loadKl}
     */
    public static ParityCase parityKl(Path folder) {
        AutoencoderKl model = loadKl(folder);
        return ParityCase.traced(model, KL, 5e-5, (in, results) -> {
            if (in.has("input.latents2")) {
                // Before the other, which leaves the intermediates that are recorded.
                results.accept("output.decoded_latents2", model.decode(in.get("input.latents2")));
            }
            AutoencoderKl.Distribution latent = model.encode(in.get("input.sample"));
            results.accept("output.mean", latent.mean());
            results.accept("output.logvar", latent.logVariance());
            Tensor sample = latent.sample(in.get("input.noise"));
            results.accept("output.sample_with_noise", sample);
            results.accept("output.decoded", model.decode(sample));
        });
    }

    /**
     * For recordings that encode pictures, quantise them, and decode both.
     *
     * @throws sensorium.BadInputException as {@link #loadVq}
     */
    public static ParityCase parityVq(Path folder) {
        VqModel model = loadVq(folder);
        return ParityCase.traced(model, VQ, 3e-5, (in, results) -> {
            Tensor latents = model.encode(in.get("input.sample"));
            results.accept("output.latents", latents);
            results.accept("output.decoded_not_quantized", model.decode(latents));
            Tensor tokens = model.nearest(latents);
            results.accept("output.indices", tokens);
            Tensor codes = model.map(tokens);
            results.accept("output.quantized", codes);
            results.accept("output.decoded", model.decode(codes)); // whose intermediates are recorded
        });
    }

    private static AutoencoderConfig config(ModelConfigFile file, int latent, boolean attention) {
        file.require("act_fn", "silu");
        List<Integer> widths = file.integers("block_out_channels", LARGEST);
        requireAll(file, "down_block_types", "DownEncoderBlock2D", widths.size());
        requireAll(file, "up_block_types", "UpDecoderBlock2D", widths.size());
        int channels = file.integer("in_channels", 3, LARGEST);
        file.require("out_channels", channels);
        return new AutoencoderConfig(
                channels,
                widths,
                file.integer("layers_per_block", 1, LARGEST),
                file.integer("latent_channels", latent, LARGEST),
                file.integer("norm_num_groups", 32, LARGEST),
                attention);
    }

    private static void requireAll(ModelConfigFile file, String key, String only, int count) {
        List<String> types = file.texts(key);
        if (types.size() != count || !types.stream().allMatch(only::equals)) {
            throw file.fault(key, "is not " + count + " times " + only + ", which alone is known here");
        }
    }
}
