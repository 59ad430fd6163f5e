package sensorium.audio.music;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.audio.Waveform;
import sensorium.random.Philox;

final class MusicListenerTest {
    private static final int RATE = 16_000;

    /** Harmonics that get weaker; each note fades in and out. */
    private static Waveform play(int rate, double seconds, int harmonics, double... pitches) {
        int length = (int) Math.round(seconds * rate);
        var x = new float[length * pitches.length];
        for (int n = 0; n < pitches.length; n++) {
            double hertz = Pitch.hertz(pitches[n]);
            for (int i = 0; i < length; i++) {
                double fade = Math.min(1, Math.min(i, length - i) / (0.01 * rate));
                double sum = 0;
                for (int h = 1; h <= harmonics && h * hertz < rate / 2.0; h++) {
                    sum += Math.sin(2 * Math.PI * h * hertz * i / rate) / h;
                }
                x[n * length + i] = (float) (0.3 * fade * sum);
            }
        }
        return new Waveform(x, rate);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 9})
    void pitchIsExactFromTheLowestToTheHighestNote(int harmonics) {
        for (double pitch = 28.15; pitch < 96; pitch += 5.3) {
            Heard heard = MusicListener.listen(play(RATE, 0.4, harmonics, pitch));
            assertThat(heard.line().median(0.05, 0.35)).as("pitch %s", pitch).isCloseTo(pitch, within(0.1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8_000, 11_025, 44_100, 192_000})
    void anySampleRateWillDo(int rate) {
        Heard heard = MusicListener.listen(play(rate, 0.5, 5, 45, 57.3, 69));
        assertThat(heard.seconds()).isCloseTo(1.5, within(1e-3));
        assertThat(heard.notes()).extracting(Note::name).containsExactly("A2", "A3", "A4");
        assertThat(heard.notes().get(1).cents()).isCloseTo(30, within(8.0));
        assertThat(heard.notes().get(1).start()).isCloseTo(0.5, within(0.04));
        assertThat(heard.notes().get(1).end()).isCloseTo(1, within(0.04));
    }

    @Test
    void aNoteThatIsPlayedAgainIsTwoNotes() {
        Heard heard = MusicListener.listen(play(RATE, 0.4, 6, 60, 60, 60, 64, 64));
        assertThat(heard.notes()).extracting(Note::name).containsExactly("C4", "C4", "C4", "E4", "E4");
    }

    @Test
    void noiseHidesLittleAndMakesNoNotesOfItsOwn() {
        Waveform clean = play(RATE, 0.4, 6, 50, 55, 62, 67, 74);
        var random = new Philox(1, 2);
        var noisy = clean.samples().clone();
        var noise = new float[noisy.length];
        double level = clean.rms() * Math.pow(10, -6 / 20.0);
        for (int i = 0; i < noisy.length; i++) {
            noise[i] = (float) (level * random.normal(i));
            noisy[i] += noise[i];
        }
        Heard heard = MusicListener.listen(new Waveform(noisy, RATE));
        double[] truth = {50, 55, 62, 67, 74};
        for (int n = 0; n < truth.length; n++) {
            assertThat(heard.line().median(0.4 * n + 0.05, 0.4 * n + 0.35)).isCloseTo(truth[n], within(0.5));
        }
        assertThat(MusicListener.listen(new Waveform(noise, RATE)).notes()).isEmpty();
    }

    /** A note and the one before it repeat themselves together too, after more periods of each. */
    @Test
    void aNoteThatStillRingsDoesNotPullThePitchDown() {
        double[] pitches = {60, 64, 67, 72, 67, 62};
        int length = RATE / 4;
        var x = new float[length * (pitches.length + 2)];
        for (int n = 0; n < pitches.length; n++) {
            for (int i = 0; i < 2 * length; i++) {
                double fade = i < length ? Math.min(1, i / 800.0) : Math.exp(-3.0 * (i - length) / length);
                for (int h = 1; h <= 6; h++) {
                    x[n * length + i] +=
                            (float) (0.1 * fade * Math.sin(2 * Math.PI * h * Pitch.hertz(pitches[n]) * i / RATE) / h);
                }
            }
        }
        Heard heard = MusicListener.listen(new Waveform(x, RATE));
        for (int n = 0; n < pitches.length; n++) {
            assertThat(heard.line().median(0.25 * n, 0.25 * (n + 1)))
                    .as("note %d", n)
                    .isCloseTo(pitches[n], within(0.5));
        }
    }

    @Test
    void clippingLeavesThePitch() {
        float[] x = play(RATE, 0.4, 4, 57, 60).scaled(20).samples();
        IntStream.range(0, x.length).forEach(i -> x[i] = Math.clamp(x[i], -1, 1));
        assertThat(MusicListener.listen(new Waveform(x, RATE)).notes())
                .extracting(Note::name)
                .containsExactly("A3", "C4");
    }

    @Test
    void silenceAndNextToNothingHaveNoNotes() {
        for (int samples : new int[] {1, 100, 16_000}) {
            Heard heard = MusicListener.listen(new Waveform(new float[samples], RATE));
            assertThat(heard.notes()).isEmpty();
            assertThat(heard.tempo()).isEmpty();
            assertThat(heard.chroma().strongest()).isEqualTo(-1);
        }
        Heard click = MusicListener.listen(new Waveform(new float[] {1}, RATE));
        assertThat(click.notes()).isEmpty();
        assertThat(click.tempo()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {75, 91, 110, 133, 160, 178})
    void theTempoIsThatOfTheBeat(double tempo) {
        double beat = 60 / tempo;
        int beats = (int) (8 / beat);
        var x = new float[8 * RATE];
        for (int b = 0; b < beats; b++) {
            // A note on each beat, on some beats two.
            strike(x, b * beat, 60 + 2 * (b % 5), 0.5);
            if (b % 4 == 2) {
                strike(x, (b + 0.5) * beat, 67, 0.3);
            }
        }
        Heard heard = MusicListener.listen(new Waveform(x, RATE));
        assertThat(heard.tempo()).isPresent();
        assertThat(heard.tempo().getAsDouble()).isCloseTo(tempo, within(0.04 * tempo));
    }

    private static void strike(float[] x, double at, double pitch, double loudness) {
        int from = (int) (at * RATE);
        for (int i = 0; i < 0.25 * RATE && from + i < x.length; i++) {
            double s = (double) i / RATE;
            x[from + i] += (float) (loudness * Math.exp(-12 * s) * Math.sin(2 * Math.PI * Pitch.hertz(pitch) * s));
        }
    }

    @Test
    void pureTonesAreOfTheirPitchClassInEveryOctave() {
        for (int pitch = 36; pitch <= 96; pitch += 5) {
            Chroma chroma = MusicListener.listen(play(RATE, 1, 1, pitch)).chroma();
            assertThat(chroma.strongest()).as("pitch %d", pitch).isEqualTo(pitch % 12);
            float[] others = chroma.mean().clone();
            Arrays.sort(others);
            assertThat(others[11]).isEqualTo(1);
            if (pitch >= 60) { // below, semitones are as near as the spectrum is wide
                assertThat(others[10]).as("pitch %d", pitch).isLessThan(0.3f);
            }
        }
    }

    @Test
    void aLongSoundIsHeardInWindowsWithoutASeam() {
        double[] pitches =
                IntStream.range(0, 250).mapToDouble(i -> 50 + 7 * i % 24).toArray();
        Heard heard = MusicListener.listen(play(8_000, 0.5, 3, pitches)); // 125 s: three windows
        assertThat(heard.notes()).hasSize(pitches.length);
        for (int n = 0; n < pitches.length; n++) {
            assertThat(heard.notes().get(n).pitch()).as("note %d", n).isCloseTo(pitches[n], within(0.3));
            assertThat(heard.notes().get(n).start()).isCloseTo(0.5 * n, within(0.04));
        }
        assertThat(heard.line().pitches()).hasSize(12_500);
        assertThat(heard.chroma().frames()).isEqualTo(1_250);
    }

    @Test
    void namesAreThoseOfTheTemperedScale() {
        assertThat(Pitch.of(440)).isEqualTo(69);
        assertThat(Pitch.hertz(57)).isEqualTo(220);
        assertThat(Pitch.name(60)).isEqualTo("C4");
        assertThat(Pitch.name(58.7)).isEqualTo("B3");
        assertThat(new Note(0, 1, 60.25).cents()).isEqualTo(25);
    }
}
