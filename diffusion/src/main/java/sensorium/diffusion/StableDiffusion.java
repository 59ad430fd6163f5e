package sensorium.diffusion;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import sensorium.BadInputException;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.Weights;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;
import sensorium.vision.AutoencoderKl;
import sensorium.vision.DiffusersAutoencoder;
import sensorium.vision.PictureAutoencoder;

/**
 * Stable Diffusion 1.x (Rombach et al., arXiv:2112.10752) in a folder of Hugging Face diffusers: {@code model_index.json}, and a folder
 * for each of {@code unet}, {@code vae}, {@code scheduler}, {@code text_encoder} and {@code tokenizer}. What looks at the finished
 * pictures ({@code safety_checker}) is not run.
 */
public final class StableDiffusion {
    /** What tells such a folder from others. */
    public static final String INDEX = "model_index.json";

    private static final int LARGEST = 1 << 12;
    /** What diffusers multiplies latents with where the autoencoder does not say. */
    private static final double SCALING = 0.18215;
    /** As diffusers guides it where nothing is said. */
    private static final double GUIDANCE = 7.5;

    private StableDiffusion() {}

    /**
     * The pipeline of a folder.
     *
     * @throws BadInputException if a part is not there, malformed, not known, or does not fit the others
     */
    public static DiffusionPipeline open(Path folder) {
        return open(folder, ClipPrompts::open);
    }

    /** @param texts opens what reads prompts, given the folder */
    static DiffusionPipeline open(Path folder, Function<Path, Asking.Reader> texts) {
        ModelConfigFile index = ModelConfigFile.read(folder.resolve(INDEX));
        index.require("_class_name", "StableDiffusionPipeline");
        requirePart(index, "unet", "UNet2DConditionModel");
        requirePart(index, "vae", "AutoencoderKL");
        requirePart(index, "text_encoder", "CLIPTextModel");
        requirePart(index, "tokenizer", "CLIPTokenizer");
        String type = index.part("scheduler").orElse("");
        index.ignore("safety_checker", "feature_extractor", "requires_safety_checker", "image_encoder");
        if (index.part("image_encoder").isPresent()) {
            throw index.fault("image_encoder", "is there; pictures as prompts are not known here");
        }
        index.refuseUnknown();
        UNet network = DiffusersUNet.load(folder.resolve("unet"));
        if (!network.layout().isToldContextOnly()) {
            throw new BadInputException(folder.resolve("unet/config.json")
                    + ": the U-Net wants to be told more than a text's tokens, which no Stable Diffusion 1.x does");
        }
        PublishedScheduler scheduler = PublishedScheduler.read(folder.resolve("scheduler/scheduler_config.json"));
        if (!scheduler.type().equals(type)) {
            throw index.fault("scheduler", "is another than that of its folder, " + scheduler.type());
        }
        AutoencoderKl vae = DiffusersAutoencoder.loadKl(folder.resolve("vae"));
        int places = ModelConfigFile.read(folder.resolve("unet/config.json")).integer("sample_size", 64, LARGEST);
        requireSame(
                folder,
                "channels of latents",
                network.layout().in(),
                vae.config().latent());
        requireSame(
                folder,
                "channels of the prediction",
                network.layout().out(),
                network.layout().in());
        Asking.Reader reader = texts.apply(folder);
        requireSame(folder, "vectors of texts", network.layout().contextWidth(), reader.width());
        return new DiffusionPipeline(
                network::forward,
                scheduler.process(),
                Shape.of(network.layout().in(), places, places),
                latents(folder, vae, places),
                new Asking.Prompts(reader),
                GUIDANCE,
                scheduler.bounds());
    }

    private static Latents latents(Path folder, AutoencoderKl vae, int places) {
        ModelConfigFile file = ModelConfigFile.read(folder.resolve("vae/config.json"));
        double scaling = file.number("scaling_factor", SCALING);
        double shift = file.number("shift_factor", 0);
        if (!(scaling > 0)) {
            throw new BadInputException(folder.resolve("vae/config.json") + ": \"scaling_factor\" is not above 0");
        }
        int side = places * vae.config().reduction();
        var codec = new PictureAutoencoder(
                vae, new PictureAutoencoder.Config(vae.config().channels(), side, 1, vae.config()));
        int width = vae.config().latent();
        Map<String, Tensor> moments =
                Map.of("mean", Tensor.full(shift, width), "deviation", Tensor.full(1 / scaling, width));
        return Weights.load(moments, "scaling_factor", w -> Latents.of(w, codec));
    }

    private static void requirePart(ModelConfigFile index, String key, String only) {
        String type = index.part(key).orElse("");
        if (!type.equals(only)) {
            throw index.fault(key, "is \"" + type + "\"; only " + only + " is known here");
        }
    }

    private static void requireSame(Path folder, String what, int unet, int other) {
        if (unet != other) {
            throw new BadInputException(folder + ": " + what + " are " + unet + " for the U-Net and " + other
                    + " beside it; fetch the model again");
        }
    }
}
