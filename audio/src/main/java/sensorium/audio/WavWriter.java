package sensorium.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes 16-bit PCM WAV. */
public final class WavWriter {
    private static final int HEADER = 44;

    private WavWriter() {}

    /** Writes {@code sound} to {@code file} atomically: a reader sees the old file or the whole new one. */
    public static void write(Path file, Waveform sound) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path temporary = Files.createTempFile(folder, ".wav-", ".tmp");
        try {
            Files.write(temporary, encode(sound));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** The bytes of a mono 16-bit WAV; samples beyond −1…1 are clipped. */
    public static byte[] encode(Waveform sound) {
        int dataBytes = Math.multiplyExact(2, sound.samples().length);
        ByteBuffer out = ByteBuffer.allocate(Math.addExact(HEADER, dataBytes)).order(ByteOrder.LITTLE_ENDIAN);
        out.put(ascii("RIFF")).putInt(HEADER - 8 + dataBytes).put(ascii("WAVE"));
        out.put(ascii("fmt ")).putInt(16);
        out.putShort((short) 1).putShort((short) 1); // PCM, one channel
        out.putInt(sound.sampleRate()).putInt(2 * sound.sampleRate()); // samples and bytes a second
        out.putShort((short) 2).putShort((short) 16); // bytes a frame, bits a sample
        out.put(ascii("data")).putInt(dataBytes);
        for (float sample : sound.samples()) {
            out.putShort((short) Math.clamp(Math.round(sample * 32768f), -32768, 32767));
        }
        return out.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
