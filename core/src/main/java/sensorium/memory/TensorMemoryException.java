package sensorium.memory;

/** A backend has no memory left, even after its pool was drained. The message lists the largest live tensors. */
public class TensorMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TensorMemoryException(String message) {
        super(message);
    }
}
