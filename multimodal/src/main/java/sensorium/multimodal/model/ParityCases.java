package sensorium.multimodal.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import sensorium.BadInputException;
import sensorium.audio.HuggingFaceAst;
import sensorium.audio.KwtCheckpoint;
import sensorium.audio.clap.HuggingFaceClapAudio;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.diffusion.DiffusersDit;
import sensorium.diffusion.DiffusersUNet;
import sensorium.diffusion.MnistDit;
import sensorium.multimodal.dual.HuggingFaceClap;
import sensorium.multimodal.dual.HuggingFaceDual;
import sensorium.nn.ParityCase;
import sensorium.nn.PublishedFolder;
import sensorium.text.bert.HuggingFaceBert;
import sensorium.vision.DiffusersAutoencoder;
import sensorium.vision.HuggingFaceDinov2;
import sensorium.vision.HuggingFaceVit;

/**
 * The models that run on tensors by name and can be held against a recorded run: published ones, by what their {@code config.json} calls
 * them, and those that were trained here.
 */
public final class ParityCases {
    private static final Map<String, Function<Path, ParityCase>> KNOWN = new TreeMap<>(Map.ofEntries(
            Map.entry(ModelFolder.VIT, HuggingFaceVit::parity),
            Map.entry(HuggingFaceBert.TYPE, HuggingFaceBert::parity),
            Map.entry(KwtCheckpoint.TYPE, KwtCheckpoint::parity),
            Map.entry(HuggingFaceAst.TYPE, HuggingFaceAst::parity),
            Map.entry(HuggingFaceWhisper.TYPE, HuggingFaceWhisper::parity),
            Map.entry(HuggingFaceDinov2.TYPE, HuggingFaceDinov2::parity),
            Map.entry(HuggingFaceDinov2.WITH_REGISTERS, HuggingFaceDinov2::parity),
            Map.entry(HuggingFaceDual.CLIP, HuggingFaceDual::parity),
            Map.entry(HuggingFaceDual.SIGLIP, HuggingFaceDual::parity),
            Map.entry(HuggingFaceClapAudio.TYPE, HuggingFaceClapAudio::parity),
            Map.entry(HuggingFaceClap.TYPE, HuggingFaceClap::parity),
            Map.entry("AutoencoderKL", DiffusersAutoencoder::parityKl),
            Map.entry("VQModel", DiffusersAutoencoder::parityVq),
            Map.entry("UNet2DModel", DiffusersUNet::parity),
            Map.entry("UNet2DConditionModel", DiffusersUNet::parity),
            Map.entry("Transformer2DModel", DiffusersDit::parity),
            Map.entry("DiTTransformer2DModel", DiffusersDit::parity),
            Map.entry(ModelFolder.DIGITS, MnistDit::parity)));

    private ParityCases() {}

    /** Whether there is a published model that calls itself so. */
    static boolean know(String kind) {
        return KNOWN.containsKey(kind);
    }

    /**
     * The model of a folder.
     *
     * @throws BadInputException if there is none, it is of no known kind, or it is damaged
     */
    public static ParityCase open(Path folder) {
        var run = new ModelFolder(folder);
        if (run.isRun()) {
            return RunCases.of(run.open(), folder);
        }
        String kind = PublishedFolder.open(folder).kind();
        Function<Path, ParityCase> known = KNOWN.get(kind);
        if (known == null) {
            throw new BadInputException(folder.resolve("config.json") + ": "
                    + (kind.isEmpty() ? "says no model_type and no _class_name" : "\"" + kind + "\" is not known")
                    + "; there are " + String.join(", ", KNOWN.keySet()));
        }
        return known.apply(folder);
    }
}
