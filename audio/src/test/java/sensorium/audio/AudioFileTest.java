package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sound files that are as they should be. */
class AudioFileTest {
    private static final float[] RAMP = {-1, -0.5f, 0, 0.25f, 0.5f, 0.75f};

    private static final short[] RAW = {0, -32_768, 16_384, 1, -1, 32_767, 77, -77, 5, 6, 7, 8, 9, 10, 11, 12};

    @TempDir
    Path folder;

    @Test
    void flacIsBitExact() {
        Recording flac = AudioFile.decode(Fixtures.path("audio/1272-128104-0000.flac"));
        Recording wav = AudioFile.decode(Fixtures.path("audio/1272-128104-0000.wav"));
        assertThat(flac.sampleRate()).isEqualTo(16_000);
        assertThat(flac.frames()).isEqualTo(93_680);
        assertThat(flac.channels()[0]).containsExactly(wav.channels()[0]);
    }

    @Test
    void rawResidualsOfFlacAreDecodedWithoutAWord() throws Exception {
        Path file = Files.write(folder.resolve("raw.flac"), SoundFiles.flacOfRawResiduals(8_000, RAW));
        var said = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            Recording sound = AudioFile.decode(file); // the library tells of these on standard output
            System.out.print("ours");
            assertThat(sound.sampleRate()).isEqualTo(8_000);
            assertThat(sound.channels()[0]).hasSize(RAW.length).startsWith(0, -1, 0.5f, 1 / 32768f);
        } finally {
            System.setOut(before);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).isEqualTo("ours");
    }

    @Test
    void stereoFlacOf24BitsIsTheSameSpeechAsTheWav() {
        Recording flac = AudioFile.decode(Fixtures.path("audio/jfk.flac"));
        assertThat(flac.channels()).hasDimensions(2, 485_100);
        assertThat(flac.sampleRate()).isEqualTo(44_100);
        float[] actual = flac.mono().resampled(16_000).samples();
        float[] expected =
                AudioFile.decode(Fixtures.path("audio/jfk_16k_mono.wav")).mono().samples();
        assertThat(actual).hasSameSizeAs(expected);
        double both = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < actual.length; i++) {
            both += actual[i] * expected[i];
            squaresA += actual[i] * actual[i];
            squaresB += expected[i] * expected[i];
        }
        assertThat(both / Math.sqrt(squaresA * squaresB)).isGreaterThan(0.999);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "animals__birds__crow",
                "animals__birds__crow_desc_ca",
                "animals__birds__crow_desc_fr",
                "animals__mammals__dogs__dog"
            })
    void vorbisIsOggdecs(String name) {
        Recording ogg = AudioFile.decode(Fixtures.path("vorbis/" + name + ".ogg"));
        Recording wav = AudioFile.decode(Fixtures.path("vorbis/" + name + ".wav"));
        assertThat(ogg.sampleRate()).isEqualTo(wav.sampleRate());
        assertThat(ogg.channels()).hasSameDimensionsAs(wav.channels());
        for (int c = 0; c < ogg.channels().length; c++) {
            float[] clipped = ogg.channels()[c].clone();
            for (int i = 0; i < clipped.length; i++) {
                clipped[i] = Math.clamp(clipped[i], -1f, 32_767 / 32_768f);
            }
            assertThat(Fixtures.maxDifference(clipped, wav.channels()[c]))
                    .isLessThan(0.51 / 32_768); // half a step is oggdec's rounding
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void mp3IsATone(int channels) throws IOException {
        int pair = 20;
        Recording mp3 = decode("tone.mp3", SoundFiles.mp3(channels, 20, pair));
        assertThat(mp3.channels()).hasDimensions(channels, 20 * 1152);
        assertThat(mp3.sampleRate()).isEqualTo(44_100);
        var stft = new Stft(Stft.Config.centred(2304, 2304, 2304, Window.HANN));
        Spectrogram power = stft.power(mp3.channels()[0]);
        int loudest = 0;
        for (int bin = 1; bin < power.bands(); bin++) {
            loudest = power.at(5, bin) > power.at(5, loudest) ? bin : loudest;
        }
        double hertz = loudest * 44_100.0 / 2304;
        assertThat(hertz).isCloseTo((2 * pair + 0.5) * 44_100 / 1152, offset(44_100.0 / 1152));
        if (channels == 2) {
            assertThat(mp3.channels()[1]).containsOnly(0);
        }
    }

    @Test
    void mp3BetweenTags() throws IOException {
        byte[] frames = SoundFiles.mp3(1, 8, 5);
        byte[] tagged = ByteBuffer.allocate(10 + 300 + frames.length + 128)
                .put(SoundFiles.ascii("ID3"))
                .put(new byte[] {3, 0, 0, 0, 0, 2, 44})
                .position(310)
                .put(frames)
                .put(SoundFiles.ascii("TAG"))
                .array();
        assertThat(decode("tagged", tagged).channels()[0])
                .containsExactly(decode("plain", frames).channels()[0]);
    }

    @Test
    void mp3WithoutItsEncodersPadding() throws IOException {
        byte[] frames = SoundFiles.mp3(1, 8, 5);
        byte[] info = SoundFiles.lameFrame(8, 576, 1000);
        byte[] file = ByteBuffer.allocate(info.length + frames.length)
                .put(info)
                .put(frames)
                .array();
        float[] whole = decode("plain", frames).channels()[0];
        assertThat(decode("lame", file).channels()[0])
                .containsExactly(Arrays.copyOfRange(whole, 576 + 529, whole.length - (1000 - 529)));
    }

    @ParameterizedTest
    @CsvSource({"1,8", "1,16", "1,24", "1,32", "3,32", "3,64"})
    void wavOfEveryEncoding(int tag, int bits) throws IOException {
        byte[] data = encode(RAMP, tag == 3, bits, ByteOrder.LITTLE_ENDIAN, bits == 8);
        Recording mono = decode("x.mp3", SoundFiles.wav(tag, 1, 8_000, bits, data)); // the name does not matter
        assertThat(mono.sampleRate()).isEqualTo(8_000);
        assertThat(mono.channels()[0]).containsExactly(RAMP);
        Recording stereo = decode("x.wav", SoundFiles.wav(tag, 2, 8_000, bits, data));
        assertThat(stereo.channels()[0]).containsExactly(-1, 0, 0.5f);
        assertThat(stereo.channels()[1]).containsExactly(-0.5f, 0.25f, 0.75f);
        assertThat(stereo.mono().samples()).containsExactly(-0.75f, 0.125f, 0.625f);
        assertThat(stereo.seconds()).isCloseTo(3 / 8000.0, offset(1e-12));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"-,8", "-,16", "-,24", "-,32", "NONE,16", "sowt,16", "fl32,32", "fl64,64"})
    void aiffOfEveryEncoding(String compression, int bits) throws IOException {
        boolean isFloat = compression != null && compression.startsWith("fl");
        ByteOrder order = "sowt".equals(compression) ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        byte[] data = encode(RAMP, isFloat, bits, order, false);
        Recording sound = decode("x", SoundFiles.aiff(compression, 2, bits, data));
        assertThat(sound.sampleRate()).isEqualTo(8_000);
        assertThat(sound.channels()[0]).containsExactly(-1, 0, 0.5f);
        assertThat(sound.channels()[1]).containsExactly(-0.5f, 0.25f, 0.75f);
    }

    @Test
    void wavFromAPipeHasNoLengths() throws IOException {
        byte[] wav = SoundFiles.wav(1, 1, 8_000, 8, new byte[] {0, (byte) 128, (byte) 192, 64});
        for (int unknown : new int[] {0, -1}) {
            ByteBuffer.wrap(wav)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(4, unknown)
                    .putInt(40, unknown);
            assertThat(decode("pipe.wav", wav).channels()[0]).containsExactly(-1, 0, 0.5f, -0.5f);
        }
    }

    @Test
    void wavChunksBesideSoundAreSkipped() throws IOException {
        byte[] wav = SoundFiles.wav(1, 1, 8_000, 8, new byte[] {0, (byte) 128});
        byte[] listed = ByteBuffer.allocate(wav.length + 12)
                .put(wav, 0, 36)
                .put(SoundFiles.ascii("LIST"))
                .put(new byte[] {3, 0, 0, 0, 'a', 'b', 'c', 0}) // odd length: one byte of padding
                .put(wav, 36, wav.length - 36)
                .array();
        assertThat(decode("listed.wav", listed).channels()[0]).containsExactly(-1, 0);
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        var sound = new Waveform(new float[] {0, 0.5f, -0.5f, 2, -2, 1e-4f}, 22_050);
        Path file = folder.resolve("out.wav");
        Files.write(file, new byte[] {1, 2, 3}); // replaced
        WavWriter.write(file, sound);
        Recording read = AudioFile.decode(file);
        assertThat(read.sampleRate()).isEqualTo(22_050);
        assertThat(read.channels()[0])
                .containsExactly(new float[] {0, 0.5f, -0.5f, 32_767 / 32_768f, -1, 1e-4f}, offset(0.6f / 32_768));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    private Recording decode(String name, byte[] bytes) throws IOException {
        return AudioFile.decode(Files.write(folder.resolve(name), bytes));
    }

    private static byte[] encode(float[] samples, boolean isFloat, int bits, ByteOrder order, boolean unsigned) {
        ByteBuffer out = ByteBuffer.allocate(samples.length * bits / 8).order(order);
        for (float sample : samples) {
            long value = Math.round(sample * Math.scalb(1.0, bits - 1));
            switch (bits) {
                case 8 -> out.put((byte) (unsigned ? value + 128 : value));
                case 16 -> out.putShort((short) value);
                case 24 -> {
                    boolean big = order == ByteOrder.BIG_ENDIAN;
                    out.put((byte) (big ? value >> 16 : value)).put((byte) (value >> 8));
                    out.put((byte) (big ? value : value >> 16));
                }
                case 32 -> out.putInt(isFloat ? Float.floatToRawIntBits(sample) : (int) value);
                default -> out.putDouble(sample);
            }
        }
        return out.array();
    }
}
