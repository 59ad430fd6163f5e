package sensorium.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.BadInputException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WhisperTokenizerTest {
    @TempDir
    Path folder;

    private static Path fixture(String name) {
        var file = Path.of(System.getProperty("sensorium.fixtures"), "text", name);
        assumeTrue(Files.isRegularFile(file), "fixtures absent: " + file);
        return file;
    }

    /** The published decodings, with the special tokens in them. */
    @ParameterizedTest
    @CsvSource({
        "gpt2.tiktoken, onnx-community/whisper-tiny.en, 51864",
        "multilingual.tiktoken, distil-whisper/distil-large-v2, 51865"
    })
    void specialTokensStandWhereTheyArePublished(String vocabulary, String model, int size) throws Exception {
        Files.copy(fixture(vocabulary), folder.resolve(vocabulary));
        var tokenizer = WhisperTokenizer.read(folder, size);
        var cases = JsonMapper.shared()
                .readTree(fixture("whisper_bpe_expected.json"))
                .get(model);
        assertThat(cases).isNotEmpty();
        for (var example : cases) {
            int[] ids = example.get("ids")
                    .valueStream()
                    .mapToInt(JsonNode::intValue)
                    .toArray();
            // Theirs drops spaces before some punctuation.
            assertThat(tokenizer.decode(ids))
                    .isEqualToIgnoringWhitespace(example.get("decoded").stringValue());
        }
        assertThat(tokenizer.size()).isEqualTo(size);
        assertThat(tokenizer.special("<|notimestamps|>") + 1).isEqualTo(tokenizer.special("<|0.00|>"));
        assertThat(tokenizer.special("<|30.00|>")).isEqualTo(size - 1);
    }

    @Test
    void theThirdVersionKnowsCantonese() {
        assertThat(WhisperTokenizer.specials(51_866)).contains("<|yue|>").hasSize(51_866 - 50_257);
        assertThat(WhisperTokenizer.specials(51_865)).doesNotContain("<|yue|>").hasSize(51_865 - 50_257);
        assertThatThrownBy(() -> WhisperTokenizer.specials(50)).hasMessageContaining("none of Whisper's");
    }

    @Test
    void vocabularyAndMerges() throws Exception {
        var trained = new BpeTrainer(400, 2, List.of("<|endoftext|>"))
                .train(List.of("the cat sat on the mat", "the föx — the 東京 cat", "that mat is the cat's mat"));
        var root = JsonMapper.shared().createObjectNode();
        var merges = new StringBuilder("#version: 0.2\n");
        for (int id = 0; id < trained.tokens().size(); id++) {
            if (trained.tokens().get(id) != null) {
                root.put(ByteAlphabet.spell(trained.tokens().get(id)), id);
            }
        }
        root.put("<|endoftext|>", trained.special("<|endoftext|>"));
        trained.merges()
                .forEach(m -> merges.append(ByteAlphabet.spell(trained.tokens().get(m.left())))
                        .append(' ')
                        .append(ByteAlphabet.spell(trained.tokens().get(m.right())))
                        .append('\n'));
        Files.writeString(folder.resolve("vocab.json"), root.toString());
        Files.writeString(folder.resolve("merges.txt"), merges);
        Files.writeString(folder.resolve("added_tokens.json"), "{\"<|en|>\": 900}");
        var read = WhisperTokenizer.read(folder, 50);
        String text = "the cats sat on 東京, föx";
        assertThat(read.encode(text)).containsExactly(trained.encode(text)).hasSizeLessThan(text.length());
        assertThat(read.special("<|en|>")).isEqualTo(900);
        assertThat(read.special("<|endoftext|>")).isEqualTo(trained.special("<|endoftext|>"));
        assertThat(read.decode(read.encode(text))).isEqualTo(text);
        Files.writeString(folder.resolve("merges.txt"), merges + "the dog\n");
        rejected("merges.txt: merge");
        Files.delete(folder.resolve("merges.txt"));
        rejected("merges.txt: no such file");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": -1}");
        rejected("vocab.json: a token's id is no id");
        Files.delete(folder.resolve("vocab.json"));
        rejected("no tokenizer");
    }

    private void rejected(String what) {
        assertThatThrownBy(() -> WhisperTokenizer.read(folder, 51_865))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(what);
    }
}
