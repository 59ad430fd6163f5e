package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static sensorium.app.CommandRun.sensorium;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.diffusion.StableDiffusion;
import sensorium.tensor.Tensor;
import sensorium.text.TextTransformer;
import sensorium.vision.Picture;
import sensorium.vision.PictureFile;

/** A folder of Stable Diffusion from prompts to pictures. */
class PublishedPipelineTest {
    private static final int BEGIN = 9;
    private static final int END = 10;

    @TempDir
    Path folder;

    private float[] read(String... texts) {
        return StableDiffusion.open(folder)
                .asking()
                .of(List.of(texts))
                .context()
                .toFloats();
    }

    /** Ids as the published tokenizer pads and cuts them: seven places, filled up with the end. */
    @Test
    void promptsAsTheTextEncoderReadsThem() throws Exception {
        TextTransformer tower = TinyPipeline.in(folder);
        long[] ids = {
            BEGIN, 1, 8, END, END, END, END, // a cat
            BEGIN, END, END, END, END, END, END, // nothing
            BEGIN, 1, 1, 1, 1, 1, END // more than there are places for
        };
        Tensor expected = tower.tokens(Tensor.of(ids, 3, 7), null);
        assertThat(read("A cat", "", "a a a a a a a a a")).isEqualTo(expected.toFloats());

        // What fills up is the tokenizer's to say.
        Path settings = folder.resolve("tokenizer/tokenizer_config.json");
        Files.writeString(settings, "{\"pad_token\": {\"__type\": \"AddedToken\", \"content\": \"a\"}}");
        long[] padded = {BEGIN, 8, END, 0, 0, 0, 0};
        assertThat(read("cat"))
                .isEqualTo(tower.tokens(Tensor.of(padded, 1, 7), null).toFloats());
        Files.writeString(settings, "{\"pad_token\": \"<pad>\"}");
        refused("\"pad_token\" is no token");
    }

    @Test
    void picturesOfPrompts() throws Exception {
        TinyPipeline.in(folder);
        Picture cat = generated("a cat", "1");
        assertThat(generated("a cat", "1").bytes()).isEqualTo(cat.bytes());
        assertThat(generated("a dog", "1").bytes()).isNotEqualTo(cat.bytes());
        assertThat(generated("a cat", "2").bytes()).isNotEqualTo(cat.bytes());
        assertThat(sensorium("generate", folder).err()).contains("--prompt").hasLineCount(1);
    }

    private Picture generated(String prompt, String seed) {
        Path out = folder.resolve("out.png");
        CommandRun run =
                sensorium("generate", folder, "--prompt", prompt, "-n", "1", "--steps", "3", "--seed", seed, "-o", out);
        assertThat(run.status()).as(run.err()).isZero();
        return PictureFile.decode(out);
    }

    @Test
    void partsThatDoNotFitAreALine() throws Exception {
        TinyPipeline.in(folder);
        Path encoder = folder.resolve("text_encoder");
        TinyPipeline.writeEncoder(encoder, 16);
        refused("vectors of texts are 12 for the U-Net and 16 beside it");
        TinyPipeline.writeEncoder(encoder, 12);
        Path config = encoder.resolve("config.json");
        Files.writeString(config, TinyPipeline.encoder(12).replace("clip_text_model", "t5"));
        refused("model_type is \"t5\"");
        Files.writeString(
                config, TinyPipeline.encoder(12).replace("\"dropout\"", "\"use_attention_mask\": true, \"dropout\""));
        refused("use_attention_mask");
        TinyPipeline.writeEncoder(encoder, 12);
        Path vocabulary = folder.resolve("tokenizer/vocab.json");
        Files.writeString(vocabulary, Files.readString(vocabulary).replace("10}", "11}"));
        refused("has 12 tokens; the text encoder beside it 11");
        Files.delete(vocabulary);
        refused("vocab.json: no such file");
    }

    private void refused(String fault) {
        CommandRun run = sensorium("generate", folder, "--prompt", "a cat", "-o", folder.resolve("out.png"));
        assertThat(run.status()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains(fault).hasLineCount(1);
    }
}
