package sensorium.multimodal.dual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.io.Safetensors;
import sensorium.multimodal.classify.Guess;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.multimodal.model.ParityCases;
import sensorium.multimodal.model.Preprocessing;
import sensorium.nn.PublishedFolder;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.text.HuggingFaceTextTransformer;
import sensorium.text.TextTransformer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Published models of pictures or sounds and texts, from files to probabilities. */
class MatchersTest {
    private static final String CLAP = """
            {"model_type": "clap", "projection_dim": 6,
             "text_config": {"vocab_size": 264, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
               "intermediate_size": 12, "max_position_embeddings": 8, "layer_norm_eps": 1e-5},
             "audio_config": {"num_mel_bins": 8, "spec_size": 32, "window_size": 4, "depths": [1, 1], "hidden_size": 16,
               "num_attention_heads": [2, 2], "patch_embeds_hidden_size": 8, "num_hidden_layers": 2}}
            """;
    private static final String HEARING = """
            {"feature_extractor_type": "ClapFeatureExtractor", "feature_size": 8, "sampling_rate": 2000, "hop_length": 20,
             "fft_window_size": 64, "max_length_s": 1, "frequency_max": 900, "truncation": "rand_trunc"}
            """;

    private static final String SUBWORDS = """
            {"version": "1.0", "truncation": null, "padding": null,
             "added_tokens": [
               {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
                "special": true}],
             "normalizer": {"type": "Sequence", "normalizers": [
               {"type": "Lowercase"}, {"type": "Replace", "pattern": {"String": "!"}, "content": ""}]},
             "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
               "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
               "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
             "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
             "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": false, "vocab": [
               ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["▁a", -1.0], ["▁cat", -1.0], ["▁", -2.0], ["c", -3.0]]}}
            """;

    @TempDir
    Path folder;

    private static Path fixture(String name) {
        Path path = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), name);
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }

    /** All bytes behind the special tokens, no merges. */
    private static void writeBytes(Path folder, List<String> specials) throws IOException {
        ObjectNode ids = JsonMapper.shared().createObjectNode();
        specials.forEach(special -> ids.put(special, ids.size()));
        for (int b = 0; b < 256; b++) {
            // GPT-2's letters for bytes: those that cannot be seen are behind the 256th.
            boolean visible = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            int hidden = (int) IntStream.range(0, b)
                    .filter(c -> !(c >= '!' && c <= '~' || c >= 0xA1 && c <= 0xAC || c >= 0xAE))
                    .count();
            ids.put(Character.toString(visible ? b : 256 + hidden), ids.size());
        }
        Files.writeString(folder.resolve("vocab.json"), ids.toString());
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
    }

    private Clap writeClap() throws IOException {
        Files.writeString(folder.resolve("config.json"), CLAP);
        Files.writeString(folder.resolve("preprocessor_config.json"), HEARING);
        writeBytes(folder, List.of("<s>", "<pad>", "</s>", "<unk>"));
        Clap clap = Clap.of(
                Weights.random(3), PublishedFolder.open(folder).config(HuggingFaceClap::config, HuggingFaceClap.TYPE));
        save(clap.state());
        return clap;
    }

    private void save(Map<String, Tensor> state) {
        Map<String, Tensor> named = new HashMap<>();
        state.forEach((path, t) -> named.put(HuggingFaceClap.FORMAT.names().theirs(path), t));
        Safetensors.write(folder.resolve("model.safetensors"), named, Map.of());
    }

    private Matcher open() {
        return ((OpenedModel.Pairs) new ModelFolder(folder).open()).model();
    }

    private Path sound() throws IOException {
        float[] samples = new float[1500];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) Math.sin(0.3 * i);
        }
        Path file = folder.resolve("sound.wav");
        WavWriter.write(file, new Waveform(samples, 2000));
        return file;
    }

    @Test
    void soundsChooseAmongTexts() throws IOException {
        Clap clap = writeClap();
        Matcher matcher = open();
        assertThat(matcher.kind()).isEqualTo("clap");
        float[][] texts = matcher.texts(List.of("ab", "what is longer than there are places for"));
        // <s> a b </s>: ids of visible bytes are their order behind the four special tokens.
        long[] ids = {0, 4 + 'a', 4 + 'b', 2};
        Tensor tokens = clap.text().tokens(Tensor.of(ids, 1, 4), null);
        assertThat(texts[0])
                .containsExactly(clap.ofText(clap.text().pooled(tokens)).toFloats(), within(1e-6f));
        assertThat(Matcher.cosines(texts[1], texts)[1]).isCloseTo(1, within(1e-5));
        float[] heard = matcher.file(sound());
        assertThat(Matcher.cosines(heard, new float[][] {heard})[0]).isCloseTo(1, within(1e-5));
        double[] p = matcher.probabilities(heard, texts);
        double[] cosines = Matcher.cosines(heard, texts);
        assertThat(p[0] / p[1]).isCloseTo(Math.exp((cosines[0] - cosines[1]) / 0.07), within(1e-3));
        assertThat(p[0] + p[1]).isCloseTo(1, within(1e-9));

        List<Guess> guesses =
                new ZeroShotClassifier(matcher, List.of("x", "y"), List.of("{}", "{}!")).classify(sound());
        assertThat(guesses).extracting(Guess::label).containsExactlyInAnyOrder("x", "y");
        assertThat(guesses.get(0).probability())
                .isGreaterThanOrEqualTo(guesses.get(1).probability());
        assertThatThrownBy(() -> new ZeroShotClassifier(matcher, List.of("x"), List.of("a photo")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("has no {}");
    }

    /** What is shown of the preprocessing, given to the model, becomes what the matcher makes of files and texts. */
    @Test
    void whatTheModelIsFedRuns() throws IOException {
        writeClap();
        Preprocessing preprocessing = Preprocessing.open(folder);
        Map<String, Tensor> fed = new HashMap<>(preprocessing.ofFile(sound()));
        fed.putAll(preprocessing.ofText("ab"));
        assertThat(fed).containsOnlyKeys("input_features", "input_ids", "attention_mask");
        Matcher matcher = open();
        float[] heard = matcher.file(sound());
        float[] read = matcher.texts(List.of("ab"))[0];
        ParityCases.open(folder).run(fed, "fed", false, outputs -> {
            assertThat(outputs.get("audio_embeds").toFloats()).containsExactly(heard, within(1e-6f));
            assertThat(outputs.get("text_embeds").toFloats()).containsExactly(read, within(1e-6f));
            assertThat(outputs).containsKeys("logits_per_audio", "logits_per_text");
        });
        ParityCases.open(folder)
                .run(
                        preprocessing.ofText("ab"),
                        "fed",
                        true,
                        outputs -> assertThat(outputs)
                                .containsKeys("text_embeds", "trace.text_model.embeddings")
                                .doesNotContainKeys("audio_embeds", "logits_per_text"));
    }

    @Test
    void weightsThatAreNoNumbersAreNamed() throws IOException {
        Clap clap = writeClap();
        Map<String, Tensor> state = new HashMap<>(clap.state());
        float[] broken = state.get("audioProjection.linear2.bias").toFloats();
        broken[1] = Float.NaN;
        state.put("audioProjection.linear2.bias", Tensor.of(broken, broken.length));
        save(state);
        assertThatThrownBy(this::open)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("NaN")
                .hasMessageContaining("audio_projection.linear2.bias")
                .hasMessageNotContaining("\n");
        broken[1] = Float.POSITIVE_INFINITY; // a number, but none to compute with
        state.put("audioProjection.linear2.bias", Tensor.of(broken, broken.length));
        save(state);
        Path sound = sound();
        Matcher matcher = open();
        assertThatThrownBy(() -> matcher.file(sound))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("audioProjection.linear2.bias holds Infinity")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aTokenizerOfAnotherModelIsRefused() throws IOException {
        writeClap();
        writeBytes(folder, List.of("<s>", "<pad>", "</s>", "<unk>", "<1>", "<2>", "<3>", "<4>", "<5>"));
        Matcher matcher = open();
        assertThatThrownBy(() -> matcher.texts(List.of("a")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("265 tokens, the model 264");
    }

    /** CLIP's text tower as Stable Diffusion has it, alone. */
    @Test
    void theTextTowerOfClipAlone() throws IOException {
        Path clip = fixture("models/clip");
        Safetensors stored = Safetensors.open(clip.resolve("model.safetensors"));
        Map<String, Tensor> words = new HashMap<>();
        stored.names().stream()
                .filter(name -> name.startsWith("text_model."))
                .forEach(name -> words.put(name, stored.tensor(name)));
        words.put("text_model.embeddings.position_ids", Tensor.of(new long[12], 1, 12));
        Safetensors.write(folder.resolve("model.safetensors"), words, Map.of());
        var json = JsonMapper.shared().readTree(Files.readAllBytes(clip.resolve("config.json")));
        Files.writeString(
                folder.resolve("config.json"), json.path("text_config").toString());
        TextTransformer alone = HuggingFaceTextTransformer.loadClip(folder);
        Tensor ids = Safetensors.open(clip.resolve("case.safetensors")).tensor("input.input_ids");
        assertThat(alone.forward(ids).toFloats())
                .isEqualTo(HuggingFaceDual.load(clip).text().forward(ids).toFloats());
    }

    /** Texts of SigLIP are in lower case and filled up to nine places with the end, whose id is 1. */
    @Test
    void textsOfSiglip() throws IOException {
        Path siglip = fixture("models/siglip");
        for (String name : List.of("config.json", "model.safetensors", "preprocessor_config.json")) {
            Files.copy(siglip.resolve(name), folder.resolve(name));
        }
        Files.writeString(folder.resolve("tokenizer.json"), SUBWORDS);
        float[][] texts = open().texts(List.of("A cat!", "cat cat cat cat cat cat cat cat cat cat"));
        DualEncoder model = HuggingFaceDual.load(siglip);
        long[] ids = {3, 4, 1, 1, 1, 1, 1, 1, 1, 4, 4, 4, 4, 4, 4, 4, 4, 1};
        for (int i = 0; i < 2; i++) {
            Tensor row = Tensor.of(Arrays.copyOfRange(ids, 9 * i, 9 * i + 9), 1, 9);
            Tensor expected = DualEncoder.unit(model.ofText(model.text().forward(row)));
            assertThat(texts[i]).containsExactly(expected.toFloats(), within(1e-6f));
        }
        Files.writeString(folder.resolve("tokenizer.json"), SUBWORDS.replace("Lowercase", "Uppercase"));
        assertThatThrownBy(() -> open().texts(List.of("a")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("Uppercase")
                .hasMessageNotContaining("\n");
    }
}
