package sensorium.multimodal.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sensorium.audio.Ast;
import sensorium.audio.HuggingFaceAst;
import sensorium.audio.KeywordTransformer;
import sensorium.audio.KwtCheckpoint;
import sensorium.audio.clap.HuggingFaceClapAudio;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.audio.whisper.Whisper;
import sensorium.autograd.Tape;
import sensorium.diffusion.Conditioning;
import sensorium.diffusion.DiffusersDit;
import sensorium.diffusion.DiffusersUNet;
import sensorium.diffusion.Dit;
import sensorium.diffusion.UNet;
import sensorium.io.Safetensors;
import sensorium.multimodal.dual.DualEncoder;
import sensorium.multimodal.dual.HuggingFaceDual;
import sensorium.multimodal.model.PublishedCopies.Save;
import sensorium.multimodal.model.PublishedCopies.SaveFrom;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.PublishedFolder;
import sensorium.nn.Transformer.Inputs;
import sensorium.tensor.Tensor;
import sensorium.text.bert.Bert;
import sensorium.text.bert.HuggingFaceBert;
import sensorium.vision.AutoencoderKl;
import sensorium.vision.DiffusersAutoencoder;
import sensorium.vision.Dinov2;
import sensorium.vision.HuggingFaceDinov2;
import sensorium.vision.HuggingFaceVit;
import sensorium.vision.Vit;
import sensorium.vision.VqModel;
import tools.jackson.databind.json.JsonMapper;

/** Published models are loaded, changed by a step of training, saved, and loaded again: the same numbers, in the same layout. */
class PublishedRoundTripTest {
    @TempDir
    Path folder;

    private record Case<M extends Module>(
            String fixture, Function<Path, M> load, BiFunction<M, Map<String, Tensor>, Tensor> run, Save<M> save) {}

    enum Published {
        VIT(new Case<Vit>(
                "models/vit",
                HuggingFaceVit::load,
                (m, in) -> m.forward(in.get("input.pixel_values")),
                HuggingFaceVit::save)),
        AST(new Case<Ast>(
                "models/ast",
                HuggingFaceAst::load,
                (m, in) -> m.forward(in.get("input.input_values")),
                HuggingFaceAst::save)),
        KWT(new Case<KeywordTransformer>(
                "kwt1",
                KwtCheckpoint::load,
                (m, in) -> m.forward(in.get("mfcc_98x40").unsqueeze(0)),
                KwtCheckpoint::save)),
        WHISPER(new Case<Whisper>(
                "models/whisper",
                HuggingFaceWhisper::load,
                (m, in) -> m.decode(
                        in.get("input.decoder_input_ids"),
                        Inputs.attendingTo(m.encode(in.get("input.input_features")), null)),
                HuggingFaceWhisper::save)),
        AUTOENCODER_KL(new Case<AutoencoderKl>(
                "models/autoencoder_kl",
                DiffusersAutoencoder::loadKl,
                (m, in) -> m.decode(m.encode(in.get("input.sample")).sample(in.get("input.noise"))),
                DiffusersAutoencoder::save)),
        VQ_MODEL(new Case<VqModel>(
                "models/vq_model",
                DiffusersAutoencoder::loadVq,
                (m, in) -> m.decode(m.encode(in.get("input.sample"))),
                DiffusersAutoencoder::save)),
        UNET2D(new Case<UNet>(
                "models/unet2d",
                DiffusersUNet::load,
                (m, in) -> m.forward(
                        in.get("input.sample"),
                        in.get("input.timestep"),
                        new Conditioning(in.get("input.class_labels"), null, null)),
                DiffusersUNet::save)),
        UNET2D_CONDITION(new Case<UNet>(
                "models/unet2d_condition",
                DiffusersUNet::load,
                (m, in) -> m.forward(
                        in.get("input.sample"),
                        in.get("input.timestep"),
                        new Conditioning(null, null, in.get("input.encoder_hidden_states"))),
                DiffusersUNet::save)),
        DIT(new Case<Dit>(
                "models/dit",
                DiffusersDit::load,
                (m, in) -> m.forward(
                        in.get("input.hidden_states"),
                        in.get("input.timestep"),
                        Conditioning.ofClasses(in.get("input.class_labels"))),
                DiffusersDit::save)),
        BERT(new Case<Bert>(
                "models/bert",
                HuggingFaceBert::load,
                (m, in) -> m.forward(
                        in.get("input.input_ids"),
                        in.get("input.token_type_ids"),
                        in.get("input.attention_mask").ne(0)),
                again(HuggingFaceBert::save))),
        DINOV2(new Case<Dinov2>(
                "models/dinov2",
                HuggingFaceDinov2::load,
                (m, in) -> m.tokens(in.get("input.pixel_values")),
                again(HuggingFaceDinov2::save))),
        CLIP(new Case<DualEncoder>(
                "models/clip", HuggingFaceDual::load, Published::scores, again(HuggingFaceDual::save))),
        SIGLIP(new Case<DualEncoder>(
                "models/siglip", HuggingFaceDual::load, Published::scores, again(HuggingFaceDual::save))),
        CLAP_AUDIO(new Case<HuggingFaceClapAudio.Hearing>(
                "models/clap_audio",
                HuggingFaceClapAudio::load,
                (m, in) -> m.forward(in.get("input.input_features")),
                again(HuggingFaceClapAudio::save)));

        private final Case<?> whole;

        /** Those whose settings always come from the folder that they were loaded from. */
        private static <M> Save<M> again(SaveFrom<M> save) {
            return (model, target, from) -> save.to(model, target, from.orElseThrow());
        }

        private static Tensor scores(DualEncoder m, Map<String, Tensor> in) {
            Tensor images = m.ofImage(m.image().forward(in.get("input.pixel_values")));
            Tensor texts = m.ofText(m.text().forward(in.get("input.input_ids")));
            return m.scores(DualEncoder.unit(images), DualEncoder.unit(texts));
        }

        private boolean needsFolder() {
            return ordinal() >= BERT.ordinal();
        }

        Published(Case<?> whole) {
            this.whole = whole;
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneStepOfTrainingIsSavedInTheReferencesLayout(Published published) throws IOException {
        check(published.whole, published.needsFolder());
    }

    private <M extends Module> void check(Case<M> c, boolean needsFolder) throws IOException {
        Path root = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"));
        Path original = root.resolve(c.fixture);
        Assumptions.assumeTrue(Files.exists(original), "fixtures absent: " + original);
        Path recording = original.resolve(
                Files.exists(original.resolve("case.safetensors"))
                        ? "case.safetensors"
                        : "yes_intermediates.safetensors");
        Map<String, Tensor> in = Safetensors.open(recording).tensors();
        M model = c.load.apply(original);
        float[] before = c.run.apply(model, in).toFloats();
        step(model, () -> c.run.apply(model, in));
        float[] after = c.run.apply(model, in).toFloats();
        assertThat(after).isNotEqualTo(before);

        Path saved = folder.resolve("saved");
        c.save.to(model, saved, Optional.of(PublishedFolder.open(original)));
        assertThat(c.run.apply(c.load.apply(saved), in).toFloats()).isEqualTo(after);
        assertThat(files(saved)).isSubsetOf(files(original)).contains("config.json");
        assertThat(JsonMapper.shared()
                        .readTree(Files.readAllBytes(saved.resolve("config.json")))
                        .propertyStream()
                        .map(Map.Entry::getKey))
                .containsAll(JsonMapper.shared()
                        .readTree(Files.readAllBytes(original.resolve("config.json")))
                        .propertyStream()
                        .map(Map.Entry::getKey)
                        .toList());
        Safetensors was = weights(original);
        Safetensors is = weights(saved);
        assertThat(is.names()).containsExactlyInAnyOrderElementsOf(was.names());
        for (String name : was.names()) {
            assertThat(is.spec(name)).as(name).isEqualTo(was.spec(name));
        }
        assertThat(is.metadata()).containsEntry("format", "pt");

        if (needsFolder) {
            return;
        }
        // From nothing but the model, as one that was trained here.
        Path alone = folder.resolve("alone");
        c.save.to(model, alone, Optional.empty());
        assertThat(c.run.apply(c.load.apply(alone), in).toFloats()).isEqualTo(after);
    }

    /** A step down the mean square of what the model says. */
    private static void step(Module model, Supplier<Tensor> run) {
        List<Parameter> parameters = List.copyOf(model.parameters().values());
        List<Tensor> gradients = Tape.record(tape -> tape.gradients(
                run.get().square().mean(),
                parameters.stream().map(Parameter::value).toList()));
        for (int i = 0; i < parameters.size(); i++) {
            Parameter p = parameters.get(i);
            p.set(p.value().detached().minus(gradients.get(i).times(0.1)));
        }
    }

    private static Safetensors weights(Path folder) {
        Path file = folder.resolve("model.safetensors");
        return Safetensors.open(Files.exists(file) ? file : folder.resolve("diffusion_pytorch_model.safetensors"));
    }

    private static Set<String> files(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.forEach(f -> names.add(f.getFileName().toString()));
        }
        return new TreeSet<>(names);
    }
}
