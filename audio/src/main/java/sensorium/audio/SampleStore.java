package sensorium.audio;

import java.util.Arrays;
import sensorium.audio.AudioFile.Malformed;

/** Grows with what a decoder delivers, up to the longest sound accepted. */
final class SampleStore {
    private static final int MAX_CHANNELS = 8;
    private static final int MAX_RATE = 768_000;
    private static final int FIRST_CAPACITY = 1 << 14;

    private final int sampleRate;
    private final int maxFrames;
    private final double maxSeconds;
    private float[][] channels;
    private int frames;

    /** Checks what a header claims before anything is allocated for it. */
    SampleStore(long channelCount, long sampleRate, double maxSeconds) throws Malformed {
        if (channelCount < 1 || channelCount > MAX_CHANNELS) {
            throw new Malformed("claims " + channelCount + " channels; 1 to " + MAX_CHANNELS + " can be read");
        }
        if (sampleRate < 1 || sampleRate > MAX_RATE) {
            throw new Malformed("claims a sample rate of " + sampleRate + " Hz; 1 to " + MAX_RATE + " can be read");
        }
        this.sampleRate = (int) sampleRate;
        this.maxSeconds = maxSeconds;
        double heapFrames = (double) Runtime.getRuntime().maxMemory() / 4 / Float.BYTES / channelCount;
        this.maxFrames = (int) Math.min(Math.min(maxSeconds * sampleRate, heapFrames), Integer.MAX_VALUE - 8);
        this.channels = new float[(int) channelCount][FIRST_CAPACITY];
    }

    int channelCount() {
        return channels.length;
    }

    int frames() {
        return frames;
    }

    /** Makes room for {@code count} more frames and returns the index of the first; all channels are then writable. */
    int extend(long count) throws Malformed {
        if (frames + count > maxFrames) {
            throw new Malformed(String.format(
                    "longer than %.0f s, the most that is decoded at once here; cut it into shorter pieces",
                    Math.min(maxSeconds, (double) maxFrames / sampleRate)));
        }
        int first = frames;
        frames += (int) count;
        if (frames > channels[0].length) {
            int capacity = (int) Math.min(maxFrames, Math.max(frames, 2L * channels[0].length));
            for (int c = 0; c < channels.length; c++) {
                channels[c] = Arrays.copyOf(channels[c], capacity);
            }
        }
        return first;
    }

    float[] channel(int c) {
        return channels[c];
    }

    /** The frames from {@code from} to before {@code to}. */
    Recording recording(int from, int to) {
        var cut = new float[channels.length][];
        for (int c = 0; c < cut.length; c++) {
            cut[c] = Arrays.copyOfRange(channels[c], from, to);
        }
        return new Recording(cut, sampleRate);
    }

    Recording recording() {
        return recording(0, frames);
    }
}
