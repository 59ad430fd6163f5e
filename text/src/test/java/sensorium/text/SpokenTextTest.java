package sensorium.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpokenTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "That agent is already logged on.  Please enter.|that agent is already logged on please enter",
                "Waldo's party’s 'extension'|waldo's party's extension",
                "Call-Forward on No Answer.|call forward on no answer",
                "Une étoile de mer.|une étoile de mer",
                "e\u0301tat|état",
                "at [@]|at",
                "... dial 500, <pause> or (not) {x}|dial 500 or not",
                "'' - ?|\"\""
            })
    void whatIsSaidIsLeft(String text, String said) {
        assertThat(SpokenText.of(text)).isEqualTo(said);
    }
}
