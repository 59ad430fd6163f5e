package sensorium.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;

class ByteBpeTest {
    private static final List<String> TEXTS = List.of(
            "a frog and a dog and a hedgehog",
            "une grenouille et un chien",
            "una rana y un perro, ¿verdad?",
            "жаба и собака",
            "カエルと犬",
            "the frogs' pond; the dogs' pond; 1234 12345",
            "aaaaaaaa aaaaaaa aaa abababab babababa");

    private static ByteBpe trained() {
        return new BpeTrainer(400, 2, List.of("<|pad|>", "<|end|>")).train(TEXTS);
    }

    @Test
    void everyStringComesBack() {
        var tokenizer = trained();
        var random = new Random(1);
        for (int round = 0; round < 2_000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                switch (random.nextInt(6)) {
                    case 0 -> text.append((char) random.nextInt(0x10000)); // lone surrogates and controls too
                    case 1 -> text.appendCodePoint(random.nextInt(0x110000));
                    case 2 -> text.append(" \t\n\r\u00a0\u2003\u0085".charAt(random.nextInt(7)));
                    case 3 -> text.append(TEXTS.get(random.nextInt(TEXTS.size())));
                    case 4 -> text.append("<|end|>");
                    default -> text.append((char) ('a' + random.nextInt(26)));
                }
            }
            var ids = tokenizer.encode(text.toString());
            assertThat(tokenizer.decode(ids)).isEqualTo(text.toString());
            assertThat(Arrays.stream(ids)).allMatch(id -> id >= 2 && id < tokenizer.size());
        }
        assertThat(tokenizer.encode("")).isEmpty();
        assertThat(tokenizer.decode()).isEmpty();
    }

    @Test
    void trainingIsTheTextbookAlgorithm() {
        // the slow way: recount everything, take the most frequent pair, the lower ids of equals
        var tokenizer = new BpeTrainer(330, 2, List.of()).train(TEXTS);
        var words = new ArrayList<List<String>>();
        for (var text : TEXTS) {
            var matcher = ByteBpe.WORDS.matcher(text);
            while (matcher.find()) {
                var word = new ArrayList<String>();
                for (char c : ByteAlphabet.spell(matcher.group().getBytes(StandardCharsets.UTF_8))
                        .toCharArray()) {
                    word.add(String.valueOf(c));
                }
                words.add(word);
            }
        }
        var order = new ArrayList<String>();
        for (int b : ByteAlphabet.ORDER) {
            order.add(ByteAlphabet.spell(new byte[] {(byte) b}));
        }
        while (order.size() < 330) {
            var counts = new HashMap<List<String>, Integer>();
            for (var word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    counts.merge(List.of(word.get(i), word.get(i + 1)), 1, Integer::sum);
                }
            }
            var best = counts.keySet().stream()
                    .min((p, q) -> {
                        int byCount = Integer.compare(counts.get(q), counts.get(p));
                        int byLeft = Integer.compare(order.indexOf(p.get(0)), order.indexOf(q.get(0)));
                        int byRight = Integer.compare(order.indexOf(p.get(1)), order.indexOf(q.get(1)));
                        return byCount != 0 ? byCount : byLeft != 0 ? byLeft : byRight;
                    })
                    .orElseThrow();
            if (counts.get(best) < 2) {
                break;
            }
            order.add(best.get(0) + best.get(1));
            for (var word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    if (word.get(i).equals(best.get(0)) && word.get(i + 1).equals(best.get(1))) {
                        word.set(i, word.get(i) + word.remove(i + 1));
                    }
                }
            }
        }
        assertThat(tokenizer.size()).isGreaterThan(280);
        assertThat(tokenizer.tokens()).extracting(ByteAlphabet::spell).containsExactlyElementsOf(order);
    }

    @Test
    void trainingDoesNotDependOnTheOrderOfTexts() {
        var shuffled = new ArrayList<>(TEXTS);
        Collections.shuffle(shuffled, new Random(7));
        var one = trained();
        var two = new BpeTrainer(400, 2, List.of("<|pad|>", "<|end|>")).train(shuffled);
        assertThat(two.merges()).isEqualTo(one.merges());
        assertThat(one.special("<|end|>")).isEqualTo(1);
        assertThat(one.decode(1, 2)).isEqualTo("<|end|>!");
    }

    @Test
    void frequentWordsBecomeOneToken() {
        var tokenizer = new BpeTrainer(300, 2, List.of()).train(Collections.nCopies(10, "penguin penguin"));
        assertThat(tokenizer.encode("penguin penguin")).hasSize(2);
        assertThat(tokenizer.size()).isLessThan(300); // nothing is left to merge
    }

    @Test
    void mergingALongWordIsQuickAndRight() {
        var tokenizer = trained();
        var word = "ab".repeat(100_000);
        assertThat(tokenizer.decode(tokenizer.encode(word))).isEqualTo(word);
    }

    @Test
    void savedAndReadIsTheSame(@TempDir Path folder) throws Exception {
        var file = folder.resolve("tokenizer.json");
        var tokenizer = trained();
        TokenizerJson.write(tokenizer, file);
        var read = TokenizerJson.read(file);
        assertThat(read.merges()).isEqualTo(tokenizer.merges());
        assertThat(read.specials()).isEqualTo(tokenizer.specials());
        assertThat(read.size()).isEqualTo(tokenizer.size());
        for (var text : TEXTS) {
            assertThat(read.encode(text)).containsExactly(tokenizer.encode(text));
        }
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void readsMergesOfTheOlderKind(@TempDir Path folder) throws Exception {
        var file = folder.resolve("tokenizer.json");
        TokenizerJson.write(trained(), file);
        var older = Files.readString(file).replaceAll("\\[\"([^\"]+)\",\"([^\"]+)\"\\]", "\"$1 $2\"");
        Files.writeString(file, older);
        assertThat(TokenizerJson.read(file).merges()).isEqualTo(trained().merges());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"model\":{\"type\":\"WordPiece\"}}",
                "{\"model\":{\"type\":\"BPE\"}}",
                "{\"normalizer\":{\"type\":\"NFC\"},\"model\":{\"type\":\"BPE\"}}",
                "{\"pre_tokenizer\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0}}}",
                "{\"pre_tokenizer\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":2000000000}}}",
                "{\"pre_tokenizer\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":\"x\"}}}",
                "{\"pre_tokenizer\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\",\"vocab\":{\"東\":0}}}",
                "{\"pre_tokenizer\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}}",
            })
    void filesThatAreNoByteBpeAreNamed(String json, @TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("tokenizer.json"), json);
        assertThatThrownBy(() -> TokenizerJson.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith(file.toString())
                .message()
                .doesNotContain("\n");
    }

    @Test
    void refusesWhatDoesNotExist() {
        var tokenizer = trained();
        assertThatThrownBy(() -> tokenizer.decode(tokenizer.size())).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> tokenizer.decode(-1)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> tokenizer.special("<|start|>"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("<|end|>");
        assertThatThrownBy(() -> tokenizer.encode("x".repeat(Tokenizer.MAX_CHARACTERS + 1)))
                .isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> new BpeTrainer(257, 2, List.of("a", "b")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
