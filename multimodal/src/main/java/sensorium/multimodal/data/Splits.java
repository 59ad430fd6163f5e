package sensorium.multimodal.data;

import java.util.Locale;

/** The names that splits go by. */
final class Splits {
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
}
