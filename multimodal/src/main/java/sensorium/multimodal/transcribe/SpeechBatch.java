package sensorium.multimodal.transcribe;

import java.util.List;
import sensorium.audio.Spectrogram;

/**
 * Spectrograms and what is said in them, padded to the longest.
 *
 * @param mels (N, bands, F), zeros behind each sound
 * @param frames (N) of each
 * @param units (N, S), zeros behind each text
 * @param lengths (N) of each text
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SpeechBatch(float[] mels, long[] frames, long[] units, long[] lengths) {
    static SpeechBatch of(List<Spectrogram> sounds, List<int[]> texts) {
        int n = sounds.size();
        int bands = sounds.getFirst().bands();
        int most = sounds.stream().mapToInt(Spectrogram::frames).max().orElseThrow();
        int longest = Math.max(1, texts.stream().mapToInt(t -> t.length).max().orElseThrow());
        float[] mels = new float[n * bands * most];
        long[] frames = new long[n];
        long[] units = new long[n * longest];
        long[] lengths = new long[n];
        for (int i = 0; i < n; i++) {
            Spectrogram mel = sounds.get(i);
            float[] upright = mel.bandsFirst();
            for (int b = 0; b < bands; b++) {
                System.arraycopy(upright, b * mel.frames(), mels, (i * bands + b) * most, mel.frames());
            }
            frames[i] = mel.frames();
            lengths[i] = texts.get(i).length;
            for (int s = 0; s < texts.get(i).length; s++) {
                units[i * longest + s] = texts.get(i)[s];
            }
        }
        return new SpeechBatch(mels, frames, units, lengths);
    }

    int size() {
        return frames.length;
    }

    int longest() {
        return units.length / frames.length;
    }

    /** What the decoder reads: the beginning and the units (N, S + 1). */
    long[] read(long start) {
        int s = longest();
        long[] ids = new long[size() * (s + 1)];
        for (int i = 0; i < size(); i++) {
            ids[i * (s + 1)] = start;
            System.arraycopy(units, i * s, ids, i * (s + 1) + 1, s);
        }
        return ids;
    }

    /** What it is to write: the units and the end (N, S + 1); {@code ignored} behind it. */
    long[] toWrite(long end, long ignored) {
        int s = longest();
        long[] ids = new long[size() * (s + 1)];
        for (int i = 0; i < size(); i++) {
            for (int j = 0; j <= s; j++) {
                ids[i * (s + 1) + j] = j < lengths[i] ? units[i * s + j] : j == lengths[i] ? end : ignored;
            }
        }
        return ids;
    }
}
