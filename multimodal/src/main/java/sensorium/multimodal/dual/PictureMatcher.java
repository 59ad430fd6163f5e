package sensorium.multimodal.dual;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.multimodal.dual.DualEncoder.Scores;
import sensorium.tensor.Tensor;
import sensorium.text.TextTransformer;
import sensorium.vision.ImageProcessor;
import sensorium.vision.PictureFile;
import sensorium.vision.PixelValues;

/** CLIP or SigLIP with what pictures and texts go through before. */
public final class PictureMatcher implements Matcher {
    private final DualEncoder model;
    private final ImageProcessor preprocessing;
    private final Path folder;

    private PictureMatcher(DualEncoder model, ImageProcessor preprocessing, Path folder) {
        this.model = model;
        this.preprocessing = preprocessing;
        this.folder = folder;
    }

    /**
     * The model of a folder with {@code config.json}, {@code model.safetensors}, {@code preprocessor_config.json} and, for texts, a
     * tokenizer.
     *
     * @throws BadInputException if one is not there, malformed, or does not fit the others
     */
    public static PictureMatcher open(Path folder) {
        return new PictureMatcher(HuggingFaceDual.load(folder), ImageProcessor.read(folder), folder);
    }

    @Override
    public String kind() {
        return isClip() ? HuggingFaceDual.CLIP : HuggingFaceDual.SIGLIP;
    }

    @Override
    public String medium() {
        return "photo";
    }

    @Override
    public float[][] texts(List<String> texts) {
        if (texts.isEmpty()) {
            return new float[0][];
        }
        TokenReader reader = reader();
        return texts.stream()
                .map(text -> Scope.tidy(() -> {
                    Tensor features = model.ofText(model.text().forward(reader.read(text)));
                    return Matcher.checked(DualEncoder.unit(features), model, "the text \"" + brief(text) + "\"");
                }))
                .toArray(float[][]::new);
    }

    private TokenReader reader() {
        TextTransformer.Config tower = model.text().config();
        return isClip() ? TokenReader.clip(folder, tower) : TokenReader.siglip(folder, tower);
    }

    private boolean isClip() {
        return model.config().scores() == Scores.WHICH;
    }

    /** SigLIP's texts fill all places, and none is masked. */
    @Override
    public Map<String, Tensor> inputs(String text) {
        return isClip() ? reader().inputs(text) : Map.of("input_ids", reader().read(text));
    }

    private static String brief(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() > 60 ? line.substring(0, 60) + "…" : line;
    }

    @Override
    public float[] file(Path file) {
        return Scope.tidy(() -> {
            Tensor features = model.ofImage(model.image().forward(pixels(file)));
            return Matcher.checked(DualEncoder.unit(features), model, file.toString());
        });
    }

    @Override
    public Map<String, Tensor> inputs(Path file) {
        return Map.of("pixel_values", pixels(file));
    }

    /** (1, C, side, side). */
    private Tensor pixels(Path file) {
        PixelValues pixels = preprocessing.process(PictureFile.decode(file));
        int side = model.config().image().side();
        if (pixels.width() != side
                || pixels.height() != side
                || pixels.channels() != model.config().image().channels()) {
            throw new BadInputException(folder
                    + ": preprocessor_config.json makes pictures of %d channels, %dx%d; the model sees %d, %dx%d"
                            .formatted(
                                    pixels.channels(),
                                    pixels.width(),
                                    pixels.height(),
                                    model.config().image().channels(),
                                    side,
                                    side));
        }
        return pixels.toTensor();
    }

    @Override
    public double[] probabilities(float[] vector, float[][] texts) {
        double[] scores = Matcher.cosines(vector, texts);
        double scale = Math.exp(model.scale().value().toFloats()[0]);
        double bias = model.bias() == null ? 0 : model.bias().value().toFloats()[0];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = scores[i] * scale + bias;
        }
        if (isClip()) {
            return Matcher.softmax(scores);
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] = 1 / (1 + Math.exp(-scores[i]));
        }
        return scores;
    }
}
