package sensorium.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;

/**
 * The error stream the user looks at. The launcher filters what the JVM itself writes to its descriptor 2, and hands the real
 * stream over as descriptor 0, which a program that reads no input has to spare. Opened anew by a path it would, where it is
 * a file that takes the output as well, write from a place of its own over what is already there.
 */
final class ErrorStream {
    private ErrorStream() {}

    /** Makes {@link System#err} the stream that the launcher handed over; without a launcher it stays what it is. */
    static void adopt() {
        if (Boolean.getBoolean("sensorium.stderr")) {
            System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.in), true, System.err.charset()));
        }
    }
}
