package sensorium.app;

import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.PrintStream;

/**
 * The error stream the user looks at. The launcher filters what the JVM itself writes to its descriptor 2, and names the
 * real stream by path in the property {@code sensorium.stderr}, so that a terminal stays a terminal.
 */
final class ErrorStream {
    private ErrorStream() {}

    /** Makes {@link System#err} the stream that the launcher named; without a launcher it stays what it is. */
    static void adopt() {
        var path = System.getProperty("sensorium.stderr");
        if (path == null) {
            return;
        }
        try {
            var out = new FileOutputStream(path, true); // appends: a log file keeps what others wrote to it
            System.setErr(new PrintStream(out, true, System.err.charset()));
        } catch (FileNotFoundException e) {
            return; // a socket has no path to open: the filtered stream says the same, only without a terminal
        }
    }
}
