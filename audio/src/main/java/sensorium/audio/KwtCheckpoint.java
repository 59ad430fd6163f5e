package sensorium.audio;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import sensorium.BadInputException;
import sensorium.nn.Activation;
import sensorium.nn.Attention;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.GridPositions;
import sensorium.nn.Mlp;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
import sensorium.nn.Norm;
import sensorium.nn.ParityCase;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.PublishedFolder;
import sensorium.nn.StoredWeights;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Residual;
import sensorium.nn.WeightNames;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The published KWT-1 of ARM-software/keyword-transformer, its tensors as safetensors: its settings, its names. */
public final class KwtCheckpoint {
    /** Its {@code model_type}. */
    public static final String TYPE = "kwt";

    /** What the checkpoint calls the parts of a {@link KeywordTransformer}. */
    public static final WeightNames NAMES = WeightNames.of(
            "features", "frontend",
            "features.real", "frontend.dft_real",
            "features.imaginary", "frontend.dft_imag",
            "features.mean", "frontend.norm_sub",
            "features.factor", "frontend.norm_mul",
            "encoder.front.0", "class_emb",
            "encoder.positions.table", "pos_emb",
            "encoder.patches.projection", "patch",
            "encoder.transformer.blocks.*", "blocks.*",
            "encoder.transformer.blocks.*.norm1.weight", "blocks.*.ln1.gamma",
            "encoder.transformer.blocks.*.norm1.bias", "blocks.*.ln1.beta",
            "encoder.transformer.blocks.*.norm2.weight", "blocks.*.ln2.gamma",
            "encoder.transformer.blocks.*.norm2.bias", "blocks.*.ln2.beta",
            "encoder.transformer.blocks.*.attention.query", "blocks.*.attn.q",
            "encoder.transformer.blocks.*.attention.key", "blocks.*.attn.k",
            "encoder.transformer.blocks.*.attention.value", "blocks.*.attn.v",
            "encoder.transformer.blocks.*.attention.out", "blocks.*.attn.out",
            "encoder.transformer.blocks.*.mlp.up", "blocks.*.mlp.fc1",
            "encoder.transformer.blocks.*.mlp.down", "blocks.*.mlp.fc2");

    /** What recordings call what the encoder is shown. */
    public static final String CEPSTRA = "mfcc_98x40";

    private static final String WAVEFORM = "input.waveform";
    private static final String PATCH = "patch.weight";
    private static final int LARGEST = 1 << 12;
    private static final int MOST_SAMPLES = 1 << 24;

    private KwtCheckpoint() {}

    /**
     * The model of a folder with {@code config.json} and {@code model.safetensors}.
     *
     * @throws BadInputException if either is not there, malformed, or does not fit the other
     */
    public static KeywordTransformer load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        StoredWeights stored = folder.weights();
        KeywordTransformer.Config config = folder.config(file -> config(file, stored), TYPE);
        return folder.load(format(config), w -> KeywordTransformer.of(w, config));
    }

    /** How the checkpoint stores a model of that configuration. */
    public static CheckpointFormat format(KeywordTransformer.Config config) {
        return CheckpointFormat.of(
                NAMES,
                new FlatPatch(
                        config.encoder().transformer().width(),
                        config.features().coefficients()));
    }

    /** A patch is one frame: a linear map of its coefficients, which ours keeps in the shape of a convolution. */
    private record FlatPatch(int width, int coefficients) implements CheckpointFormat.Step {
        @Override
        public void read(Map<String, Supplier<Tensor>> stored) {
            stored.computeIfPresent(PATCH, (_, linear) -> () -> linear.get().reshape(width, 1, 1, coefficients));
        }

        @Override
        public void write(Map<String, Tensor> ours) {
            ours.computeIfPresent(PATCH, (_, filter) -> filter.reshape(width, coefficients));
        }
    }

    /**
     * Writes the two files of {@link #load}.
     *
     * @param from where it was loaded, or empty
     * @throws BadInputException if they cannot be written
     */
    public static void save(KeywordTransformer model, Path target, Optional<PublishedFolder> from) {
        KeywordTransformer.Config config = model.config();
        KwtFeatures.Config heard = config.features();
        var settings = new PublishedFolder.Settings<>(
                settings(config), config, file -> config(file, heard.bins(), heard.bands(), heard.coefficients()));
        PublishedFolder.save(model, format(config), settings, target, from);
    }

    private static ObjectNode settings(KeywordTransformer.Config config) {
        TransformerConfig t = config.encoder().transformer();
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("model_type", TYPE);
        config.labels().forEach(json.putArray("labels")::add);
        json.put("sample_rate", config.sampleRate());
        json.put("input_samples", config.samples());
        json.put("frame", config.features().frame());
        json.put("hop", config.features().hop());
        json.put("frames", config.features().frames(config.samples()));
        json.put("log_floor", config.features().floor());
        json.put("d_model", t.width());
        json.put("layers", t.depth());
        json.put("heads", t.attention().heads());
        json.put("mlp", t.mlp().hidden());
        json.put("attn_scale", t.attention().scale());
        json.put("ln_eps", t.norm().eps());
        return json;
    }

    /**
     * For recordings of one clip, {@code input.waveform} (T) or, where that is absent, its cepstra {@code mfcc_98x40}, which are then taken as they are.
     *
     * @throws BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        return parity(load(folder));
    }

    /** The same of a model that is there. */
    public static ParityCase parity(KeywordTransformer model) {
        Patches.Config heard = model.config().encoder().patches();
        return new ParityCase(
                model,
                KwtCheckpoint::recorded,
                List.of(
                        ModelInput.numbers(CEPSTRA, Axis.of(heard.height()), Axis.of(heard.width()))
                                .optional(),
                        ModelInput.numbers(WAVEFORM, Axis.of(model.config().samples()))
                                .optional()),
                (in, results) -> {
                    Tensor cepstra;
                    if (in.has(WAVEFORM)) {
                        cepstra = model.features().forward(in.get(WAVEFORM));
                        results.accept(CEPSTRA, cepstra);
                    } else {
                        cepstra = in.get(CEPSTRA);
                    }
                    results.accept("output.logits", model.forward(cepstra.unsqueeze(0)));
                },
                _ -> 1e-4);
    }

    /** What recordings call an intermediate: after its shape, without a batch. */
    private static String recorded(String path) {
        return path.equals("encoder.embeddings")
                ? "embed_99x64"
                : path.replaceFirst("^encoder\\.transformer\\.blocks\\.(\\d+)$", "block$1_out_99x64")
                        .replaceFirst(
                                "^encoder\\.transformer\\.blocks\\.(\\d+)\\.attention\\.weights$",
                                "block$1_attn_99x99");
    }

    /** The front end's sizes are those of its matrices. */
    private static KeywordTransformer.Config config(ModelConfigFile settings, StoredWeights stored) {
        Shape mel = matrix(stored, "frontend.mel");
        return config(
                settings, mel.dim(1), mel.dim(0), matrix(stored, "frontend.dct").dim(0));
    }

    private static KeywordTransformer.Config config(ModelConfigFile settings, int bins, int bands, int coefficients) {
        // These say in words what KwtFeatures and the transformer's configuration do.
        settings.ignore("window", "spectrum", "mel", "dct", "normalise", "tokens", "published_accuracy");
        requirePrefix(settings, "activation", "gelu_tanh");
        requirePrefix(settings, "norm", "post-norm");
        var features = new KwtFeatures.Config(
                settings.integer("frame", 480, LARGEST),
                settings.integer("hop", 160, LARGEST),
                bins,
                bands,
                coefficients,
                settings.number("log_floor", 1e-12));
        int samples = settings.integer("input_samples", 16_000, MOST_SAMPLES);
        int frames = features.frames(samples);
        if (frames < 1 || frames != settings.integer("frames", frames, MOST_SAMPLES)) {
            throw settings.fault("frames", "is not the " + frames + " that input_samples, frame and hop make");
        }
        int width = settings.integer("d_model", 64, LARGEST);
        int heads = settings.integer("heads", 1, LARGEST);
        if (width % heads != 0) {
            throw settings.fault("heads", "does not divide d_model, " + width);
        }
        int headWidth = width / heads;
        double scale = settings.number("attn_scale", 1 / Math.sqrt(headWidth));
        var biases = new Attention.Biases(false, false, false, true);
        var transformer = TransformerConfig.of(width, settings.integer("layers", 12, LARGEST), heads)
                .with(new Attention.Config(heads, headWidth, scale, biases, 0))
                .with(Mlp.Config.of(settings.integer("mlp", 4 * width, LARGEST), Activation.GELU_TANH))
                .with(new Norm.Config(Norm.Kind.LAYER, settings.number("ln_eps", 1e-6)))
                .with(Residual.POST_NORM);
        var patch = new Patches.Patch(1, coefficients, 1, coefficients);
        var patches = new Patches.Config(1, frames, coefficients, List.of(), patch);
        return new KeywordTransformer.Config(
                settings.texts("labels"),
                settings.integer("sample_rate", 16_000, 192_000),
                samples,
                features,
                new PatchEncoder.Config(patches, 1, GridPositions.Kind.LEARNED, Pooling.Kind.FRONT, transformer));
    }

    private static void requirePrefix(ModelConfigFile settings, String key, String known) {
        String text = settings.text(key, known);
        if (!text.startsWith(known)) {
            throw settings.fault(key, "is \"" + text + "\"; only " + known + " is known here");
        }
    }

    private static Shape matrix(StoredWeights stored, String name) {
        Shape shape = stored.spec(name).shape();
        if (shape.rank() != 2) {
            throw new BadInputException(stored.where() + ": tensor " + name + " is " + shape + ", not a matrix");
        }
        return shape;
    }
}
