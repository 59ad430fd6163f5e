package sensorium.vision;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.DiffusersFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ParityCase;
import sensorium.nn.PublishedFolder;
import sensorium.nn.WeightNames;
import sensorium.nn.codes.Codebook;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code AutoencoderKL} and {@code VQModel} of Hugging Face diffusers: their settings, their names for our weights. */
public final class DiffusersAutoencoder {
    /** How their checkpoints store an {@link AutoencoderKl}. */
    static final CheckpointFormat KL = format("moments", "quant_conv", "latent", "post_quant_conv");

    /** How their checkpoints store a {@link VqModel}. */
    static final CheckpointFormat VQ =
            format("before", "quant_conv", "after", "post_quant_conv", "codebook", "quantize.embedding");

    private static final String KL_CLASS = "AutoencoderKL";
    private static final String VQ_CLASS = "VQModel";
    private static final String DOWN = "DownEncoderBlock2D";
    private static final String UP = "UpDecoderBlock2D";
    private static final int LARGEST = 1 << 16;
    private static final int MOST_CODES = 1 << 24;

    private DiffusersAutoencoder() {}

    private static CheckpointFormat format(String... own) {
        List<String> pairs = new ArrayList<>(List.of(own));
        for (String half : List.of("encoder", "decoder")) {
            pairs.addAll(List.of(half + ".input", half + ".conv_in"));
            pairs.addAll(List.of(half + ".norm", half + ".conv_norm_out"));
            pairs.addAll(List.of(half + ".output", half + ".conv_out"));
            DiffusersFolder.addStages(pairs, half + ".", half + ".");
        }
        return CheckpointFormat.of(WeightNames.of(pairs), DiffusersFolder.OLD_ATTENTION);
    }

    /**
     * The model of a folder with {@code config.json} and {@code diffusion_pytorch_model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static AutoencoderKl loadKl(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        AutoencoderConfig config = folder.config(DiffusersAutoencoder::kl, KL_CLASS);
        return folder.load(KL, w -> AutoencoderKl.of(w, config));
    }

    private static AutoencoderConfig kl(ModelConfigFile file) {
        // What diffusion makes of latents is the pipeline's affair.
        file.ignore("scaling_factor", "latents_mean", "latents_std", "force_upcast", "sample_size");
        return config(file, 4, true);
    }

    /** As {@link #loadKl}. */
    public static VqModel loadVq(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        Codes codes = folder.config(DiffusersAutoencoder::vq, VQ_CLASS);
        return folder.load(VQ, w -> VqModel.of(w, codes.config, codes.count, codes.width));
    }

    /**
     * @param count of codes
     * @param width of a code
     */
    private record Codes(AutoencoderConfig config, int count, int width) {}

    private static Codes vq(ModelConfigFile file) {
        file.require("norm_type", "group");
        file.ignore("scaling_factor", "force_upcast", "sample_size");
        AutoencoderConfig config = config(file, 3, file.flag("mid_block_add_attention", true));
        return new Codes(
                config,
                file.integer("num_vq_embeddings", 256, MOST_CODES),
                file.integer("vq_embed_dim", config.latent(), LARGEST));
    }

    /**
     * Writes the two files of {@link #loadKl}.
     *
     * @param from where it was loaded, or empty
     * @throws IllegalArgumentException if theirs cannot be such a model
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(AutoencoderKl model, Path target, Optional<PublishedFolder> from) {
        var settings = new PublishedFolder.Settings<>(
                settings(KL_CLASS, model.config()), model.config(), DiffusersAutoencoder::kl);
        PublishedFolder.save(model, KL, settings, target, from);
    }

    /**
     * Writes the two files of {@link #loadVq}.
     *
     * @param from where it was loaded, or empty
     * @throws IllegalArgumentException if theirs cannot be such a model: its codes are of another kind
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(VqModel model, Path target, Optional<PublishedFolder> from) {
        if (!(model.codebook() instanceof Codebook book)) {
            throw new IllegalArgumentException("no " + VQ_CLASS + " has codes like these: " + model.codebook());
        }
        var codes = new Codes(model.config(), book.codes(), book.width());
        ObjectNode json = settings(VQ_CLASS, model.config());
        json.put("num_vq_embeddings", codes.count);
        json.put("vq_embed_dim", codes.width);
        json.put("norm_type", "group");
        json.put("mid_block_add_attention", model.config().attention());
        PublishedFolder.save(
                model, VQ, new PublishedFolder.Settings<>(json, codes, DiffusersAutoencoder::vq), target, from);
    }

    private static ObjectNode settings(String type, AutoencoderConfig c) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("_class_name", type);
        json.put("in_channels", c.channels());
        json.put("out_channels", c.channels());
        json.put("latent_channels", c.latent());
        json.put("layers_per_block", c.layers());
        json.put("norm_num_groups", c.groups());
        json.put("act_fn", "silu");
        ArrayNode widths = json.putArray("block_out_channels");
        ArrayNode down = json.putArray("down_block_types");
        ArrayNode up = json.putArray("up_block_types");
        for (int width : c.widths()) {
            widths.add(width);
            down.add(DOWN);
            up.add(UP);
        }
        return json;
    }

    /**
     * For recordings that encode pictures and decode a sample, and other latents.
     *
     * @throws sensorium.BadInputException as {@link #loadKl}
     */
    public static ParityCase parityKl(Path folder) {
        AutoencoderKl model = loadKl(folder);
        return ParityCase.traced(model, KL.names(), 5e-5, (in, results) -> {
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
        return ParityCase.traced(model, VQ.names(), 3e-5, (in, results) -> {
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
        requireAll(file, "down_block_types", DOWN, widths.size());
        requireAll(file, "up_block_types", UP, widths.size());
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
