package sensorium.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.BadInputException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class PublishedVocabularyTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static Path fixture(String name) {
        var file = Path.of(System.getProperty("sensorium.fixtures"), "text", name);
        assumeTrue(Files.isRegularFile(file), "fixtures absent: " + file);
        return file;
    }

    private static int[] ids(JsonNode node) {
        return node.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    @ParameterizedTest
    @CsvSource({"gpt2.tiktoken, onnx-community/whisper-tiny.en", "multilingual.tiktoken, distil-whisper/distil-large-v2"
    })
    void whisperIdsAreExact(String vocabulary, String model) {
        var tokenizer = Tiktoken.read(fixture(vocabulary), List.of());
        var cases = JSON.readTree(fixture("whisper_bpe_expected.json")).get(model);
        assertThat(cases).isNotEmpty();
        for (var example : cases) {
            var text = example.get("text").stringValue();
            // Whisper's special tokens stand around the text, after the ordinary ids
            var expected = Arrays.stream(ids(example.get("ids")))
                    .filter(id -> id < tokenizer.size())
                    .toArray();
            assertThat(tokenizer.encode(text)).as(text).containsExactly(expected);
            assertThat(tokenizer.decode(expected)).isEqualTo(text);
        }
    }

    @Test
    void specialTokensFollowTheVocabulary() {
        var tokenizer = Tiktoken.read(fixture("gpt2.tiktoken"), List.of("<|endoftext|>", "<|startoftranscript|>"));
        assertThat(tokenizer.special("<|endoftext|>")).isEqualTo(50256);
        assertThat(tokenizer.special("<|startoftranscript|>")).isEqualTo(50257);
        assertThat(tokenizer.decode(50257, 2437, 50256)).isEqualTo("<|startoftranscript|>How<|endoftext|>");
    }

    @Test
    void tiktokenSurvivesTokenizerJson(@TempDir Path folder) {
        var tokenizer = Tiktoken.read(fixture("gpt2.tiktoken"), List.of("<|endoftext|>"));
        var file = folder.resolve("tokenizer.json");
        TokenizerJson.write(tokenizer, file);
        var read = TokenizerJson.read(file);
        var text = "The quick brown föx — 東京, Привет!  aaaaaaaaaaaaa 1234567";
        assertThat(read.encode(text)).containsExactly(tokenizer.encode(text));
        assertThat(read.special("<|endoftext|>")).isEqualTo(50256);
    }

    @Test
    void clipIdsAreExact() {
        var tokenizer = ClipBpe.read(fixture("bpe_simple_vocab_16e6.txt.gz"));
        assertThat(tokenizer.size()).isEqualTo(49_408);
        for (var example : JSON.readTree(fixture("clip_bpe_expected.json"))) {
            var text = example.get("text").stringValue();
            assertThat(tokenizer.encodeForModel(text)).as(text).containsExactly(ids(example.get("ids")));
        }
        assertThat(tokenizer.decode(tokenizer.encode("  A photo\nof a CAT ; 猫")))
                .isEqualTo("a photo of a cat ; 猫");
        assertThat(tokenizer.decode(tokenizer.encodeForModel("cat"))).isEqualTo("<|startoftext|>cat <|endoftext|>");
    }

    /** The published list of merges as models have it: ids by spelling, and the merges; or both in one file. */
    @Test
    void clipIdsAreExactFromAModelsFolder(@TempDir Path folder) throws Exception {
        Path published = fixture("bpe_simple_vocab_16e6.txt.gz");
        List<String> merges;
        try (var in = new GZIPInputStream(Files.newInputStream(published))) {
            merges = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .limit(48_894)
                    .toList();
        }
        ObjectNode ids = JSON.createObjectNode();
        for (String end : List.of("", "</w>")) {
            for (int b : ByteAlphabet.ORDER) {
                ids.put(ByteAlphabet.spell(new byte[] {(byte) b}) + end, ids.size());
            }
        }
        merges.forEach(merge -> ids.put(merge.replace(" ", ""), ids.size()));
        ids.put("<|startoftext|>", 49_406).put("<|endoftext|>", 49_407);
        Path separate = Files.createDirectory(folder.resolve("separate"));
        Files.writeString(separate.resolve("vocab.json"), ids.toString());
        Files.writeString(separate.resolve("merges.txt"), "#version: 0.2\n" + String.join("\n", merges) + "\n");
        Path together = Files.createDirectory(folder.resolve("together"));
        ObjectNode root = JSON.createObjectNode();
        ObjectNode model = root.putObject("model").put("type", "BPE").put("end_of_word_suffix", "</w>");
        model.set("vocab", ids);
        merges.forEach(model.putArray("merges")::add);
        root.putArray("added_tokens").addObject().put("id", 49_407).put("content", "<|endoftext|>");
        Files.writeString(together.resolve("tokenizer.json"), root.toString());
        for (Path place : List.of(separate, together)) {
            ClipBpe tokenizer = ClipBpe.open(place);
            assertThat(tokenizer.size()).isEqualTo(49_408);
            for (var example : JSON.readTree(fixture("clip_bpe_expected.json"))) {
                String text = example.get("text").stringValue();
                assertThat(tokenizer.encodeForModel(text)).as(text).containsExactly(ids(example.get("ids")));
            }
            // A letter and its accent apart are the letter with it.
            assertThat(tokenizer.encode("cafe\u0301")).containsExactly(tokenizer.encode("café"));
            assertThat(tokenizer.decode(tokenizer.encodeForModel("A cat")))
                    .isEqualTo("<|startoftext|>a cat <|endoftext|>");
        }
        Files.writeString(separate.resolve("merges.txt"), "#version: 0.2\nqq zz\n");
        assertThatThrownBy(() -> ClipBpe.open(separate)).hasMessageContaining("merge 0 is not of two known tokens");
        model.put("end_of_word_suffix", "");
        Files.writeString(together.resolve("tokenizer.json"), root.toString());
        assertThatThrownBy(() -> ClipBpe.open(together)).hasMessageContaining("as CLIP's do");
        assertThatThrownBy(() -> ClipBpe.open(folder)).hasMessageContaining("vocab.json: no such file");
    }

    @Test
    void otherFilesAreNamed(@TempDir Path folder) throws Exception {
        for (var content : List.of("IQ== 0\nIg==", "IQ== 0\nIg== 0", "IQ== 1", "??? 0", " 0", "IQ== 0")) {
            var file = Files.writeString(folder.resolve("vocabulary"), content);
            assertThatThrownBy(() -> Tiktoken.read(file, List.of()))
                    .as(content)
                    .isInstanceOf(BadInputException.class)
                    .hasMessageStartingWith(file.toString());
            assertThatThrownBy(() -> ClipBpe.read(file))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("gzip");
        }
        assertThatThrownBy(() -> Tiktoken.read(folder.resolve("gone"), List.of()))
                .isInstanceOf(BadInputException.class);
    }
}
