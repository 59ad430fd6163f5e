package sensorium.memory;

/** A tensor was used after its scope released it. */
public class ReleasedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public ReleasedException(String message) {
        super(message);
    }
}
