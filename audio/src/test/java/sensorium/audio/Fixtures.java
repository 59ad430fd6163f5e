package sensorium.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** The parity data beside the project; tests that need an absent part of it are skipped. */
final class Fixtures {
    private Fixtures() {}

    static Path path(String name) {
        Path path = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), name);
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }

    /** A float32 tensor of a safetensors file, flat. */
    static float[] tensor(String file, String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path(file))).order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = Math.toIntExact(bytes.getLong(0));
        var header = new String(bytes.array(), 8, headerBytes, StandardCharsets.UTF_8);
        Matcher entry = Pattern.compile("\"" + Pattern.quote(name)
                        + "\":\\s*\\{[^}]*\"data_offsets\":\\s*\\[\\s*(\\d+),\\s*(\\d+)\\s*\\]")
                .matcher(header);
        if (!entry.find()) {
            throw new IOException(file + " has no tensor " + name);
        }
        int from = Integer.parseInt(entry.group(1));
        var values = new float[(Integer.parseInt(entry.group(2)) - from) / Float.BYTES];
        bytes.position(8 + headerBytes + from);
        bytes.asFloatBuffer().get(values);
        return values;
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
