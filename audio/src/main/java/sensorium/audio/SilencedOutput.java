package sensorium.audio;

import java.io.PrintStream;
import java.lang.ScopedValue.CallableOp;

/**
 * Standard output, without what a library prints while it works: the FLAC decoder tells of its innards there, in the midst of
 * what a command prints for another program to read. Only the thread that works is silenced, and only meanwhile.
 */
final class SilencedOutput extends PrintStream {
    private static final ScopedValue<Boolean> SILENT = ScopedValue.newInstance();

    private SilencedOutput(PrintStream out) {
        super(out, true, out.charset());
    }

    /** Does some work during which this thread prints nothing to {@link System#out}. */
    static <T, X extends Throwable> T during(CallableOp<T, X> work) throws X {
        install();
        return ScopedValue.where(SILENT, true).call(work);
    }

    /** Stays in place: were it taken out again, threads that decode side by side would restore each other's streams. */
    private static synchronized void install() {
        if (!(System.out instanceof SilencedOutput)) {
            System.setOut(new SilencedOutput(System.out));
        }
    }

    @Override
    public void write(int b) {
        if (!SILENT.isBound()) {
            super.write(b);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (!SILENT.isBound()) {
            super.write(bytes, offset, length);
        }
    }
}
