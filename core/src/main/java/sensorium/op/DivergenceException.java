package sensorium.op;

/** Under {@link Verification}, a backend computed something else than the one that is trusted: one line says what. */
public final class DivergenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DivergenceException(String message) {
        super(message);
    }
}
