package sensorium.text.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sensorium.text.Fixtures;

/** Token for token what the reference implementation (huggingface/tokenizers, in native code) makes of the same texts. */
class TokenizerOracleTest {
    private static final int LINES = 10_000;

    @TempDir
    static Path folder;

    private static HuggingFaceTokenizer oracle(Path json) {
        try {
            return HuggingFaceTokenizer.builder()
                    .optTokenizerPath(json)
                    .optPadding(false)
                    .optTruncation(false)
                    .build();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (LinkageError e) {
            return Assumptions.abort("no native tokenizers for this platform: " + e);
        }
    }

    private static void assertEqual(SubwordTokenizer ours, HuggingFaceTokenizer oracle, String text) {
        Encoding expected = oracle.encode(text);
        sensorium.text.pipeline.Encoding actual = ours.encodeForModel(text, Integer.MAX_VALUE);
        long[] ids = expected.getIds();
        assertThat(actual.ids())
                .as(text)
                .containsExactly(
                        java.util.Arrays.stream(ids).mapToInt(Math::toIntExact).toArray());
        CharSpan[] spans = expected.getCharTokenSpans();
        for (int i = 0; i < ids.length; i++) {
            if (spans[i] != null && expected.getSpecialTokenMask()[i] == 0) {
                assertThat(List.of(text.codePointCount(0, actual.begin()[i]), text.codePointCount(0, actual.end()[i])))
                        .as("token %d, %s, of %s", i, ours.spelling(actual.ids()[i]), text)
                        .isEqualTo(List.of(spans[i].getStart(), spans[i].getEnd()));
            }
        }
    }

    private static void assertEqual(SubwordTokenizer ours, HuggingFaceTokenizer oracle, long seed, int lines) {
        for (int i = 0; i < lines; i++) {
            assertEqual(ours, oracle, Fixtures.line(seed, i));
        }
    }

    @Test
    void wordPieceOfMiniLm() throws IOException {
        Path model = Fixtures.miniLm(folder.resolve("minilm"));
        SubwordTokenizer ours = TokenizerFiles.openSubwords(model);
        assertThat(ours.size()).isEqualTo(30_522);
        try (HuggingFaceTokenizer oracle = oracle(model.resolve("tokenizer.json"))) {
            assertEqual(ours, oracle, 1, LINES);
            Path transcripts = Path.of(System.getProperty("sensorium.fixtures"), "text", "asterisk-core-sounds-en.tsv");
            if (Files.exists(transcripts)) {
                for (String line : Files.readAllLines(transcripts)) {
                    assertEqual(ours, oracle, line);
                }
            }
        }
    }

    /** The same vocabulary as {@code vocab.txt} is the same tokenizer. */
    @Test
    void vocabularyOfLines() throws IOException {
        Path model = Fixtures.miniLm(folder.resolve("lines"));
        SubwordTokenizer json = TokenizerFiles.openSubwords(model);
        var lines = new StringBuilder();
        for (int id = 0; id < json.size(); id++) {
            lines.append(json.spelling(id)).append('\n');
        }
        Path alone = Files.createDirectory(folder.resolve("alone"));
        Files.writeString(alone.resolve("vocab.txt"), lines);
        SubwordTokenizer ours = TokenizerFiles.openSubwords(alone);
        for (int i = 0; i < 1000; i++) {
            String line = Fixtures.line(2, i);
            assertThat(ours.encodeForModel(line, 99).ids())
                    .as(line)
                    .containsExactly(json.encodeForModel(line, 99).ids());
        }
    }

    @ParameterizedTest
    @EnumSource(UnigramFiles.Kind.class)
    void unigram(UnigramFiles.Kind kind) throws IOException {
        Path model = Files.createDirectory(folder.resolve(kind.name()));
        Path json = UnigramFiles.write(kind, model.resolve("tokenizer.json"), 7);
        SubwordTokenizer ours = TokenizerFiles.openSubwords(model);
        try (HuggingFaceTokenizer oracle = oracle(json)) {
            assertEqual(ours, oracle, 3 + kind.ordinal(), LINES / 4);
            List<String> decoded = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                long[] ids = oracle.encode(Fixtures.line(9, i), false, false).getIds();
                int[] same =
                        java.util.Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
                assertThat(ours.decode(same)).isEqualTo(oracle.decode(ids, false));
                decoded.add(ours.decode(same));
            }
            assertThat(decoded).anyMatch(text -> !text.isBlank());
        }
    }
}
