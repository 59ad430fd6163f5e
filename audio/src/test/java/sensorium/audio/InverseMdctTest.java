package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InverseMdctTest {

    @ParameterizedTest
    @ValueSource(ints = {8, 64, 256, 1024})
    void isItsDefinition(int n) {
        var random = new Random(n);
        var spectrum = new float[n / 2];
        for (int k = 0; k < spectrum.length; k++) {
            spectrum[k] = random.nextFloat(-1, 1);
        }
        var out = new float[n];
        new InverseMdct(n).transform(spectrum, out);
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int k = 0; k < n / 2; k++) {
                sum += spectrum[k] * Math.cos(2 * Math.PI / n * (i + 0.5 + n / 4.0) * (k + 0.5));
            }
            assertThat((double) out[i]).isCloseTo(sum, offset(1e-5));
        }
    }
}
