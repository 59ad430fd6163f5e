package sensorium.app;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.memory.Scope;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.model.ModelFolder;
import sensorium.tensor.Tensor;
import sensorium.vision.PictureTokenizer;

/** {@code tokenize MODEL --image FILE}: a picture as numbers. */
@Command(
        name = "tokenize",
        mixinStandardHelpOptions = true,
        description = "Write a picture as the numbers of its tokens, row by row; detokenize reads them.")
final class TokenizeCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "MODEL", description = "A run folder of train vq.")
    private Path model;

    @Option(
            names = "--image",
            required = true,
            paramLabel = "FILE",
            description = "The picture; it is fitted to the model's size.")
    private Path image;

    @Override
    public void run() {
        common.backend();
        PictureTokenizer tokenizer = new ModelFolder(model).openTokenizer();
        var c = tokenizer.config();
        var pictures =
                PictureData.pixels(Examples.ofFile(PictureData.input(tokenizer.channels(), tokenizer.side()), image));
        float[] pixels = new float[c.channels() * c.side() * c.side()];
        pictures.draw(0, pixels, 0);
        long[] ids = Scope.tidy(() -> tokenizer
                .tokens(Tensor.of(pixels, 1, c.channels(), c.side(), c.side()))
                .toLongs());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("ids", ids);
        json.put("columns", c.tokens());
        json.put("codes", c.codes());
        common.print(json, Arrays.stream(ids).mapToObj(Long::toString).collect(Collectors.joining(" ")));
    }
}
