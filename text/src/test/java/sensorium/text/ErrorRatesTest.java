package sensorium.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ErrorRatesTest {
    private static int distance(String a, String b) {
        return EditDistance.between(
                a.chars().boxed().toList(), b.chars().boxed().toList());
    }

    @Test
    void distancesOfTextbooks() {
        assertThat(distance("kitten", "sitting")).isEqualTo(3);
        assertThat(distance("saturday", "sunday")).isEqualTo(3);
        assertThat(distance("", "abc")).isEqualTo(3);
        assertThat(distance("abc", "")).isEqualTo(3);
        assertThat(distance("", "")).isZero();
    }

    /** Against the definition, letter by letter from the end. */
    @Test
    void distancesAsDefined() {
        var random = new Random(4);
        for (int i = 0; i < 200; i++) {
            String a = word(random);
            String b = word(random);
            assertThat(distance(a, b)).as(a + " " + b).isEqualTo(defined(a, b));
            assertThat(distance(b, a)).isEqualTo(distance(a, b));
        }
    }

    private static String word(Random random) {
        return IntStream.range(0, random.nextInt(6))
                .mapToObj(_ -> Character.toString('a' + random.nextInt(3)))
                .reduce("", String::concat);
    }

    private static int defined(String a, String b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.length() + b.length();
        }
        int same = a.charAt(0) == b.charAt(0) ? 0 : 1;
        return Math.min(
                same + defined(a.substring(1), b.substring(1)),
                1 + Math.min(defined(a.substring(1), b), defined(a, b.substring(1))));
    }

    @Test
    void ratesAreOverAllTexts() {
        var rates = ErrorRates.of(
                List.of(new ErrorRates.Pair("a red apple", "a red maple"), new ErrorRates.Pair("yes", "yes it is")));
        assertThat(rates.wer()).isCloseTo(3.0 / 4, within(1e-12));
        assertThat(rates.cer()).isCloseTo((2 + 6) / 14.0, within(1e-12));
        assertThat(rates.n()).isEqualTo(2);
        assertThat(ErrorRates.of(List.of())).isEqualTo(new ErrorRates(0, 0, 0));
        assertThat(ErrorRates.of(List.of(new ErrorRates.Pair("no", ""))).cer()).isEqualTo(1);
    }
}
