package sensorium.audio;

/**
 * A decoded file as it was recorded.
 *
 * @param channels samples as {@code [channel][frame]}, nominally −1…1, all channels equally long
 * @param sampleRate frames a second
 */
public record Recording(float[][] channels, int sampleRate) {

    public Recording {
        if (channels.length == 0) {
            throw new IllegalArgumentException("a recording needs at least one channel");
        }
        for (float[] channel : channels) {
            if (channel.length != channels[0].length) {
                throw new IllegalArgumentException("channels differ in length");
            }
        }
        if (sampleRate <= 0) {
            throw new IllegalArgumentException("sample rate " + sampleRate);
        }
    }

    /** Number of sample frames: samples in each channel. */
    public int frames() {
        return channels[0].length;
    }

    /** Length in seconds. */
    public double seconds() {
        return (double) frames() / sampleRate;
    }

    /** The mean of all channels. */
    public Waveform mono() {
        if (channels.length == 1) {
            return new Waveform(channels[0], sampleRate);
        }
        var mixed = new float[frames()];
        for (float[] channel : channels) {
            for (int i = 0; i < mixed.length; i++) {
                mixed[i] += channel[i];
            }
        }
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] /= channels.length;
        }
        return new Waveform(mixed, sampleRate);
    }
}
