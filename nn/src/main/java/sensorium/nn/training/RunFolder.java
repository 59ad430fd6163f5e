package sensorium.nn.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import sensorium.BadInputException;
import sensorium.io.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder that a run leaves: {@code config.json}, {@code model.safetensors}, {@code optimizer.safetensors},
 * {@code metrics.jsonl}, {@code samples/}, {@code report.html}. Locked while open, so that no two runs write to one. Files are
 * replaced whole or not at all.
 */
public final class RunFolder implements AutoCloseable {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final long CONFIG_LIMIT = 16L << 20;

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private RunFolder(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Opens a folder for a new run, making it where it is not there.
     *
     * @param config what the model must be built from; a {@code training} object is added by the trainer
     * @throws BadInputException if it already holds a run, is in use, or cannot be written
     */
    public static RunFolder create(Path path, ObjectNode config) {
        RunFolder folder = open(path);
        try {
            if (Files.exists(folder.file("config.json"))) {
                throw new BadInputException(
                        path + ": holds a run already; continue it with --resume, or name another folder");
            }
            folder.writeConfig(config);
            return folder;
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /**
     * Opens the folder of a run to be continued.
     *
     * @throws BadInputException if it holds none, or is in use
     */
    public static RunFolder resume(Path path) {
        if (!Files.isRegularFile(path.resolve("config.json"))) {
            throw new BadInputException(
                    path + ": there is no run to continue (no config.json); start without --resume");
        }
        return open(path);
    }

    private static RunFolder open(Path path) {
        try {
            Files.createDirectories(path);
            FileChannel channel =
                    FileChannel.open(path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lock(channel);
            if (lock == null) {
                channel.close();
                throw new BadInputException(path + ": another run is using this folder; wait for it or name another");
            }
            removeLeftovers(path);
            return new RunFolder(path, channel, lock);
        } catch (IOException e) {
            throw new BadInputException(path + ": cannot be used as a run folder (" + e + "); name another");
        }
    }

    /** A killed run may leave the beginnings of files. */
    private static void removeLeftovers(Path path) throws IOException {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(path, "*.part")) {
            for (Path part : parts) {
                Files.delete(part);
            }
        }
    }

    private static FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process
        }
    }

    public Path path() {
        return path;
    }

    public Path file(String name) {
        return path.resolve(name);
    }

    /** The weights to use: averaged or best ones where the plan says so. */
    public Path model() {
        return file("model.safetensors");
    }

    /** All that is needed to go on: one file, so that it is consistent whenever a run is cut off. */
    public Path checkpoint() {
        return file("optimizer.safetensors");
    }

    public Path metrics() {
        return file("metrics.jsonl");
    }

    /** @throws BadInputException if config.json is not a JSON object */
    public ObjectNode config() {
        Path file = file("config.json");
        try {
            if (Files.size(file) > CONFIG_LIMIT) {
                throw new BadInputException(file + ": too large for a configuration");
            }
            JsonNode node = JSON.readTree(Files.readAllBytes(file));
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new BadInputException(file + ": not a JSON object");
        } catch (IOException | JacksonException e) {
            throw new BadInputException(file + ": cannot be read: " + e.getMessage());
        }
    }

    /** How long the run was to be when it began; nothing where it has not. */
    public Optional<Length> length() {
        return Settings.length(this);
    }

    public void writeConfig(ObjectNode config) {
        write("config.json", (JSON.writeValueAsString(config) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Puts a file in place at once; folders in {@code name} are made. */
    public void write(String name, byte[] bytes) {
        Path target = file(name);
        try {
            Files.createDirectories(target.getParent());
        } catch (IOException e) {
            throw new BadInputException(target.getParent() + ": cannot be made (" + e + ")", e);
        }
        AtomicFile.write(target, bytes);
    }

    /** Takes back a run that never began: without its configuration the folder is free for another. */
    public void withdraw() {
        try {
            Files.deleteIfExists(file("config.json"));
        } catch (IOException e) {
            throw new BadInputException(file("config.json") + ": cannot be removed (" + e + ")", e);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot unlock", e);
        }
    }
}
