package sensorium.audio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;

/** The parity data beside the project; tests that need an absent part of it are skipped. */
final class Fixtures {
    private Fixtures() {}

    static Path path(String name) {
        Path path = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), name);
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }

    /** A float32 tensor of a safetensors file, flat. */
    static float[] tensor(String file, String name) {
        return Scope.tidy(() -> Safetensors.open(path(file)).tensor(name).toFloats());
    }

    /** The numbers between the brackets of {@code "key": [ … ]}. */
    static float[] jsonNumbers(String file, String key) throws IOException {
        Matcher list = Pattern.compile(Pattern.quote("\"" + key + "\"") + ":\\s*\\[([^\\]]*)\\]")
                .matcher(Files.readString(path(file)));
        if (!list.find()) {
            throw new IOException(file + " has no list " + key);
        }
        return numbers(list.group(1).replace(',', ' '));
    }

    /** Kaldi's text form of a matrix, flat. */
    static float[] kaldiText(String file) throws IOException {
        String text = Files.readString(path(file));
        return numbers(text.substring(text.indexOf('[') + 1, text.indexOf(']')));
    }

    private static float[] numbers(String text) {
        String[] words = text.strip().split("\\s+");
        var values = new float[words.length];
        for (int i = 0; i < words.length; i++) {
            values[i] = Float.parseFloat(words[i]);
        }
        return values;
    }

    static double maxDifference(float[] actual, float[] expected) {
        if (actual.length != expected.length) {
            throw new AssertionError(actual.length + " values where " + expected.length + " are expected");
        }
        double max = 0;
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            max = difference <= max ? max : difference; // NaN wins
        }
        return max;
    }
}
