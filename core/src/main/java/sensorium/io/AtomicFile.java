package sensorium.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import sensorium.BadInputException;

/** Files that appear whole or not at all. */
public final class AtomicFile {
    private static final AtomicLong COUNT = new AtomicLong();

    private AtomicFile() {}

    /** What fills the file. */
    @FunctionalInterface
    public interface Body {
        void write(FileChannel out) throws IOException;
    }

    /**
     * Lets {@code body} write beside {@code file} and renames the result when it is complete and on disk. Whatever goes wrong,
     * a file that was there before stays as it was, and nothing is left beside it.
     *
     * @throws BadInputException if it cannot be written: no space, no permission, no such folder
     */
    public static void write(Path file, Body body) {
        Path target = file.toAbsolutePath();
        Path part = target.resolveSibling(
                target.getFileName() + "." + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + ".part");
        try {
            try (FileChannel out = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                body.write(out);
                out.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new BadInputException(
                    file + ": cannot be written (" + e + "); is there space, and may you write there?", e);
        } finally {
            remove(part);
        }
    }

    /**
     * The same with these bytes.
     *
     * @throws BadInputException if it cannot be written
     */
    public static void write(Path file, byte[] bytes) {
        write(file, out -> {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                out.write(left);
            }
        });
    }

    private static void remove(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new BadInputException(part + ": cannot be removed (" + e + "); delete it yourself", e);
        }
    }
}
