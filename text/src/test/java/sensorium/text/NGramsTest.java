package sensorium.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.BadInputException;

class NGramsTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "|Une grenouille.|,| une grenouille . |",
                "|  Él\tniño\n|,| el nino |",
                "|L'œuf, ça!|,| l ' œuf , ca ! |",
                "|Йод|,| иод |",
                "|カエル|,| カエル |",
                "|एक मेंढक|,| एक मढक |",
                "|a\u00a0b|,| a b |",
                "|!!|,| ! ! |",
                "|🐸|,| 🐸 |",
            })
    void normalises(String text, String expected) {
        assertThat(NGrams.normalise(text)).isEqualTo(expected);
    }

    @Test
    void gramsAreOfCharactersNotOfSurrogates() {
        var grams = new ArrayList<String>();
        new NGrams(2, 3, 10).forEach("🐸a", grams::add);
        assertThat(grams).containsExactly(" 🐸", "🐸 ", " a", "a ", " 🐸 ", "🐸 a", " a ");
    }

    @Test
    void bucketsAreCrc32() {
        var crc = new CRC32();
        var expected = new ArrayList<Integer>();
        for (var gram : List.of(" ", "o", "k", " ", " o", "ok", "k ", " ok", "ok ", " ok ")) {
            crc.reset();
            crc.update(gram.getBytes(StandardCharsets.UTF_8));
            expected.add((int) (crc.getValue() % 16_384));
        }
        assertThat(NGrams.standard().encode("OK"))
                .containsExactly(expected.stream().mapToInt(i -> i).toArray());
    }

    @Test
    void emptyTextIsOneSpace() {
        assertThat(NGrams.standard().encode("")).hasSize(1);
        assertThat(NGrams.standard().encode(" \n ")).hasSize(1);
    }

    @Test
    void refusesBooksAndNonsense() {
        assertThatThrownBy(() -> NGrams.standard().encode("x".repeat(NGrams.MAX_CHARACTERS + 1)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("65537 characters");
        assertThatThrownBy(() -> new NGrams(3, 2, 10)).isInstanceOf(IllegalArgumentException.class);
    }
}
