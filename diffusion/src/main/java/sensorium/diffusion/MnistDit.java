package sensorium.diffusion;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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
import sensorium.nn.PublishedFolder;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Modulation;
import sensorium.nn.WeightNames;
import sensorium.nn.unet.TimestepEmbedding;
import sensorium.tensor.Tensor;

/**
 * The published diffusion transformer of digits, Franfee/DM-DiT-DDPM-MNIST-class-cond-ImageGen: its settings, its names. It differs
 * from DiT in that norms have factors and offsets of their own besides, the condition is not activated, and the last norm does not hear
 * of it.
 */
public final class MnistDit {
    /** What the checkpoint calls the parts of a {@link Dit}. */
    public static final WeightNames NAMES = WeightNames.of(
            "patches.projection", "conv",
            "widen", "patch_emb",
            "positions.table", "patch_pos_emb",
            "conditions.0.time.linear1", "time_emb.1",
            "conditions.0.time.linear2", "time_emb.3",
            "conditions.0.labels", "label_emb",
            "transformer.blocks.*", "dits.*",
            "transformer.blocks.*.norm1", "dits.*.ln1",
            "transformer.blocks.*.norm2", "dits.*.ln2",
            "transformer.blocks.*.attention.query", "dits.*.wq",
            "transformer.blocks.*.attention.key", "dits.*.wk",
            "transformer.blocks.*.attention.value", "dits.*.wv",
            "transformer.blocks.*.attention.out", "dits.*.lv",
            "transformer.blocks.*.mlp.up", "dits.*.ff.0",
            "transformer.blocks.*.mlp.down", "dits.*.ff.2",
            "transformer.norm", "ln",
            "output", "linear");

    /** What it was trained on. */
    static final NoiseSchedule SCHEDULE = NoiseSchedule.linear(1000, 1e-4, 0.02);

    private static final String TYPE = "dit_mnist";
    private static final int LARGEST = 1 << 12;
    private static final double EPS = 1e-5;
    private static final int DIGITS = 10;
    /** The parts of our one projection of the condition, in our order. */
    private static final List<String> MODULATIONS = List.of("beta1", "gamma1", "alpha1", "beta2", "gamma2", "alpha2");

    private static final String MODULATION = "modulation";
    private static final List<String> KINDS = List.of(".weight", ".bias");
    /** Constants that we compute. */
    private static final String FREQUENCIES = "time_emb.0.half_emb";

    private MnistDit() {}

    /**
     * The model of a folder with {@code config.json} and {@code model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static Dit load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        DitConfig config = folder.config(MnistDit::config, TYPE);
        CheckpointFormat format = CheckpointFormat.of(
                NAMES,
                new CheckpointFormat.PassedOver(FREQUENCIES),
                new JoinedModulations(config.transformer().depth()));
        return folder.load(format, w -> Dit.of(w, config));
    }

    /**
     * For recordings of one step.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        Dit model = load(folder);
        DitConfig c = model.config();
        return new ParityCase(
                model,
                path -> path.replaceFirst("^transformer\\.blocks\\.(\\d+)$", "block$1"),
                List.of(
                        ModelInput.pictures("x", c.in(), c.side(), c.side()),
                        ModelInput.either("t", Axis.any("B")),
                        ModelInput.ids("y", c.classes(), Axis.any("B"))),
                (in, results) -> results.accept(
                        "eps", model.forward(in.get("x"), in.get("t"), Conditioning.ofClasses(in.get("y")))),
                _ -> 1e-4);
    }

    /** Six projections, one below the other, are one of ours. */
    private record JoinedModulations(int depth) implements CheckpointFormat.Step {
        @Override
        public void read(Map<String, Supplier<Tensor>> stored) {
            for (int i = 0; i < depth; i++) {
                for (String kind : KINDS) {
                    join(stored, "dits." + i + ".", kind);
                }
            }
        }

        private static void join(Map<String, Supplier<Tensor>> stored, String block, String kind) {
            List<Supplier<Tensor>> parts = MODULATIONS.stream()
                    .map(m -> stored.remove(block + m + kind))
                    .toList();
            if (!parts.contains(null)) { // else the joint one is missing, and said to be
                stored.put(
                        block + MODULATION + kind,
                        () -> Tensor.concat(0, parts.stream().map(Supplier::get).toList()));
            }
        }

        @Override
        public void write(Map<String, Tensor> ours) {
            for (int i = 0; i < depth; i++) {
                for (String kind : KINDS) {
                    String block = "dits." + i + ".";
                    List<Tensor> parts = ours.remove(block + MODULATION + kind).chunk(0, MODULATIONS.size());
                    for (int part = 0; part < parts.size(); part++) {
                        ours.put(block + MODULATIONS.get(part) + kind, parts.get(part));
                    }
                }
            }
        }
    }

    private static DitConfig config(ModelConfigFile file) {
        file.ignore(
                "attn_scale_note",
                "mlp",
                "time_embedding",
                "cond",
                "block",
                "patchify",
                "predicts",
                "T",
                "betas",
                "data_range",
                "note");
        int width = file.integer("d", 64, LARGEST);
        int heads = file.integer("heads", 4, LARGEST);
        int headWidth = file.integer("head_dim", 64, LARGEST);
        int patch = file.integer("patch", 4, LARGEST);
        int channels = file.integer("channels", 1, LARGEST);
        double eps = file.number("ln_eps", EPS);
        double scale = file.number("attn_scale", 1 / Math.sqrt(headWidth));
        var transformer = TransformerConfig.of(width, file.integer("blocks", 3, LARGEST), 1)
                .with(new Attention.Config(heads, headWidth, scale, Attention.Biases.ALL, 0))
                .with(Mlp.Config.of(4 * width, Activation.RELU))
                .with(new Norm.Config(Norm.Kind.LAYER, eps))
                .with(new Modulation(width, true, Activation.NONE, true, false, 0));
        return new DitConfig(
                channels,
                channels,
                file.integer("img", 28, LARGEST),
                patch,
                channels * patch * patch,
                GridPositions.Kind.LEARNED,
                new TimestepEmbedding.Config(width, false, 1, Activation.RELU),
                DIGITS,
                0,
                1,
                transformer);
    }
}
