package sensorium.nn.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import sensorium.BadInputException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code metrics.jsonl}: one JSON object a line, each with the {@code step} after which it was written. Lines of an update
 * have {@code loss, rate, norm, seconds} and the recipe's metrics; those of an evaluation have {@code evaluation}.
 */
public final class MetricsLog implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path file;
    private final FileChannel channel;

    private MetricsLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Opens the log to go on after {@code step}: what a run that was cut off wrote beyond its checkpoint is dropped. */
    static MetricsLog after(long step, RunFolder folder) {
        Path file = folder.metrics();
        try {
            var kept = new StringBuilder();
            if (Files.exists(file)) {
                for (ObjectNode line : read(file)) {
                    if (line.path("step").asLong() <= step) {
                        kept.append(line).append('\n');
                    }
                }
            }
            folder.write(file.getFileName().toString(), kept.toString().getBytes(StandardCharsets.UTF_8));
            return new MetricsLog(file, FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** All whole lines; one that a killed run left unfinished at the end is passed over. */
    public static List<ObjectNode> read(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            List<ObjectNode> all = new ArrayList<>();
            for (String line : (Iterable<String>) lines::iterator) {
                ObjectNode node = parse(line);
                if (node == null) {
                    break;
                }
                all.add(node);
            }
            return all;
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new BadInputException(file + ": cannot be read: " + e.getMessage());
        }
    }

    private static ObjectNode parse(String line) {
        try {
            JsonNode node = JSON.readTree(line);
            return node instanceof ObjectNode object ? object : null;
        } catch (JacksonException e) {
            return null; // cut off in mid-line
        }
    }

    ObjectNode line(long step) {
        return JSON.createObjectNode().put("step", step);
    }

    void append(ObjectNode line) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** Makes sure that the lines so far are on the disk, before a checkpoint counts on them. */
    void force() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static BadInputException failure(Path file, IOException e) {
        return new BadInputException(file + ": cannot be written: " + e.getMessage()
                + "; the last checkpoint is whole, go on with --resume");
    }
}
