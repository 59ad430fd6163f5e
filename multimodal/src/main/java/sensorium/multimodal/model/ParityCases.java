package sensorium.multimodal.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import sensorium.BadInputException;
import sensorium.audio.HuggingFaceAst;
import sensorium.audio.KwtCheckpoint;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.diffusion.DiffusersDit;
import sensorium.diffusion.DiffusersUNet;
import sensorium.diffusion.MnistDit;
import sensorium.nn.ParityCase;
import sensorium.nn.PublishedFolder;
import sensorium.vision.DiffusersAutoencoder;
import sensorium.vision.HuggingFaceVit;

/** The published models that can be held against a recorded run, by what their {@code config.json} calls them. */
public final class ParityCases {
    private static final Map<String, Function<Path, ParityCase>> KNOWN = new TreeMap<>(Map.of(
            ModelFolder.VIT,
            HuggingFaceVit::parity,
            KwtCheckpoint.TYPE,
            KwtCheckpoint::parity,
            HuggingFaceAst.TYPE,
            HuggingFaceAst::parity,
            HuggingFaceWhisper.TYPE,
            HuggingFaceWhisper::parity,
            "AutoencoderKL",
            DiffusersAutoencoder::parityKl,
            "VQModel",
            DiffusersAutoencoder::parityVq,
            "UNet2DModel",
            DiffusersUNet::parity,
            "UNet2DConditionModel",
            DiffusersUNet::parity,
            "Transformer2DModel",
            DiffusersDit::parity,
            ModelFolder.DIGITS,
            MnistDit::parity));

    private ParityCases() {}

    /**
     * The model of a folder.
     *
     * @throws BadInputException if there is none, it is of no known kind, or it is damaged
     */
    public static ParityCase open(Path folder) {
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
