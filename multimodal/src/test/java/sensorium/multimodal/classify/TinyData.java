package sensorium.multimodal.classify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.random.Philox;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;

/** Folders with a class in each, easy to tell apart. */
final class TinyData {
    private TinyData() {}

    /** Grey pictures of 12x12 with noise, brighter on one side. */
    static Path sides(Path folder, int each) throws IOException {
        for (int i = 0; i < 2 * each; i++) {
            boolean left = i % 2 == 0;
            Philox random = Philox.keyed(1, i);
            byte[] rgb = new byte[12 * 12 * 3];
            for (int p = 0; p < 12 * 12; p++) {
                boolean bright = (p % 12 < 6) == left;
                byte value = (byte) (random.below(p, 120) + (bright ? 100 : 0));
                rgb[3 * p] = value;
                rgb[3 * p + 1] = value;
                rgb[3 * p + 2] = value;
            }
            Path file = folder.resolve(left ? "left" : "right").resolve(i + ".png");
            Files.createDirectories(file.getParent());
            PngWriter.write(new Picture(12, 12, 3, rgb), file);
        }
        return folder;
    }

    /** Tones of .6 s that rise or fall. */
    static Path glides(Path folder, int each) throws IOException {
        for (int i = 0; i < 2 * each; i++) {
            boolean rises = i % 2 == 0;
            Philox random = Philox.keyed(2, i);
            double from = random.uniform(0, 300.0, 500.0);
            double octaves = rises ? 2 : -2;
            float[] samples = new float[9600];
            double phase = 0;
            for (int s = 0; s < samples.length; s++) {
                double at = (double) s / samples.length;
                phase += 2 * Math.PI * 2 * from * Math.pow(2, octaves * (at - 0.5)) / 16_000;
                samples[s] = (float) (0.3 * Math.sin(phase));
            }
            Path file = folder.resolve(rises ? "rise" : "fall").resolve(i + ".wav");
            Files.createDirectories(file.getParent());
            WavWriter.write(file, new Waveform(samples, 16_000));
        }
        return folder;
    }
}
