package sensorium.kernels.opencl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Files that only save time: where they lie, and how they are read without trusting them. */
final class Caches {
    private Caches() {}

    /**
     * The folder that the system property {@code sensorium.opencl.cache} names, else {@code sensorium/opencl} under {@code
     * $XDG_CACHE_HOME} or {@code ~/.cache}.
     */
    static Path folder() {
        String asked = System.getProperty("sensorium.opencl.cache");
        if (asked != null) {
            return Path.of(asked);
        }
        String caches = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        Path root = caches.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(caches);
        return root.resolve("sensorium").resolve("opencl");
    }

    /** Whether files can be made in a folder, which is made if need be. */
    static boolean canWrite(Path folder) {
        try {
            Files.createDirectories(folder);
            return Files.isWritable(folder);
        } catch (IOException e) {
            return false;
        }
    }

    /** A file's text; empty if it is not there, not readable, not UTF-8 or longer than {@code most} bytes. */
    static Optional<String> text(Path file, long most) {
        return bytes(file, most).map(b -> new String(b, StandardCharsets.UTF_8));
    }

    /** A file's bytes; empty if it is not there, not readable or longer than {@code most} bytes. */
    static Optional<byte[]> bytes(Path file, long most) {
        try {
            return Files.isRegularFile(file) && Files.size(file) <= most
                    ? Optional.of(Files.readAllBytes(file))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static void delete(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String sha256(String text) {
        return HexFormat.of().formatHex(sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The jar or folder that a class comes from. */
    static String codeOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("where is " + type + "?", e);
        }
    }
}
