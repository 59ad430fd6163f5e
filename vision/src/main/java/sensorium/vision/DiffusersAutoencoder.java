package sensorium.vision;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.DiffusersFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
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
    private static final String ATTENDING_DOWN = "AttnDownEncoderBlock2D";
    private static final String ATTENDING_UP = "AttnUpDecoderBlock2D";
    private static final String NOISE = "input.noise";
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
        AutoencoderLayout layout = folder.config(DiffusersAutoencoder::kl, KL_CLASS);
        return folder.load(KL, w -> AutoencoderKl.of(w, layout));
    }

    private static AutoencoderLayout kl(ModelConfigFile file) {
        // What diffusion makes of latents is the pipeline's affair; arithmetic is never narrower than F32 here.
        file.ignore("scaling_factor", "shift_factor", "latents_mean", "latents_std", "force_upcast", "sample_size");
        boolean quant = file.flag("use_quant_conv", true);
        boolean post = file.flag("use_post_quant_conv", true);
        return layout(file, 4, quant, post);
    }

    /** As {@link #loadKl}. */
    public static VqModel loadVq(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        Codes codes = folder.config(DiffusersAutoencoder::vq, VQ_CLASS);
        return folder.load(VQ, w -> VqModel.of(w, codes.layout, codes.count, codes.width));
    }

    /**
     * @param count of codes
     * @param width of a code
     */
    private record Codes(AutoencoderLayout layout, int count, int width) {}

    private static Codes vq(ModelConfigFile file) {
        file.require("norm_type", "group");
        // Whether their decoder is handed codes or numbers of codes; here there is a method for each.
        file.ignore("lookup_from_codebook");
        file.ignore("scaling_factor", "force_upcast", "sample_size");
        AutoencoderLayout layout = layout(file, 3, true, true);
        return new Codes(
                layout,
                file.integer("num_vq_embeddings", 256, MOST_CODES),
                file.integer("vq_embed_dim", layout.config().latent(), LARGEST));
    }

    /**
     * Writes the two files of {@link #loadKl}.
     *
     * @param from where it was loaded, or empty
     * @throws IllegalArgumentException if theirs cannot be such a model
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(AutoencoderKl model, Path target, Optional<PublishedFolder> from) {
        ObjectNode json = settings(KL_CLASS, model.layout());
        json.put("use_quant_conv", model.layout().quantConv());
        json.put("use_post_quant_conv", model.layout().postQuantConv());
        var settings = new PublishedFolder.Settings<>(json, model.layout(), DiffusersAutoencoder::kl);
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
        var codes = new Codes(model.layout(), book.codes(), book.width());
        ObjectNode json = settings(VQ_CLASS, model.layout());
        json.put("num_vq_embeddings", codes.count);
        json.put("vq_embed_dim", codes.width);
        json.put("norm_type", "group");
        PublishedFolder.save(
                model, VQ, new PublishedFolder.Settings<>(json, codes, DiffusersAutoencoder::vq), target, from);
    }

    private static ObjectNode settings(String type, AutoencoderLayout layout) {
        AutoencoderConfig c = layout.config();
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("_class_name", type);
        json.put("in_channels", c.channels());
        json.put("out_channels", layout.out());
        json.put("latent_channels", c.latent());
        json.put("layers_per_block", c.layers());
        json.put("norm_num_groups", c.groups());
        json.put("act_fn", ModelConfigFile.name(layout.activation()));
        json.put("mid_block_add_attention", c.attention());
        c.widths().forEach(json.putArray("block_out_channels")::add);
        ArrayNode down = json.putArray("down_block_types");
        layout.down().forEach(attends -> down.add(attends ? ATTENDING_DOWN : DOWN));
        ArrayNode up = json.putArray("up_block_types");
        layout.up().forEach(attends -> up.add(attends ? ATTENDING_UP : UP));
        return json;
    }

    /**
     * For recordings that encode pictures and decode a sample, or the mean where no noise is recorded, and other latents.
     *
     * @throws sensorium.BadInputException as {@link #loadKl}
     */
    public static ParityCase parityKl(Path folder) {
        AutoencoderKl model = loadKl(folder);
        var noise = ModelInput.numbers(
                NOISE, Axis.any("B"), Axis.of(model.config().latent()), Axis.any("h"), Axis.any("w"));
        List<ModelInput> inputs = List.of(sample(model.config()), noise.optional());
        return ParityCase.traced(model, KL.names(), inputs, 5e-5, (in, results) -> {
            if (in.has("input.latents2")) {
                // Before the other, which leaves the intermediates that are recorded.
                results.accept("output.decoded_latents2", model.decode(in.get("input.latents2")));
            }
            AutoencoderKl.Distribution latent = model.encode(in.get("input.sample"));
            results.accept("output.mean", latent.mean());
            results.accept("output.logvar", latent.logVariance());
            Tensor sample = latent.mean();
            if (in.has(NOISE)) {
                sample = latent.sample(in.get(NOISE));
                results.accept("output.sample_with_noise", sample);
            }
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
        return ParityCase.traced(model, VQ.names(), List.of(sample(model.config())), 3e-5, (in, results) -> {
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

    /** Pictures of any size that halves as often as the model halves it. */
    private static ModelInput sample(AutoencoderConfig c) {
        return ModelInput.numbers("input.sample", Axis.any("B"), Axis.of(c.channels()), Axis.any("H"), Axis.any("W"));
    }

    private static AutoencoderLayout layout(ModelConfigFile file, int latent, boolean quant, boolean post) {
        List<Integer> widths = file.integers("block_out_channels", LARGEST);
        var config = new AutoencoderConfig(
                file.integer("in_channels", 3, LARGEST),
                widths,
                file.integer("layers_per_block", 1, LARGEST),
                file.integer("latent_channels", latent, LARGEST),
                file.integer("norm_num_groups", 32, LARGEST),
                file.flag("mid_block_add_attention", true));
        return new AutoencoderLayout(
                config,
                file.integer("out_channels", 3, LARGEST),
                attending(file, "down_block_types", DOWN, ATTENDING_DOWN, widths.size()),
                attending(file, "up_block_types", UP, ATTENDING_UP, widths.size()),
                file.activation("act_fn", "silu"),
                quant,
                post);
    }

    private static List<Boolean> attending(
            ModelConfigFile file, String key, String plain, String attending, int count) {
        List<String> types = file.texts(key);
        for (String type : types) {
            if (!type.equals(plain) && !type.equals(attending)) {
                throw file.fault(key, "names " + type + "; known are " + plain + " and " + attending);
            }
        }
        if (types.size() != count) {
            throw file.fault(key, "names " + types.size() + " stages, block_out_channels " + count);
        }
        return types.stream().map(attending::equals).toList();
    }
}
