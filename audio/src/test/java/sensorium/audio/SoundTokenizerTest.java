package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.nn.Weights;
import sensorium.random.Philox;

class SoundTokenizerTest {
    static final SoundCodec.Config TINY = new SoundCodec.Config(
            new LogMel.Config(
                    Stft.Config.centred(256, 256, 64, Window.HANN),
                    new MelFilterbank.Config(
                            8_000, 256, 24, 0, 4_000, MelFilterbank.Scale.HTK, MelFilterbank.Shape.TRIANGLE),
                    true,
                    new Compression.Floored(1e-2)),
            16,
            1,
            3,
            16,
            8);

    private static final SoundCodec CODEC = SoundCodec.of(Weights.random(1), TINY);

    @BeforeAll
    static void codesAmongTheVectors() {
        float[] vectors = new float[500 * TINY.width()];
        var random = new Philox(1, 1);
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = (float) random.normal(i);
        }
        CODEC.codebooks().start(vectors, random);
    }

    private static Waveform voice(int n, int rate) {
        return new Waveform(GriffinLimTest.voice(n, 200), rate);
    }

    @Test
    void chunksGiveWhatTheWholeGives() {
        Waveform sound = voice(9_000, 8_000);
        var whole = new SoundTokenizer(CODEC, 1_000);
        var chunked = new SoundTokenizer(CODEC, 16);
        SoundTokens tokens = whole.tokens(sound);
        assertThat(tokens.frames()).isEqualTo(71); // 9,000 samples in pieces of 128
        assertThat(chunked.tokens(sound).ids()).containsExactly(tokens.ids());
        float[] together = whole.sound(tokens).samples();
        assertThat(together).hasSize(9_000);
        assertThat(new Waveform(together, 8_000).rms()).isGreaterThan(1e-3);
        // Rounded phases: of hundreds of turns, and the other way round.
        assertThat(Fixtures.maxDifference(chunked.sound(tokens).samples(), together))
                .isLessThan(1e-4);
        assertThat(chunked.soundByGriffinLim(tokens, 1).samples()).hasSize(9_000);
    }

    @Test
    void theFirstStagesAloneAreSoundToo() {
        var tokenizer = new SoundTokenizer(CODEC);
        SoundTokens tokens = tokenizer.tokens(voice(2_000, 8_000));
        SoundTokens first = tokens.first(2);
        assertThat(first.frames()).isEqualTo(tokens.frames());
        assertThat(first.ids()[2 * 5 + 1]).isEqualTo(tokens.ids()[3 * 5 + 1]);
        assertThat(tokenizer.sound(first).samples())
                .hasSize(2_000)
                .isNotEqualTo(tokenizer.sound(tokens).samples());
        assertThatThrownBy(() -> tokens.first(4)).hasMessageContaining("4 of 3");
    }

    @ParameterizedTest
    @CsvSource({"8000, 0", "8000, 1", "8000, 5", "16000, 3000", "44100, 9000", "192000, 20000"})
    void anyRateAndLengthWorks(int rate, int samples) {
        var tokenizer = new SoundTokenizer(CODEC);
        Waveform sound = voice(samples, rate);
        SoundTokens tokens = tokenizer.tokens(sound);
        for (Waveform back : new Waveform[] {tokenizer.sound(tokens), tokenizer.soundByGriffinLim(tokens, 1)}) {
            assertThat(back.sampleRate()).isEqualTo(8_000);
            assertThat(back.seconds()).isCloseTo(sound.seconds(), within(2e-4));
            assertThat(back.samples()).doesNotContain(Float.NaN);
        }
    }

    @Test
    void loudnessIsNoMatterOfTokens() {
        var tokenizer = new SoundTokenizer(CODEC);
        Waveform sound = voice(4_000, 8_000);
        SoundTokens loud = tokenizer.tokens(sound);
        SoundTokens quiet = tokenizer.tokens(sound.scaled(0.25f));
        assertThat(quiet.ids()).containsExactly(loud.ids());
        assertThat(quiet.level()).isCloseTo(loud.level() / 4, within(1e-6));
        Waveform silence = tokenizer.sound(tokenizer.tokens(new Waveform(new float[3_000], 8_000)));
        assertThat(Fixtures.maxDifference(silence.samples(), new float[3_000])).isZero();
    }
}
