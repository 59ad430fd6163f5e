package sensorium.multimodal.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import sensorium.BadInputException;
import sensorium.audio.HuggingFaceAst;
import sensorium.audio.KwtCheckpoint;
import sensorium.audio.clap.HuggingFaceClapAudio;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.diffusion.DiffusersDit;
import sensorium.diffusion.DiffusersUNet;
import sensorium.multimodal.dual.HuggingFaceClap;
import sensorium.multimodal.dual.HuggingFaceDual;
import sensorium.nn.Module;
import sensorium.nn.PublishedFolder;
import sensorium.text.bert.HuggingFaceBert;
import sensorium.vision.DiffusersAutoencoder;
import sensorium.vision.HuggingFaceDinov2;
import sensorium.vision.HuggingFaceVit;

/** The published models that can be written again, by what their {@code config.json} calls them. */
public final class PublishedCopies {
    private static final Map<String, Kind<?>> KNOWN = new TreeMap<>(Map.ofEntries(
            afresh(HuggingFaceVit.TYPE, HuggingFaceVit::load, HuggingFaceVit::save),
            afresh(HuggingFaceAst.TYPE, HuggingFaceAst::load, HuggingFaceAst::save),
            afresh(KwtCheckpoint.TYPE, KwtCheckpoint::load, KwtCheckpoint::save),
            afresh(HuggingFaceWhisper.TYPE, HuggingFaceWhisper::load, HuggingFaceWhisper::save),
            afresh("AutoencoderKL", DiffusersAutoencoder::loadKl, DiffusersAutoencoder::save),
            afresh("VQModel", DiffusersAutoencoder::loadVq, DiffusersAutoencoder::save),
            afresh("UNet2DModel", DiffusersUNet::load, DiffusersUNet::save),
            afresh("UNet2DConditionModel", DiffusersUNet::load, DiffusersUNet::save),
            afresh("Transformer2DModel", DiffusersDit::load, DiffusersDit::save),
            afresh("DiTTransformer2DModel", DiffusersDit::load, DiffusersDit::save),
            again(HuggingFaceBert.TYPE, HuggingFaceBert::load, HuggingFaceBert::save),
            again(HuggingFaceDinov2.TYPE, HuggingFaceDinov2::load, HuggingFaceDinov2::save),
            again(HuggingFaceDinov2.WITH_REGISTERS, HuggingFaceDinov2::load, HuggingFaceDinov2::save),
            again(HuggingFaceDual.CLIP, HuggingFaceDual::load, HuggingFaceDual::save),
            again(HuggingFaceDual.SIGLIP, HuggingFaceDual::load, HuggingFaceDual::save),
            again(HuggingFaceClap.TYPE, HuggingFaceClap::load, HuggingFaceClap::save),
            again(HuggingFaceClapAudio.TYPE, HuggingFaceClapAudio::load, HuggingFaceClapAudio::save)));

    private PublishedCopies() {}

    /** Writes a model, with what lies beside it where it was loaded, if it was. */
    @FunctionalInterface
    interface Save<M> {
        void to(M model, Path target, Optional<PublishedFolder> from);
    }

    /** Writes a model that can only be written with what lies beside it. */
    @FunctionalInterface
    interface SaveFrom<M> {
        void to(M model, Path target, PublishedFolder from);
    }

    private record Kind<M extends Module>(Function<Path, M> load, Save<M> save) {
        void copy(Path path, PublishedFolder from, Path target) {
            save.to(load.apply(path), target, Optional.of(from));
        }
    }

    private static <M extends Module> Map.Entry<String, Kind<?>> afresh(
            String kind, Function<Path, M> load, Save<M> save) {
        return Map.entry(kind, new Kind<>(load, save));
    }

    private static <M extends Module> Map.Entry<String, Kind<?>> again(
            String kind, Function<Path, M> load, SaveFrom<M> save) {
        return afresh(
                kind,
                load,
                (M model, Path target, Optional<PublishedFolder> from) -> save.to(model, target, from.orElseThrow()));
    }

    /**
     * Writes the model of a folder as its reference library writes it today: one file of weights as safetensors, under present names,
     * with settings and companions as they were.
     *
     * @throws BadInputException if there is none, it is of no known kind or damaged, or the copy cannot be written
     */
    public static void write(Path folder, Path target) {
        PublishedFolder from = PublishedFolder.open(folder);
        String kind = from.kind();
        Kind<?> known = KNOWN.get(kind);
        if (known == null) {
            throw new BadInputException(folder.resolve("config.json") + ": "
                    + (kind.isEmpty() ? "says no model_type and no _class_name" : "\"" + kind + "\" is not known")
                    + "; there are " + String.join(", ", KNOWN.keySet()));
        }
        known.copy(folder, from, target);
    }
}
