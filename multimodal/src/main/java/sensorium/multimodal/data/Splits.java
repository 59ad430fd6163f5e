package sensorium.multimodal.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** The names that splits go by, and what is held out where nobody said. */
public final class Splits {
    private Splits() {}

    /** {@code train}, {@code validation} or {@code test} for their usual spellings; any other name unchanged. */
    static String canonical(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "train", "training" -> Item.TRAIN;
            case "validation", "valid", "val", "dev" -> Item.VALIDATION;
            case "test", "testing" -> Item.TEST;
            default -> name;
        };
    }

    /** Whether a folder of this name is a split rather than a label. */
    static boolean isSplit(String name) {
        var canonical = canonical(name);
        return canonical.equals(Item.TRAIN) || canonical.equals(Item.VALIDATION) || canonical.equals(Item.TEST);
    }

    /** Whether a name, or a text, is held out: the first 32 bits of its SHA-256, read as a number, are a multiple of {@code oneIn}. */
    public static boolean isHeldOut(String name, int oneIn) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return Long.parseLong(HexFormat.of().formatHex(hash, 0, 4), 16) % oneIn == 0;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has SHA-256
        }
    }
}
