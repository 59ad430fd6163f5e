package sensorium.app;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PictureGrid;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.PngWriter;

/** {@code detokenize MODEL --ids …}: numbers as a picture or a sound. */
@Command(
        name = "detokenize",
        mixinStandardHelpOptions = true,
        description = "Read a picture or a sound from the numbers of its tokens.")
final class DetokenizeCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "MODEL", description = "A run folder of train vq.")
    private Path model;

    @Option(
            names = "--ids",
            required = true,
            paramLabel = "N,N,…|FILE",
            description =
                    "Of a picture the numbers, row by row, with commas or spaces between them; of a sound the file with what tokenize printed.")
    private String ids;

    @Option(
            names = "-o",
            required = true,
            paramLabel = "FILE",
            description = "Where the picture goes, a PNG, or the sound, a WAV.")
    private Path out;

    @Option(
            names = "--decoder",
            paramLabel = "NAME",
            description = "What makes a sound of its tokens: learned or griffin-lim (default: ${DEFAULT-VALUE}).")
    private String decoder = "learned";

    @Override
    public void run() {
        common.backend();
        if (new ModelFolder(model).open() instanceof OpenedModel.Codec codec) {
            SoundTokensFile.read(common, codec.model(), Path.of(ids), out, decoder);
            return;
        }
        PictureTokenizer tokenizer = new ModelFolder(model).openTokenizer();
        int across = tokenizer.config().tokens();
        long[] tokens = Arrays.stream(ids.strip().split("[\\s,]+"))
                .mapToLong(word -> number(word, tokenizer.config().codes()))
                .toArray();
        if (tokens.length != across * across) {
            throw new BadInputException("--ids has %d numbers; a picture of this model has %d, %d a row"
                    .formatted(tokens.length, across * across, across));
        }
        Picture picture = Scope.tidy(() -> PictureGrid.of(tokenizer.picture(Tensor.of(tokens, 1, across, across)), 1));
        PngWriter.write(picture, out);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", out.toString());
        common.print(json, out.toString());
    }

    private static long number(String word, int codes) {
        try {
            long n = Long.parseLong(word);
            if (n >= 0 && n < codes) {
                return n;
            }
        } catch (NumberFormatException e) {
            throw new BadInputException("--ids: " + word + " is no number", e);
        }
        throw new BadInputException("--ids: there is no code " + word + "; they go from 0 to " + (codes - 1));
    }
}
