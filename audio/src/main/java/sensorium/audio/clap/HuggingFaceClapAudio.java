package sensorium.audio.clap;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import sensorium.nn.Activation;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.HuggingFaceFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
import sensorium.nn.Module;
import sensorium.nn.ParityCase;
import sensorium.nn.ParityCase.Recording;
import sensorium.nn.ProjectionHead;
import sensorium.nn.PublishedFolder;
import sensorium.nn.WeightNames;
import sensorium.nn.Weights;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * {@code ClapAudioModelWithProjection} of Hugging Face transformers, and with it the {@code audio_config} of {@code ClapModel}: settings,
 * and names for our weights.
 */
public final class HuggingFaceClapAudio {
    /** Its {@code model_type}. */
    public static final String TYPE = "clap_audio_model";

    /** Checkpoints hold tables that are computed here, and count the steps of a training. */
    public static final CheckpointFormat.Step NO_TABLES = new CheckpointFormat.PassedOver(
            name -> name.endsWith(".relative_position_index") || name.endsWith(".num_batches_tracked"));

    private static final CheckpointFormat FORMAT = CheckpointFormat.of(names(), NO_TABLES);
    private static final int LARGEST = 1 << 16;
    private static final int MOST_STAGES = 8;

    /** Spectrograms of sounds (S, channels, frames, bands). */
    public static final String FEATURES = "input.input_features";

    /** Which of them are of sounds that are longer than is heard at once (S, 1). */
    private static final String LONGER = "input.is_longer";

    private HuggingFaceClapAudio() {}

    /** The tower and its way into the space. */
    public record Hearing(Htsat encoder, ProjectionHead projection, Config config) implements Module {
        /** @param width of the space */
        public record Config(Htsat.Config encoder, int width, Activation activation) {
            private static Config read(ModelConfigFile file) {
                return new Config(
                        HuggingFaceClapAudio.config(file),
                        file.integer("projection_dim", 512, LARGEST),
                        file.activation("projection_hidden_act", "relu"));
            }
        }

        private static Hearing of(Weights w, Config c) {
            return new Hearing(
                    Htsat.of(w.at("encoder"), c.encoder),
                    ProjectionHead.of(w.at("projection"), c.encoder.features(), c.width, c.activation),
                    c);
        }

        /** Spectrograms as {@link Htsat#tokens} reads them, none longer than it hears, → vectors (B, width). */
        public Tensor forward(Tensor mels) {
            return projection.forward(encoder.pooled(encoder.tokens(mels, none(mels.dim(0)))));
        }
    }

    private static WeightNames names() {
        List<String> pairs = new ArrayList<>(List.of("projection", "audio_projection"));
        addNames(pairs, "encoder", "audio_model.audio_encoder");
        return WeightNames.of(pairs);
    }

    /**
     * Their names for the parts of an {@link Htsat}.
     *
     * @param pairs as for {@link WeightNames#of}, to be added to
     */
    public static void addNames(List<String> pairs, String ours, String theirs) {
        addBatchNorm(pairs, ours + ".bandNorm", theirs + ".batch_norm");
        String patches = ours + ".patches";
        String embed = theirs + ".patch_embed";
        pairs.addAll(List.of(patches, embed));
        pairs.addAll(List.of(patches + ".projection", embed + ".proj"));
        pairs.addAll(List.of(patches + ".parts", embed + ".mel_conv2d"));
        pairs.addAll(List.of(patches + ".fusion", embed + ".fusion_model"));
        addSqueeze(pairs, patches + ".fusion.local", embed + ".fusion_model.local_att", 0);
        addSqueeze(pairs, patches + ".fusion.global", embed + ".fusion_model.global_att", 1); // after its pooling
        String block = ours + ".stages.*.blocks.*";
        String layer = theirs + ".layers.*.blocks.*";
        pairs.addAll(List.of(ours + ".stages.*", theirs + ".layers.*"));
        pairs.addAll(List.of(block, layer));
        pairs.addAll(List.of(block + ".norm1", layer + ".layernorm_before"));
        pairs.addAll(List.of(block + ".norm2", layer + ".layernorm_after"));
        pairs.addAll(List.of(block + ".bias", layer + ".attention.self.relative_position_bias_table"));
        pairs.addAll(List.of(block + ".attention", layer + ".attention.output"));
        HuggingFaceFolder.addAttention(pairs, block + ".attention", layer + ".attention", "self");
        pairs.addAll(List.of(block + ".attention.mixed", layer + ".attention.self"));
        pairs.addAll(List.of(block + ".mlp", layer + ".output"));
        pairs.addAll(List.of(block + ".mlp.up", layer + ".intermediate.dense"));
        pairs.addAll(List.of(block + ".mlp.hidden", layer + ".intermediate"));
        pairs.addAll(List.of(block + ".mlp.down", layer + ".output.dense"));
        pairs.addAll(List.of(ours + ".norm", theirs + ".norm"));
    }

    private static void addSqueeze(List<String> pairs, String ours, String theirs, int first) {
        pairs.addAll(List.of(ours + ".in", theirs + "." + first));
        addBatchNorm(pairs, ours + ".norm1", theirs + "." + (first + 1));
        pairs.addAll(List.of(ours + ".out", theirs + "." + (first + 3))); // after a ReLU
        addBatchNorm(pairs, ours + ".norm2", theirs + "." + (first + 4));
    }

    private static void addBatchNorm(List<String> pairs, String ours, String theirs) {
        pairs.addAll(List.of(ours, theirs));
        pairs.addAll(List.of(ours + ".runningMean", theirs + ".running_mean"));
        pairs.addAll(List.of(ours + ".runningVar", theirs + ".running_var"));
    }

    /**
     * The transformer that the settings describe.
     *
     * @throws sensorium.BadInputException if a setting is malformed, unknown, or does not fit the others
     */
    public static Htsat.Config config(ModelConfigFile file) {
        int bands = file.integer("num_mel_bins", 64, LARGEST);
        int side = file.integer("spec_size", 256, LARGEST);
        if (side % bands != 0) {
            throw file.fault("num_mel_bins", "does not divide spec_size, " + side);
        }
        List<Integer> depths = file.integers("depths", List.of(2, 2, 6, 2), LARGEST);
        List<Integer> heads = file.integers("num_attention_heads", List.of(4, 8, 16, 32), LARGEST);
        if (depths.size() != heads.size() || depths.size() > MOST_STAGES) {
            throw file.fault(
                    "num_attention_heads",
                    "names " + heads.size() + " stages and \"depths\" " + depths.size()
                            + "; there must be as many, and at most " + MOST_STAGES);
        }
        var config = new Htsat.Config(
                bands,
                side,
                patches(file, side),
                file.integer("window_size", 8, 64),
                depths,
                heads,
                file.number("mlp_ratio", 4),
                file.activation("hidden_act", "gelu"),
                file.flag("qkv_bias", true),
                file.number("layer_norm_eps", 1e-5));
        check(file, config);
        file.require("flatten_patch_embeds", true);
        // The width of the common space is said for both towers together; the rest belongs to training.
        file.ignore(
                "projection_dim", "projection_hidden_act", "num_hidden_layers", "num_classes", "initializer_factor");
        file.ignore("drop_path_rate", "hidden_dropout_prob", "attention_probs_dropout_prob", "hidden_size");
        file.ignore("enable_patch_fusion", "fusion_hidden_size", "fusion_num_hidden_layers", "projection_hidden_size");
        file.refuseUnknown();
        return config;
    }

    private static SpectrogramPatches.Config patches(ModelConfigFile file, int side) {
        List<Integer> patch = file.pair("patch_size", 4, side);
        List<Integer> step = file.pair("patch_stride", 4, side);
        if (patch.get(0) < step.get(0) || patch.get(1) < step.get(1)) {
            throw file.fault("patch_size", "is below patch_stride, which leaves gaps");
        }
        int channels = file.integer("patch_embed_input_channels", 1, LARGEST);
        int width = file.integer("patch_embeds_hidden_size", 96, LARGEST);
        int shrinking = file.integer("aff_block_r", 4, width);
        boolean fuses = file.flag("enable_fusion", false);
        String fusion = file.text("fusion_type", "");
        if (fuses) {
            file.require("patch_embed_input_channels", 1);
            file.require("fusion_type", "aff_2d");
        } else if (!fusion.isEmpty() && !fusion.equals("aff_2d")) {
            throw file.fault("fusion_type", "is \"" + fusion + "\", a fusion that is not known here");
        }
        return new SpectrogramPatches.Config(
                channels,
                width,
                patch.get(0),
                patch.get(1),
                step.get(0),
                step.get(1),
                fuses ? width / shrinking : 0,
                file.flag("enable_patch_layer_norm", true));
    }

    /** What must hold for the grid to be halved and cut into windows as published. */
    private static void check(ModelConfigFile file, Htsat.Config c) {
        int stages = c.depths().size();
        int most = 1 << (stages - 1);
        SpectrogramPatches.Config p = c.patches();
        int rows = p.rows(c.side());
        int columns = p.columns(c.side());
        if (rows != c.side() / p.stepY() || columns != c.side() / p.stepX()) {
            throw file.fault(
                    "patch_stride",
                    "does not fit patch_size and spec_size: there are " + rows + "x" + columns
                            + " patches, not one each step");
        }
        if (rows % most != 0 || columns % most != 0) {
            throw file.fault(
                    "depths",
                    "names " + stages + " stages, but " + rows + "x" + columns + " patches cannot be halved "
                            + (stages - 1) + " times");
        }
        if (Math.min(rows, columns) / most < c.window() || rows / most < c.stacked()) {
            throw file.fault(
                    "window_size",
                    "or spec_size leaves the last stage no window: it has " + rows / most + "x" + columns / most
                            + " tokens");
        }
        if (!(c.widening() * p.width() >= 1 && c.widening() * c.features() <= LARGEST) || c.features() > LARGEST) {
            throw file.fault(
                    "mlp_ratio",
                    "or patch_embeds_hidden_size makes no network: " + c.widening() + " times " + p.width());
        }
        for (int s = 0; s < stages; s++) {
            if (c.width(s) % c.heads().get(s) != 0) {
                throw file.fault(
                        "num_attention_heads",
                        "has " + c.heads().get(s) + ", which does not divide " + c.width(s) + ", the width of stage "
                                + s);
            }
        }
        int said = file.integer("hidden_size", 768, LARGEST);
        if (said != c.features()) {
            throw file.fault("hidden_size", "is " + said + ", but the last stage is " + c.features() + " wide");
        }
    }

    /**
     * The model of a folder with {@code config.json} and {@code model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static Hearing load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        Hearing.Config config = folder.config(Hearing.Config::read, TYPE);
        return folder.load(FORMAT, w -> Hearing.of(w, config));
    }

    /**
     * Writes the two files of {@link #load}.
     *
     * @param from where it was loaded
     * @throws IllegalArgumentException if the model has another configuration than that folder
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(Hearing model, Path target, PublishedFolder from) {
        from.saveAs(model, FORMAT, model.config, Hearing.Config::read, target);
    }

    /**
     * For recordings of spectrograms, {@code input.input_features}; with fusion {@code input.is_longer} too.
     *
     * @throws sensorium.BadInputException if settings or weights are not there, malformed, or do not fit each other
     */
    public static ParityCase parity(Path path) {
        Hearing model = load(path);
        return ParityCase.traced(model, FORMAT.names(), inputs(model.encoder.config()), 5e-4, 2e-4, (in, results) -> {
            Tensor pooled = run(model.encoder, in, results);
            Tensor vectors = model.projection.forward(pooled);
            results.accept("output.audio_embeds", vectors);
            results.accept("output.audio_embeds_normalized", vectors.normalize(-1, 1e-12));
        });
    }

    /** What {@link #run} reads. */
    public static List<ModelInput> inputs(Htsat.Config c) {
        Axis sounds = Axis.any("S");
        return List.of(
                ModelInput.numbers(
                        FEATURES, sounds, Axis.of(c.channels()), Axis.upTo("F", c.frames()), Axis.of(c.bands())),
                ModelInput.mask(LONGER, sounds, Axis.of(1)));
    }

    /** Runs a tower on the recorded spectrograms: its vectors (B, D). */
    public static Tensor run(Htsat encoder, Recording in, BiConsumer<String, Tensor> results) {
        Tensor mels = in.get(FEATURES);
        Tensor longer = in.has(LONGER) ? in.get(LONGER).to(DType.I64).ne(0).reshape(mels.dim(0)) : null;
        Tensor tokens = encoder.tokens(mels, longer == null ? none(mels.dim(0)) : longer);
        results.accept("output.last_hidden_state", encoder.byBand(tokens));
        Tensor pooled = encoder.pooled(tokens);
        results.accept("output.pooler_output", pooled);
        return pooled;
    }

    private static Tensor none(int batch) {
        return Tensor.of(new boolean[batch], batch);
    }
}
