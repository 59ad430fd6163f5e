package sensorium.app;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.memory.Scope;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.Preprocessing;
import sensorium.vision.PictureTokenizer;

/** {@code tokenize MODEL --text T | --image FILE | --audio FILE}: a text, a picture or a sound as numbers. */
@Command(
        name = "tokenize",
        mixinStandardHelpOptions = true,
        description = {
            "Write a picture as the numbers of its tokens, row by row, or a sound frame by frame; detokenize reads them.",
            "Of a text the tokens that a published model reads, special ones included, with their places in it."
        })
final class TokenizeCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(
            paramLabel = "MODEL",
            description = "A run folder of train vq; for texts, a published model's, or minilm.")
    private Path model;

    @ArgGroup(multiplicity = "1")
    private What what;

    @Option(names = "--stages", paramLabel = "Q", description = "Of a sound, the first Q stages alone.")
    private Integer stages;

    /** One of them. */
    static final class What {
        @Option(names = "--text", paramLabel = "T", description = "The text.")
        private String text;

        @Option(names = "--image", paramLabel = "FILE", description = "The picture; it is fitted to the model's size.")
        private Path image;

        @Option(names = "--audio", paramLabel = "FILE", description = "The sound, of any length.")
        private Path audio;
    }

    @Override
    public void run() {
        if (what.text != null) {
            TextTokens.print(common, ModelNames.folder(model), what.text);
            return;
        }
        common.backend();
        if (what.audio != null) {
            SoundTokensFile.write(common, new ModelFolder(model).openSoundCodec(), what.audio, stages);
            return;
        }
        PictureTokenizer tokenizer = new ModelFolder(model).openTokenizer();
        var c = tokenizer.config();
        long[] ids = Scope.tidy(() ->
                tokenizer.tokens(Preprocessing.pixels(tokenizer, what.image)).toLongs());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("ids", ids);
        json.put("columns", c.tokens());
        json.put("codes", c.codes());
        common.print(json, Arrays.stream(ids).mapToObj(Long::toString).collect(Collectors.joining(" ")));
    }
}
