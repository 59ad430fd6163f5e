package sensorium;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BadInputExceptionTest {
    @Test
    void aMessageIsOneLineThatFitsATerminal() {
        assertThat(new BadInputException("a\nb\tc")).hasMessage("a?b?c");
        assertThat(new BadInputException("name\n".repeat(1000)).getMessage())
                .hasSizeLessThan(2000)
                .startsWith("name?name?")
                .endsWith("…");
    }
}
