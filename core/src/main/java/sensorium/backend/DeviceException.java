package sensorium.backend;

/**
 * A device failed in the middle of its work: it was lost, reset, or its driver gave up. The message is one line; what was
 * written to disk before is whole.
 */
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
