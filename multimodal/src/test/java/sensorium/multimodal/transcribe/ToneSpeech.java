package sensorium.multimodal.transcribe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import sensorium.audio.LogMel;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.audio.speech.SpeechModel;
import sensorium.audio.whisper.WhisperConfig;
import sensorium.nn.Activation;
import sensorium.nn.Positions;
import sensorium.text.Units;

/** A language of tones, which can be learnt in seconds: each character is one, with a little silence behind it. */
final class ToneSpeech {
    static final int RATE = 16_000;
    /** Of a character, its silence included. */
    static final double SECONDS = 0.16;

    private static final String LETTERS = "abc ";
    private static final double[] HERTZ = {400, 900, 1_800, 4_000};

    private ToneSpeech() {}

    static Waveform say(String text) {
        int length = (int) (SECONDS * RATE);
        float[] samples = new float[text.length() * length];
        for (int i = 0; i < text.length(); i++) {
            double hertz = HERTZ[LETTERS.indexOf(text.charAt(i))];
            for (int j = 0; j < length * 2 / 3; j++) {
                samples[i * length + j] = (float) (0.2 * Math.sin(2 * Math.PI * hertz * j / RATE));
            }
        }
        return new Waveform(samples, RATE);
    }

    /** Sentences of up to three words. */
    static List<String> sentences(int count, long seed) {
        var random = new Random(seed);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var text = new StringBuilder();
            int words = 1 + random.nextInt(3);
            for (int w = 0; w < words; w++) {
                text.append(w == 0 ? "" : " ");
                int letters = 1 + random.nextInt(3);
                for (int l = 0; l < letters; l++) {
                    text.append(LETTERS.charAt(random.nextInt(3)));
                }
            }
            all.add(text.toString());
        }
        return all;
    }

    static List<Utterance> utterances(Path folder, int count, long seed) throws IOException {
        Files.createDirectories(folder);
        List<Utterance> all = new ArrayList<>();
        for (String text : sentences(count, seed)) {
            Path file = folder.resolve(seed + "-" + all.size() + ".wav");
            WavWriter.write(file, say(text));
            all.add(new Utterance(file.getFileName().toString(), file, text));
        }
        return all;
    }

    static SpeechConfig config(Units units) {
        int bands = 24;
        int width = 32;
        var model = new SpeechModel.Config(
                LogMel.Config.plain(RATE, 512, 400, 256, bands, 60, 7_600, 9, true),
                new WhisperConfig(
                        bands,
                        width,
                        new WhisperConfig.Half(1, 2, 64, new Positions.Config(Positions.Kind.ROTARY, 1024)),
                        new WhisperConfig.Half(1, 2, 64, new Positions.Config(Positions.Kind.LEARNED, 32)),
                        units.size() + 2,
                        Activation.RELU,
                        WhisperConfig.Dropout.NONE));
        return new SpeechConfig(units.config(), model);
    }
}
