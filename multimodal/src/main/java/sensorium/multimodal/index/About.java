package sensorium.multimodal.index;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.multimodal.model.ModelFolder;

/**
 * What an index is of, and how it is searched. Kept with every commit, so that all of it changes together.
 *
 * @param folder where it was when it made the index
 * @param fingerprint of its weights
 * @param width D, of its vectors
 * @param scanned up to so many vectors it is scanned; beyond it has a graph
 */
record About(Path folder, String fingerprint, int width, int scanned) {
    /** So many vectors are scanned in a few milliseconds. */
    static final int SCANNED = 50_000;

    private static final String MODEL = "model";
    private static final String FINGERPRINT = "fingerprint";
    private static final String WIDTH = "width";
    private static final String SCANNED_TO = "scanned";

    static About of(ModelFolder model, int width) {
        return new About(model.path().toAbsolutePath().normalize(), model.fingerprint(), width, SCANNED);
    }

    Map<String, String> toCommit() {
        return Map.of(
                MODEL,
                folder.toString(),
                FINGERPRINT,
                fingerprint,
                WIDTH,
                Integer.toString(width),
                SCANNED_TO,
                Integer.toString(scanned));
    }

    /**
     * @param index the index's folder
     * @throws BadInputException if the commit names no model: something else wrote it
     */
    static About ofCommit(Path index, Map<String, String> data) {
        try {
            if (data.keySet().containsAll(List.of(MODEL, FINGERPRINT, WIDTH, SCANNED_TO))) {
                return new About(
                        Path.of(data.get(MODEL)),
                        data.get(FINGERPRINT),
                        Integer.parseInt(data.get(WIDTH)),
                        Integer.parseInt(data.get(SCANNED_TO)));
            }
        } catch (InvalidPathException | NumberFormatException e) {
            throw new BadInputException(index + ": does not say of which model it is; " + IndexFiles.AGAIN, e);
        }
        throw new BadInputException(index + ": does not say of which model it is; " + IndexFiles.AGAIN);
    }

    /** @throws BadInputException if the index is of other weights than {@code other} */
    void requireSame(Path index, ModelFolder other) {
        if (!other.fingerprint().equals(fingerprint)) {
            throw new BadInputException(index + ": made by another model than " + other.path()
                    + " is now; make it again with: sensorium index");
        }
    }
}
