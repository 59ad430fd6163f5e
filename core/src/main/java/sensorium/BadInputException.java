package sensorium;

/**
 * Something that came from outside (a file, a folder, a command line) cannot be used.
 *
 * <p>The message is one line that says what is wrong, where, and what to do about it: the command line prints exactly
 * that line and exits with status 1.
 */
public class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Characters of a line: what lists names out of a file may find thousands. */
    private static final int MOST = 1500;

    public BadInputException(String message) {
        super(line(message));
    }

    public BadInputException(String message, Throwable cause) {
        super(line(message), cause);
    }

    /** Names out of files may hold line breaks. */
    private static String line(String message) {
        String some = message.length() > MOST ? message.substring(0, MOST) + "…" : message;
        return some.replaceAll("\\p{Cntrl}", "?");
    }
}
