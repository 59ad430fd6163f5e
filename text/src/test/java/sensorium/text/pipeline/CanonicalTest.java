package sensorium.text.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sensorium.text.Fixtures;

class CanonicalTest {
    /** Piece by piece is the same as the whole. */
    @ParameterizedTest
    @EnumSource(Form.class)
    void formsAreTheWholesOne(Form form) {
        for (int i = 0; i < 3000; i++) {
            String line = Fixtures.line(5, i);
            assertThat(new Canonical(form).apply(AlignedText.of(line)).toString())
                    .as("line %d", i)
                    .isEqualTo(Normalizer.normalize(line, form));
        }
    }

    @Test
    void everyPartKnowsWhereItCameFrom() {
        // ệ as one character and a mark: the marks change places, so the dot below stands before the circumflex.
        AlignedText d = new Canonical(Form.NFD).apply(AlignedText.of("x\u00EA\u0323y"));
        assertThat(d.toString()).isEqualTo("xe\u0323\u0302y");
        assertThat(d.begin()).containsExactly(0, 1, 1, 2, 3);
        assertThat(d.end()).containsExactly(1, 2, 2, 3, 4);
        AlignedText kc = new Canonical(Form.NFKC).apply(AlignedText.of("a\uFB01e\u0301"));
        assertThat(kc.toString()).isEqualTo("afi\u00E9");
        assertThat(kc.begin()).containsExactly(0, 1, 1, 2);
    }
}
