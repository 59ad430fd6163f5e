package sensorium.tensor;

/** Operands that do not fit an op. The message begins with the op and names shapes and device. */
public class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }
}
