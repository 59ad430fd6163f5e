package sensorium.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sensorium.BadInputException;

class UnitsTest {
    private static final List<String> TEXTS = List.of(
            "please enter your number", "please enter the number", "enter your password", "une étoile", "𝄞 enter");

    private static String again(Units units, String text) {
        return units.decode(Arrays.stream(units.encode(text)).boxed().toList());
    }

    @ParameterizedTest
    @EnumSource(Units.Kind.class)
    void whatIsLearntFromComesBack(Units.Kind kind) {
        Units units = Units.of(kind, TEXTS);
        Units same = new Units(units.config());
        assertThat(same.size()).isEqualTo(units.size());
        for (String text : TEXTS) {
            assertThat(again(units, text)).isEqualTo(text);
            assertThat(same.encode(text)).containsExactly(units.encode(text));
            assertThat(Arrays.stream(units.encode(text))).allMatch(u -> u >= 0 && u < units.size());
        }
        assertThat(Units.Kind.named(kind.shown())).isEqualTo(kind);
    }

    @Test
    void piecesAreFewerThanCharacters() {
        Units units = Units.of(Units.Kind.BPE, TEXTS);
        assertThat(units.encode("please enter").length).isLessThan(6);
        assertThat(again(units, "häßlich")).isEqualTo("häßlich");
        assertThat(units.unknown(List.of("häßlich"))).isEmpty();
    }

    @Test
    void whatThereIsNoUnitForIsListed() {
        Units characters = Units.of(Units.Kind.CHARACTERS, TEXTS);
        var unknown = characters.unknown(List.of("weiß ja", "heiß"));
        assertThat(unknown).containsEntry("ß", 2).containsEntry("j", 1).doesNotContainKey("e");

        assertThat(characters.unknownSummary(unknown)).contains("ß (2)").contains("for 3 characters");
        assertThat(again(characters, "weiß")).isEqualTo("wei");
        Units words = Units.of(Units.Kind.WORDS, TEXTS);
        assertThat(words.unknown(List.of("enter now"))).containsOnlyKeys("now");
        assertThat(again(words, "enter now please")).isEqualTo("enter please");
        assertThat(words.unknownSummary(Map.of())).isEmpty();
    }

    @Test
    void faults() {
        assertThatThrownBy(() -> Units.of(Units.Kind.WORDS, List.of("", " ")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("nothing is said");
        assertThatThrownBy(() -> Units.Kind.named("runes")).hasMessageContaining("characters, bpe or words");
        assertThatThrownBy(() -> new Units(new Units.Config(Units.Kind.BPE, List.of("a b c"))))
                .isInstanceOf(BadInputException.class);
    }
}
