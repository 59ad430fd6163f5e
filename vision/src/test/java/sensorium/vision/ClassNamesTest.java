package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;

class ClassNamesTest {
    @Test
    void aNameComesBeforeANumber() {
        assertThat(ClassNames.number(List.of("bag", "coat"), "coat")).isEqualTo(1);
        assertThat(ClassNames.number(List.of("bag", "coat"), "0")).isZero();
        assertThat(ClassNames.number(List.of("1", "0"), "0")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "-1", "hat", "", "01", "99999999999"})
    void whatIsNoneIsRefusedWithWhatThereIs(String asked) {
        assertThatThrownBy(() -> ClassNames.number(List.of("bag", "coat"), asked))
                .isInstanceOf(BadInputException.class)
                .hasMessage("no class is called " + asked + "; there are: bag, coat; or their numbers, 0 to 1");
    }
}
