package sensorium.diffusion;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.DiffusersFolder;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
import sensorium.nn.ParityCase;
import sensorium.nn.PublishedFolder;
import sensorium.nn.WeightNames;
import sensorium.tensor.Tensor;

/** {@code UNet2DModel} and {@code UNet2DConditionModel} of Hugging Face diffusers: their names for our weights. */
public final class DiffusersUNet {
    private static final CheckpointFormat FORMAT =
            CheckpointFormat.of(names(), DiffusersFolder.OLD_ATTENTION, DiffusersFolder.GATED_MLPS);

    private static final String CLASSES = "input.class_labels";

    private DiffusersUNet() {}

    private static WeightNames names() {
        List<String> pairs = new ArrayList<>(List.of(
                "time", "time_embedding",
                "time.sinusoids", "time_proj",
                "time.frequencies", "time_proj.weight",
                "time.table", "time_proj",
                "time.guidance", "time_embedding.cond_proj",
                "time.linear1", "time_embedding.linear_1",
                "time.linear2", "time_embedding.linear_2",
                "labels", "class_embedding",
                "input", "conv_in",
                "norm", "conv_norm_out",
                "output", "conv_out"));
        pairs.addAll(List.of("additions.classLayer", "class_embedding"));
        pairs.addAll(List.of("additions.context", "encoder_hid_proj"));
        addLayers(pairs, "additions.classes", "class_embedding");
        addLayers(pairs, "additions.texts", "add_embedding");
        DiffusersFolder.addStages(pairs, "", "");
        return WeightNames.of(pairs);
    }

    private static void addLayers(List<String> pairs, String ours, String theirs) {
        pairs.addAll(List.of(ours, theirs));
        pairs.addAll(List.of(ours + ".linear1", theirs + ".linear_1"));
        pairs.addAll(List.of(ours + ".linear2", theirs + ".linear_2"));
    }

    /** How a checkpoint stores a {@link UNet}. */
    public static CheckpointFormat format(UNetLayout layout) {
        return layout.matrices() ? FORMAT.with(DiffusersFolder.LINEAR_PROJECTIONS) : FORMAT;
    }

    /**
     * The model of a folder with {@code config.json} and {@code diffusion_pytorch_model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static UNet load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        UNetLayout layout = folder.config(
                DiffusersUNetSettings::read, DiffusersUNetSettings.PLAIN, DiffusersUNetSettings.CONDITIONAL);
        return folder.load(format(layout), w -> UNet.of(w, layout));
    }

    /**
     * Writes the two files of {@link #load}.
     *
     * @param from where it was loaded, or empty
     * @throws IllegalArgumentException if theirs cannot be such a model
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(UNet model, Path target, Optional<PublishedFolder> from) {
        UNetLayout c = model.layout();
        String kind = from.map(PublishedFolder::kind)
                .orElse(c.hasContext() ? DiffusersUNetSettings.CONDITIONAL : DiffusersUNetSettings.PLAIN);
        var settings =
                new PublishedFolder.Settings<>(DiffusersUNetWriter.write(c, kind), c, DiffusersUNetSettings::read);
        PublishedFolder.save(model, format(c), settings, target, from);
    }

    /**
     * For recordings of one step, with all that the model is told.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        UNet model = load(folder);
        // Intermediates of the conditional one differ by more from the reference's own in double precision; outputs do
        // not.
        double tolerance = model.layout().hasContext() ? 5e-4 : 3e-5;
        UNetLayout layout = model.layout();
        return ParityCase.traced(model, format(layout).names(), inputs(layout), tolerance, 3e-5, (in, results) -> {
            Tensor sample = model.forward(in.get("input.sample"), in.get("input.timestep"), told(layout, in));
            results.accept("output.sample", sample);
        });
    }

    private static List<ModelInput> inputs(UNetLayout layout) {
        Axis samples = Axis.any("B");
        int table = layout.style().timesteps();
        List<ModelInput> inputs = new ArrayList<>(List.of(
                ModelInput.numbers("input.sample", samples, Axis.of(layout.in()), Axis.any("H"), Axis.any("W")),
                table > 0
                        ? ModelInput.ids("input.timestep", table, samples)
                        : ModelInput.either("input.timestep", samples)));
        var told = layout.told();
        switch (told.classes()) {
            case NONE -> {}
            case TABLE -> inputs.add(ModelInput.ids(CLASSES, told.classWidth(), samples));
            case TIMESTEP -> inputs.add(ModelInput.either(CLASSES, samples));
            case IDENTITY, LAYERS, LAYER -> inputs.add(ModelInput.numbers(CLASSES, samples, Axis.any("C")));
        }
        if (told.texts() > 0) {
            inputs.add(ModelInput.numbers("input.text_embeds", samples, Axis.any("E")));
            inputs.add(ModelInput.either("input.time_ids", samples, Axis.any("K")));
        }
        if (layout.hasContext()) {
            inputs.add(ModelInput.numbers(
                    "input.encoder_hidden_states", samples, Axis.any("S"), Axis.of(layout.contextWidth())));
        }
        if (layout.style().guidance() > 0) {
            inputs.add(ModelInput.numbers(
                            "input.timestep_cond",
                            samples,
                            Axis.of(layout.style().guidance()))
                    .optional());
        }
        return inputs;
    }

    private static Conditioning told(UNetLayout layout, ParityCase.Recording in) {
        var told = layout.told();
        return new Conditioning(
                told.classes() == UNetLayout.Classes.NONE ? null : in.get(CLASSES),
                told.texts() > 0 ? in.get("input.text_embeds") : null,
                layout.hasContext() ? in.get("input.encoder_hidden_states") : null,
                told.texts() > 0 ? in.get("input.time_ids") : null,
                in.has("input.timestep_cond") ? in.get("input.timestep_cond") : null);
    }
}
