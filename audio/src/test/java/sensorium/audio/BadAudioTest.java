package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import sensorium.BadInputException;

/** Sound files that are not as they should be: one clear line each, no hang, no flood of memory. */
class BadAudioTest {
    @TempDir
    Path folder;

    enum Sample {
        WAV,
        AIFF,
        OGG,
        FLAC,
        MP3;

        byte[] bytes() throws IOException {
            return switch (this) {
                case WAV -> SoundFiles.wav(1, 2, 8_000, 16, new byte[4_000]);
                case AIFF -> SoundFiles.aiff("NONE", 2, 16, new byte[4_000]);
                case OGG -> Files.readAllBytes(Fixtures.path("vorbis/animals__mammals__dogs__dog.ogg"));
                case FLAC -> Files.readAllBytes(Fixtures.path("audio/1272-128104-0000.flac"));
                case MP3 -> SoundFiles.mp3(1, 30, 11);
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void truncatedAnywhere(Sample sample) throws IOException {
        byte[] whole = sample.bytes();
        var random = new Random(1);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 60; i++) {
                int length = i < 20 ? 3 * i : random.nextInt(whole.length);
                boolean frameBoundary = sample == Sample.MP3 && length % 417 == 0 && length > 0;
                if (!frameBoundary) { // an MP3 of fewer frames is an MP3
                    refused(Arrays.copyOf(whole, length));
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void mutatedAnywhere(Sample sample) throws IOException {
        byte[] whole = sample.bytes();
        var random = new Random(2);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 100; i++) {
                byte[] mutated = whole.clone();
                int reach = i % 2 == 0 ? 200 : whole.length; // headers are where it hurts
                for (int k = 0; k <= random.nextInt(5); k++) {
                    mutated[random.nextInt(Math.min(reach, whole.length))] = (byte) random.nextInt(256);
                }
                refusedOrDecoded(mutated);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void garbageBehindTheFirstBytes(Sample sample) throws IOException {
        byte[] whole = sample.bytes();
        var random = new Random(3);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 40; i++) {
                var garbage = new byte[5_000];
                random.nextBytes(garbage);
                System.arraycopy(whole, 0, garbage, 0, random.nextInt(4, 60));
                refusedOrDecoded(garbage);
            }
        });
    }

    /** Ogg's checksums keep accidents from the decoder; this is what malice looks like. */
    @Test
    void mutatedVorbisWithTrueChecksums() throws IOException {
        byte[] whole = Sample.OGG.bytes();
        var random = new Random(5);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 300; i++) {
                byte[] mutated = whole.clone();
                int from = i % 3 == 0 ? 4_000 : 60; // the headers end near byte 4000
                for (int k = 0; k <= random.nextInt(4); k++) {
                    int at = random.nextInt(from, i % 3 == 0 ? whole.length : 4_000);
                    mutated[at] =
                            i % 2 == 0 ? (byte) random.nextInt(256) : (byte) (mutated[at] ^ 1 << random.nextInt(8));
                }
                restoreChecksums(mutated, whole);
                refusedOrDecoded(mutated);
            }
        });
    }

    /** Page headers as in {@code original}, checksums of the changed content. */
    private static void restoreChecksums(byte[] mutated, byte[] original) {
        ByteBuffer file = ByteBuffer.wrap(mutated).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (at < original.length) {
            int segments = original[at + 26] & 0xff;
            int end = at + 27 + segments;
            System.arraycopy(original, at, mutated, at, 27 + segments);
            for (int i = 0; i < segments; i++) {
                end += original[at + 27 + i] & 0xff;
            }
            file.putInt(at + 22, OggStream.checksum(file, at, end));
            at = end;
        }
    }

    @Test
    void pureGarbage() throws IOException {
        var random = new Random(4);
        for (int i = 0; i < 200; i++) {
            var garbage = new byte[random.nextInt(300)];
            random.nextBytes(garbage);
            refusedOrDecoded(garbage);
        }
    }

    @Test
    void emptyMissingAndForeign() throws IOException {
        assertThat(refused(new byte[0])).contains("empty");
        assertThat(refused(SoundFiles.ascii("<html>not found</html>"))).contains("not a sound file", "<htm");
        assertThat(refused(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10}))
                .contains("89 50 4e 47");
        assertThatThrownBy(() -> AudioFile.decode(folder.resolve("absent.wav")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("absent.wav: no such file");
        assertThatThrownBy(() -> AudioFile.decode(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("cannot be read");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4|40|2000000|claims 2000000 bytes, 4000 are there",
                "4|16|1000000|claims 1000000 bytes",
                "2|20|17|encoding 17",
                "2|22|0|do not hold 0 channels",
                "2|22|65535|do not hold 65535 channels",
                "4|24|0|sample rate of 0 Hz",
                "4|24|-1|sample rate of 4294967295 Hz",
                "2|34|13|do not hold", // 13 bits need two bytes: still 16, so the frame must not change
                "4|40|0|without a single sample"
            })
    void wavThatLies(int bytes, int at, int value, String fault) throws IOException {
        byte[] wav = Sample.WAV.bytes();
        ByteBuffer file = ByteBuffer.wrap(wav).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes == 2) {
            file.putShort(at, (short) value);
        } else {
            file.putInt(at, value);
        }
        if (value != 13) {
            assertThat(refused(wav)).contains(fault);
        } else {
            assertThat(AudioFile.decode(write(wav)).frames()).isEqualTo(1_000);
        }
    }

    @Test
    void notANumber() throws IOException {
        byte[] data = ByteBuffer.allocate(8).putFloat(4, Float.NaN).array();
        data[4] = 0;
        data[5] = 0;
        data[6] = (byte) 0xc0;
        data[7] = 0x7f; // little-endian NaN
        assertThat(refused(SoundFiles.wav(3, 1, 8_000, 32, data))).contains("sample 1 is not a finite number");
    }

    @Test
    void tooLong() throws IOException {
        Path file = write(SoundFiles.wav(1, 1, 8_000, 8, new byte[16_001]));
        assertThatThrownBy(() -> AudioFile.decode(file, 2))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("longer than 2 s");
        assertThat(AudioFile.decode(file, 2.1).frames()).isEqualTo(16_001);
    }

    @Test
    void mp3OfFewerFramesThanItsEncoderCounted() throws IOException {
        byte[] frames = SoundFiles.mp3(1, 8, 5);
        byte[] info = SoundFiles.lameFrame(10, 576, 1000);
        byte[] file = Arrays.copyOf(info, info.length + frames.length);
        System.arraycopy(frames, 0, file, info.length, frames.length);
        assertThat(refused(file)).contains("MP3 of 10 frames holds only 8");
    }

    @Test
    void flacMetadataThatLies() throws IOException {
        byte[] flac = Sample.FLAC.bytes();
        flac[4] = 0; // not the last block
        flac[43] = (byte) 0xff; // the next one claims 16 MB
        flac[44] = (byte) 0xff;
        assertThat(refused(flac)).contains("FLAC metadata reaches beyond the file");
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("bad.snd"), bytes);
    }

    private String refused(byte[] bytes) throws IOException {
        String message = refusedOrDecoded(bytes);
        assertThat(message).as("%d bytes must be refused", bytes.length).isNotNull();
        return message;
    }

    /** The message of the refusal, or null where the bytes are a sound after all. */
    private String refusedOrDecoded(byte[] bytes) throws IOException {
        Path file = write(bytes);
        try {
            Recording sound = AudioFile.decode(file);
            for (float[] channel : sound.channels()) {
                double sum = 0;
                for (float sample : channel) {
                    sum += Math.abs(sample);
                }
                assertThat(sum).isFinite();
            }
            return null;
        } catch (BadInputException e) {
            assertThat(e.getMessage())
                    .startsWith(file.toString() + ": ")
                    .doesNotContain("\n")
                    .contains(";");
            return e.getMessage();
        }
    }
}
