package sensorium.text.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.BadInputException;

/** Small tokenizers worked out by hand, and files that are refused. */
class TokenizerFilesTest {
    private static final String WORD_PIECE = """
            {"version": "1.0", "truncation": {"direction": "Right", "max_length": 5, "strategy": "LongestFirst", "stride": 0},
             "padding": null,
             "added_tokens": [{"id": 0, "content": "[PAD]", "special": true, "normalized": false},
                              {"id": 2, "content": "[CLS]", "special": true, "normalized": false}],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                            "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [], "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}}},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                       "max_input_chars_per_word": 6,
                       "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "un": 3, "##aff": 4, "##able": 5, "!": 6, "人": 7,
                                 "[": 8, "]": 9, "cl": 10, "##s": 11}}}""";

    @TempDir
    Path folder;

    private SubwordTokenizer read(String json) {
        try {
            Files.writeString(folder.resolve("tokenizer.json"), json);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return TokenizerFiles.openSubwords(folder);
    }

    @Test
    void wordPieceByHand() {
        SubwordTokenizer tokenizer = read(WORD_PIECE);
        Encoding read = tokenizer.encodeForModel("Unáff!x人", 99);
        // the whole of an unknown word is unknown; a Chinese character stands alone
        assertThat(read.ids()).containsExactly(2, 3, 4, 6, 1, 7);
        assertThat(read.begin()).containsExactly(0, 0, 2, 5, 6, 7);
        assertThat(read.end()).containsExactly(0, 2, 5, 6, 7, 8);
        assertThat(tokenizer.encode("unaffable")).containsExactly(1); // longer than six
        assertThat(tokenizer.decode(2, 3, 4, 6)).isEqualTo("[CLS] unaff!");
        assertThat(tokenizer.longest()).hasValue(5);
        assertThat(tokenizer.encodeForModel("!!!!!!", 5).ids()).containsExactly(2, 6, 6, 6, 6);
        assertThat(tokenizer.encodeForModel("", 5).ids()).containsExactly(2);
        assertThatThrownBy(() -> tokenizer.encodeForModel("!", 0)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> tokenizer.decode(12)).isInstanceOf(BadInputException.class);
    }

    /** A text cannot forge a special token, unless a published model reads it so. */
    @Test
    void specialTokensInATextAreOrdinary() {
        SubwordTokenizer tokenizer = read(WORD_PIECE);
        assertThat(tokenizer.encode("[CLS]")).containsExactly(8, 10, 11, 9);
        assertThat(tokenizer.encodeForModel("[CLS]", 9).ids()).containsExactly(2, 2);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`\"BertPreTokenizer\"`, `\"UnicodeScripts\"`, UnicodeScripts",
                "`\"BertNormalizer\"`, `\"ByteLevel\"`, ByteLevel",
                "`\"clean_text\"`, `\"clean_words\"`, clean_words",
                "`\"type\": \"WordPiece\", \"unk_token\"`, `\"type\": \"WordLevel\", \"unk_token\"`, WordLevel",
                "`\"type\": \"WordPiece\", \"prefix\"`, `\"type\": \"CTC\", \"prefix\"`, CTC",
                "`\"TemplateProcessing\"`, `\"ByteLevel\"`, ByteLevel",
                "`\"ids\": [2]`, `\"ids\": []`, no ids",
                "`{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}`, `{\"Sequence\": {\"id\": \"A\", \"type_id\": 1}}`, type_id",
                "`\"[UNK]\": 1,`, ``, [UNK]",
                "`\"!\": 6`, `\"!\": -6`, no id",
                "`\"!\": 6`, `\"!\": 1000000000`, no id",
                "`\"Right\"`, `\"Left\"`, direction",
                "`\"version\"`, `\"variant\"`, variant",
                "`{\"version\"`, `{{\"version\"`, not JSON"
            })
    void whatIsNotKnownIsRefusedByName(String part, String other, String named) {
        String json = WORD_PIECE.replace(part, other == null ? "" : other);
        assertThat(json).isNotEqualTo(WORD_PIECE);
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(named)
                .hasMessageStartingWith(folder.toString());
    }

    @ParameterizedTest
    @CsvSource({"AAA", "AAAA", "/////w==", "CAAAAAAAAAAAAAAA", "!", "BAAAAAAEAAA="})
    void damagedCharsmapsEndInOneLine(String base64) {
        String json = """
                {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "%s"},
                 "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["a", -1.0]]}}""".formatted(base64);
        try {
            assertThat(read(json).encode("aé")).isNotEmpty();
        } catch (BadInputException e) {
            assertThat(e.getMessage()).contains("precompiled_charsmap");
        }
    }

    @Test
    void damagedUnigramsEndInOneLine() {
        String json = "{\"model\": {\"type\": \"Unigram\", \"unk_id\": %s, \"vocab\": [[\"a\", %s]]}}";
        assertThatThrownBy(() -> read(json.formatted("1", "0"))).hasMessageContaining("beyond its vocabulary");
        assertThatThrownBy(() -> read(json.formatted("0", "\"x\""))).hasMessageContaining("not a token and its score");
        SubwordTokenizer without = read(json.formatted("null", "0"));
        assertThat(without.encode("aa")).containsExactly(0, 0);
        assertThatThrownBy(() -> without.encode("ab"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("\"b\"");
        assertThatThrownBy(() -> TokenizerFiles.open(folder.resolve("gone")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no tokenizer");
    }

    /** Whatever is wrong with a file: it is read all the same, or refused in one line. */
    @Test
    void damagedFilesEndInOneLine() throws IOException {
        String unigram =
                Files.readString(UnigramFiles.write(UnigramFiles.Kind.XLM_R, folder.resolve("unigram.json"), 1));
        int from = unigram.indexOf("\"vocab\"");
        String small = unigram.substring(0, from) + "\"vocab\":[[\"<unk>\",0],[\"a\",-1],[\"▁\",-2],[\"b\",-3]]}}";
        var random = new Random(4);
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            var json = new StringBuilder(i % 2 == 0 ? WORD_PIECE : small);
            for (int k = 0; k <= random.nextInt(3); k++) {
                int at = random.nextInt(json.length());
                switch (random.nextInt(4)) {
                    case 0 -> json.setCharAt(at, (char) (' ' + random.nextInt(95)));
                    case 1 -> json.deleteCharAt(at);
                    case 2 -> json.insert(at, random.nextInt(10));
                    default -> json.delete(at, Math.min(json.length(), at + random.nextInt(40)));
                }
            }
            try {
                read(json.toString()).encodeForModel("Unáff! ab ｂ", 50);
            } catch (BadInputException e) {
                refused++;
                assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(2000);
            }
        }
        assertThat(refused).isBetween(250, 999);
    }
}
