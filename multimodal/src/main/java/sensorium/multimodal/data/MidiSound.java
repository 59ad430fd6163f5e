package sensorium.multimodal.data;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.sound.midi.MidiSystem;
import javax.sound.midi.Sequence;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;
import sensorium.audio.Waveform;

/**
 * Plays MIDI by the JDK's own synthesiser, without a sound card: {@link AudioSystem} takes a MIDI file for a sound file and renders it. Its
 * instruments are those of the sound bank that the JDK makes for itself, unless the machine has a {@code default.sf2}.
 */
final class MidiSound {
    private MidiSound() {}

    /** The first {@code seconds}, all channels in one, at {@code rate} samples a second. */
    static Waveform play(Sequence sequence, double seconds, int rate) throws IOException {
        var file = new ByteArrayOutputStream();
        MidiSystem.write(sequence, sequence.getTracks().length == 1 ? 0 : 1, file);
        try (AudioInputStream in = AudioSystem.getAudioInputStream(new ByteArrayInputStream(file.toByteArray()))) {
            AudioFormat format = in.getFormat();
            if (format.getSampleSizeInBits() != 16 || format.isBigEndian()) {
                throw new IOException("this Java's MIDI synthesiser plays " + format + ", not 16 bits");
            }
            int channels = format.getChannels();
            int frames = (int) Math.round(seconds * format.getSampleRate());
            byte[] bytes = in.readNBytes(frames * channels * 2);
            var samples = new float[bytes.length / channels / 2];
            for (int i = 0; i < samples.length; i++) {
                float sum = 0;
                for (int c = 0; c < channels; c++) {
                    int at = 2 * (i * channels + c);
                    sum += (short) (bytes[at] & 0xff | bytes[at + 1] << 8);
                }
                samples[i] = sum / channels / 32_768;
            }
            return new Waveform(samples, (int) format.getSampleRate()).resampled(rate);
        } catch (UnsupportedAudioFileException e) {
            throw new IOException("this Java has no MIDI synthesiser", e);
        }
    }
}
