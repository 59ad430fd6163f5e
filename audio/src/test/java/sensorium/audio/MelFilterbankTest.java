package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.audio.MelFilterbank.Scale;
import sensorium.audio.MelFilterbank.Shape;

class MelFilterbankTest {

    @ParameterizedTest
    @CsvSource({
        "melfb_001,8000,256,20,0,2000,SLANEY",
        "melfb_002,8000,256,20,0,2000,HTK",
        "melfb_020,8000,256,120,0,4000,HTK",
        "melfb_037,8000,512,40,512,2000,SLANEY",
        "melfb_074,11025,512,20,0,2000,HTK",
        "melfb_110,22050,256,40,512,2000,HTK"
    })
    void isSlaneysToolbox(String name, int rate, int nFft, int bands, double fMin, double fMax, Scale scale)
            throws IOException {
        var bank = new MelFilterbank(new MelFilterbank.Config(rate, nFft, bands, fMin, fMax, scale, Shape.UNIT_AREA));
        float[] expected = Fixtures.tensor("audio/slaney_melfb.safetensors", name);
        assertThat(Fixtures.maxDifference(bank.matrix(), expected)).isLessThan(1e-5);
    }

    @ParameterizedTest
    @CsvSource({"80", "128"})
    void isWhispers(int bands) throws IOException {
        var bank = new MelFilterbank(LogMel.Config.whisper(bands).mel());
        float[] expected = Fixtures.tensor("audio/mel_filters.safetensors", "mel_" + bands);
        assertThat(Fixtures.maxDifference(bank.matrix(), expected)).isLessThan(1e-6);
    }

    @ParameterizedTest
    @CsvSource({"mel_fbank_htk,HTK,TRIANGLE", "mel_fbank_slaney,SLANEY,UNIT_AREA"})
    void isTorchaudios(String name, Scale scale, Shape shape) throws IOException {
        var bank = new MelFilterbank(new MelFilterbank.Config(16_000, 64, 12, 0, 8_000, scale, shape));
        float[] expected = Fixtures.tensor("models/ops/ops.safetensors", name + ".out.out"); // (bins, bands)
        float[] actual = new Spectrogram(bank.matrix(), 12, 33).bandsFirst();
        assertThat(Fixtures.maxDifference(actual, expected)).isLessThan(2e-5);
    }

    @ParameterizedTest
    @CsvSource({"HTK", "SLANEY"})
    void scalesAreTheirInverses(Scale scale) {
        for (double hertz = 0; hertz < 20_000; hertz += 37) {
            assertThat(scale.toHertz(scale.toMel(hertz))).isCloseTo(hertz, offset(1e-8));
        }
    }

    @Test
    void scalesArePublishedValues() {
        double[] hertz = {0, 500, 1000, 2000, 3000};
        double[] htk = {0, 607.44591966, 999.98553714, 1521.35955416, 1876.45406012};
        double[] slaney = {0, 7.5, 15, 25.08188016, 30.97940199};
        for (int i = 0; i < hertz.length; i++) {
            assertThat(Scale.HTK.toMel(hertz[i])).isCloseTo(htk[i], offset(1e-7));
            assertThat(Scale.SLANEY.toMel(hertz[i])).isCloseTo(slaney[i], offset(1e-7));
        }
    }

    @Test
    void refusesBandsBeyondHalfTheSampleRate() {
        assertThatThrownBy(() -> new MelFilterbank.Config(8_000, 256, 40, 0, 4_001, Scale.HTK, Shape.TRIANGLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("half the sample rate");
    }
}
