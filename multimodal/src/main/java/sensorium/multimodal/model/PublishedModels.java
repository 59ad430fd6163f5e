package sensorium.multimodal.model;

import java.nio.file.Path;
import sensorium.BadInputException;
import sensorium.audio.HuggingFaceAst;
import sensorium.audio.KwtCheckpoint;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.diffusion.DiffusionPipeline;
import sensorium.multimodal.dual.HuggingFaceClap;
import sensorium.multimodal.dual.HuggingFaceDual;
import sensorium.multimodal.dual.PictureMatcher;
import sensorium.multimodal.dual.SoundMatcher;
import sensorium.multimodal.transcribe.Transcriber;
import sensorium.nn.PublishedFolder;
import sensorium.text.bert.HuggingFaceBert;
import sensorium.text.bert.SentenceEncoder;
import sensorium.vision.Dinov2;
import sensorium.vision.HuggingFaceDinov2;
import sensorium.vision.HuggingFaceVit;
import sensorium.vision.ImageProcessor;

/** Published models in folders, by their {@code model_type}. */
final class PublishedModels {
    private PublishedModels() {}

    /** @throws BadInputException if there is none of that type, or it is damaged */
    static OpenedModel open(Path path, String type) {
        return switch (type) {
            case ModelFolder.DIGITS -> new OpenedModel.Diffusion(DiffusionPipeline.ofDigits(path));
            case HuggingFaceVit.TYPE ->
                new OpenedModel.Published(HuggingFaceVit.load(path), ImageProcessor.read(path), type);
            case HuggingFaceDinov2.TYPE, HuggingFaceDinov2.WITH_REGISTERS -> eye(path, type);
            case HuggingFaceDual.CLIP, HuggingFaceDual.SIGLIP -> new OpenedModel.Pairs(PictureMatcher.open(path));
            case HuggingFaceClap.TYPE -> new OpenedModel.Pairs(SoundMatcher.open(path));
            case HuggingFaceBert.TYPE -> new OpenedModel.Sentences(SentenceEncoder.open(path));
            case KwtCheckpoint.TYPE -> new OpenedModel.Sounds(KwtCheckpoint.load(path), type);
            case HuggingFaceAst.TYPE -> new OpenedModel.Sounds(HuggingFaceAst.load(path), type);
            case HuggingFaceWhisper.TYPE -> new OpenedModel.Speech(Transcriber.open(path));
            default -> throw unknown(path, type);
        };
    }

    private static BadInputException unknown(Path path, String type) {
        String kind = PublishedFolder.open(path).kind();
        if (ParityCases.know(kind)) {
            return new BadInputException(
                    path + ": a " + kind + ", which is given tensors and no files; use run, trace or parity");
        }
        return new BadInputException(path.resolve("config.json")
                + ": says neither a kind nor a model_type that is known"
                + (type.isEmpty() ? "" : ", but \"" + ModelFolder.brief(type) + "\"") + "; known are "
                + String.join(
                        ", ",
                        HuggingFaceVit.TYPE,
                        HuggingFaceDinov2.TYPE,
                        HuggingFaceDual.CLIP,
                        HuggingFaceDual.SIGLIP,
                        HuggingFaceClap.TYPE,
                        HuggingFaceBert.TYPE,
                        KwtCheckpoint.TYPE,
                        HuggingFaceAst.TYPE,
                        HuggingFaceWhisper.TYPE)
                + " and " + ModelFolder.DIGITS + "; is this the folder of a model?");
    }

    /** One that was taught classes tells them apart. */
    private static OpenedModel eye(Path path, String type) {
        Dinov2 model = HuggingFaceDinov2.load(path);
        ImageProcessor preprocessing = ImageProcessor.read(path);
        return model.head() == null
                ? new OpenedModel.Features(new FeatureEye(model, preprocessing), type)
                : new OpenedModel.Published(model, preprocessing, type);
    }
}
