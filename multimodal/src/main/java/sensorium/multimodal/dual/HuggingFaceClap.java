package sensorium.multimodal.dual;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import sensorium.audio.clap.HuggingFaceClapAudio;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ParityCase;
import sensorium.nn.ParityCase.Recording;
import sensorium.nn.PublishedFolder;
import sensorium.nn.WeightNames;
import sensorium.tensor.Tensor;
import sensorium.text.HuggingFaceRoberta;

/** {@code ClapModel} of Hugging Face transformers: its settings, its names for our weights. */
public final class HuggingFaceClap {
    /** Its {@code model_type}. */
    public static final String TYPE = "clap";

    /** How their checkpoints store a {@link Clap}. */
    public static final CheckpointFormat FORMAT =
            CheckpointFormat.of(names(), HuggingFaceClapAudio.NO_TABLES, HuggingFaceRoberta.NO_TABLES);

    private static final int LARGEST = 1 << 16;

    private HuggingFaceClap() {}

    private static WeightNames names() {
        List<String> pairs = new ArrayList<>(List.of(
                "audioProjection", "audio_projection",
                "textProjection", "text_projection",
                "audioScale", "logit_scale_a",
                "textScale", "logit_scale_t"));
        HuggingFaceClapAudio.addNames(pairs, "audio", "audio_model.audio_encoder");
        HuggingFaceRoberta.addNames(pairs, "text", "text_model");
        return WeightNames.of(pairs);
    }

    /**
     * The model of a folder with {@code config.json} and {@code model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static Clap load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        Clap.Config config = folder.config(HuggingFaceClap::config, TYPE);
        return folder.load(FORMAT, w -> Clap.of(w, config));
    }

    /**
     * Writes the two files of {@link #load}.
     *
     * @param from where it was loaded
     * @throws IllegalArgumentException if the model has another configuration than that folder
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(Clap model, Path target, PublishedFolder from) {
        from.saveAs(model, FORMAT, model.config(), HuggingFaceClap::config, target);
    }

    static Clap.Config config(ModelConfigFile file) {
        var config = new Clap.Config(
                HuggingFaceClapAudio.config(file.section("audio_config")),
                HuggingFaceRoberta.config(file.section("text_config")),
                file.integer("projection_dim", 512, LARGEST),
                file.activation("projection_hidden_act", "relu"));
        file.ignore("logit_scale_init_value", "initializer_factor", "hidden_size", "num_hidden_layers");
        return config;
    }

    /**
     * For recordings of spectrograms, {@code input.input_features}, token ids, {@code input.input_ids}, or both.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        Clap model = load(folder);
        List<ModelInput> inputs = new ArrayList<>(HuggingFaceDual.texts(
                model.text().config().vocabulary(), model.text().config().length()));
        HuggingFaceClapAudio.inputs(model.audio().config()).forEach(input -> inputs.add(input.optional()));
        return ParityCase.traced(model, FORMAT.names(), inputs, 5e-4, 2e-4, (in, results) -> {
            Tensor audio = null;
            if (in.has(HuggingFaceClapAudio.FEATURES) || !in.has(HuggingFaceDual.IDS)) {
                audio = model.ofAudio(HuggingFaceClapAudio.run(model.audio(), in, results));
                results.accept("output.audio_embeds", audio);
            }
            Tensor text = in.has(HuggingFaceDual.IDS) ? text(model, in, results) : null;
            if (audio != null && text != null) {
                results.accept("output.logits_per_audio", model.scores(audio, text));
                Tensor byText =
                        text.matmul(audio.t()).times(model.textScale().value().exp());
                results.accept("output.logits_per_text", byText);
            }
        });
    }

    private static Tensor text(Clap model, Recording in, BiConsumer<String, Tensor> results) {
        Tensor tokens = model.text().tokens(in.get(HuggingFaceDual.IDS), HuggingFaceDual.mask(in));
        results.accept("output.text_model.last_hidden_state", tokens);
        Tensor pooled = model.text().pooled(tokens);
        results.accept("output.text_model.pooler_output", pooled);
        Tensor text = model.ofText(pooled);
        results.accept("output.text_embeds", text);
        return text;
    }
}
