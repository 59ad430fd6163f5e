package sensorium.multimodal.transcribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Sound;
import sensorium.multimodal.data.Transcripts;

class SpeechCorpusTest {
    @TempDir
    Path folder;

    private static Item item(String id, List<Caption> captions, String... languages) {
        List<Sound> sounds = new ArrayList<>();
        for (String language : languages) {
            sounds.add(new Sound(language, Path.of(id)));
        }
        return new Item(id, captions, List.of(), sounds, Optional.empty(), Optional.empty());
    }

    @Test
    void noSentenceIsInBoth() {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            // Each sentence twice, spelt differently.
            String text = "Sentence number " + i / 2 + (i % 2 == 0 ? "." : "!");
            items.add(item(i + ".wav", List.of(new Caption("", text)), ""));
        }
        var corpus = SpeechCorpus.of(items, Optional.empty());
        var learnt =
                new HashSet<>(corpus.training().stream().map(Utterance::text).toList());
        assertThat(corpus.heldOut()).hasSizeBetween(60, 140);
        assertThat(corpus.heldOut().stream().map(Utterance::text)).noneMatch(learnt::contains);
        assertThat(corpus.training().size() + corpus.heldOut().size()).isEqualTo(1000);
        assertThat(corpus.words()).isEmpty();
    }

    @Test
    void aTextBelongsToTheSoundOfItsLanguage() {
        var captions = List.of(new Caption("en", "A duck."), new Caption("fr", "Un canard."));
        var items = List.of(
                item("duck", captions, "fr", "zxx", "de"), item("mute", captions), item("cow", List.of(), "fr"));
        var all = SpeechCorpus.of(items, items, Optional.empty());
        assertThat(all.training().stream().map(Utterance::text)).containsExactly("un canard");
        assertThat(all.skipped().count()).isEqualTo(4); // German and the cow, twice
        assertThat(SpeechCorpus.of(items, List.of(), Optional.of("fr")).training())
                .hasSize(1);
        assertThatThrownBy(() -> SpeechCorpus.of(items, List.of(), Optional.of("xx")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("--transcripts");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file\tduration_s\ttranscript\ndigits/1.wav\t0.9\tone\nhello.wav\t1\tHello there.\n",
                "digits/1.wav\tone\nhello\tHello there.\n",
                "; Asterisk's\n\ndigits/1: one\nhello: Hello there.\nempty:\n"
            })
    void transcriptsAreReadInThreeWays(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("texts"), content);
        var transcripts = Transcripts.read(file);
        var items = transcripts.of(List.of(
                item("digits/1.wav", List.of(), ""), item("hello.wav", List.of(), ""), item("x.wav", List.of(), "")));
        assertThat(items.stream()
                        .map(i -> i.captions().stream().map(Caption::text).toList()))
                .containsExactly(List.of("one"), List.of("Hello there."), List.of());
    }

    @Test
    void whatNamesNoTextIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("texts"), "; nothing\n");
        assertThatThrownBy(() -> Transcripts.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("names no text");
        assertThatThrownBy(() -> Transcripts.read(folder.resolve("none")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("cannot be read");
    }
}
