package sensorium.audio;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import sensorium.BadInputException;

/**
 * Reads sound files: WAV, AIFF, Ogg Vorbis, FLAC and MP3, told apart by their first bytes and not by their names.
 *
 * <p>Whatever is wrong with a file ends in one {@link BadInputException} that names file, fault and remedy. A file can ask
 * for no more memory than its own size and {@link #MAX_SECONDS} warrant.
 */
public final class AudioFile {
    /** Longest sound decoded unless the caller says otherwise: two hours. */
    public static final double MAX_SECONDS = 2 * 60 * 60;

    private static final long MAX_BYTES = 1L << 30;
    private static final String FORMATS = "WAV, AIFF, Ogg Vorbis, FLAC or MP3";

    private AudioFile() {}

    /**
     * Decodes a whole file of at most {@link #MAX_SECONDS}.
     *
     * @throws BadInputException if it cannot be read, is no sound file, is damaged, or is too long
     */
    public static Recording decode(Path file) {
        return decode(file, MAX_SECONDS);
    }

    /**
     * Decodes a whole file.
     *
     * @param maxSeconds longest sound to accept
     * @throws BadInputException if it cannot be read, is no sound file, is damaged, or is too long
     */
    public static Recording decode(Path file, double maxSeconds) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            if (Files.size(file) > MAX_BYTES) {
                throw tooLarge(file); // before any of it is in memory
            }
            bytes = in.readNBytes((int) MAX_BYTES); // the file's own length bounds what is allocated
            if (in.read() >= 0) {
                throw tooLarge(file);
            }
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file; check the path", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e.getMessage() + "); check it and its rights", e);
        }
        try {
            return decode(bytes, maxSeconds);
        } catch (Malformed e) {
            throw new BadInputException(file + ": " + e.getMessage(), e);
        }
    }

    private static BadInputException tooLarge(Path file) {
        return new BadInputException(file + ": larger than " + (MAX_BYTES >> 20)
                + " MiB; cut it into shorter pieces, or store it compressed");
    }

    /** Decodes a file's bytes. */
    static Recording decode(byte[] bytes, double maxSeconds) throws Malformed {
        if (bytes.length == 0) {
            throw new Malformed("empty; record or fetch it again");
        }
        Format format = Format.of(bytes);
        try {
            Recording sound = switch (format) {
                case WAV -> PcmFile.decodeWav(bytes, maxSeconds);
                case AIFF -> PcmFile.decodeAiff(bytes, maxSeconds);
                case OGG -> VorbisFile.decode(bytes, maxSeconds);
                case FLAC -> FlacFile.decode(bytes, maxSeconds);
                case MP3 -> Mp3File.decode(bytes, maxSeconds);
                case UNKNOWN ->
                    throw new Malformed("not a sound file that can be read (it begins with " + beginning(bytes)
                            + "); give " + FORMATS);
            };
            if (sound.frames() == 0) {
                throw new Malformed("a " + format + " file without a single sample; record or fetch it again");
            }
            return sound;
        } catch (RuntimeException | StackOverflowError e) {
            // What a damaged file makes of a decoder library: its bounds checks are this net.
            throw new Malformed("damaged " + format + " data (" + e + "); fetch or encode it again", e);
        }
    }

    private static String beginning(byte[] bytes) {
        int n = Math.min(4, bytes.length);
        var text = new String(bytes, 0, n, StandardCharsets.ISO_8859_1);
        boolean readable = text.chars().allMatch(c -> c > ' ' && c < 127);
        return readable
                ? "\"" + text + "\""
                : "bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, n);
    }

    private enum Format {
        WAV,
        AIFF,
        OGG,
        FLAC,
        MP3,
        UNKNOWN;

        static Format of(byte[] bytes) {
            var head = new String(bytes, 0, Math.min(12, bytes.length), StandardCharsets.ISO_8859_1);
            if ((head.startsWith("RIFF") || head.startsWith("RF64")) && head.startsWith("WAVE", 8)) {
                return WAV;
            }
            if (head.startsWith("FORM") && (head.startsWith("AIFF", 8) || head.startsWith("AIFC", 8))) {
                return AIFF;
            }
            if (head.startsWith("OggS")) {
                return OGG;
            }
            int start = Mp3File.afterId3(bytes);
            if (bytes.length - start >= 4 && new String(bytes, start, 4, StandardCharsets.ISO_8859_1).equals("fLaC")) {
                return FLAC;
            }
            return start > 0 || Mp3File.looksLikeFrame(bytes, start) ? MP3 : UNKNOWN;
        }

        @Override
        public String toString() {
            return this == OGG ? "Ogg" : name();
        }
    }

    /** A fault of a file's content; the message says what and, after a semicolon, what to do. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }

        Malformed(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
