package sensorium.kernels.opencl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import sensorium.io.AtomicFile;

/**
 * Which of several ways to compute the same is fastest on a device, for a class of shapes. What was found is kept on disk, a
 * line a class; what was not tuned takes the way that its caller thinks best. All ways must give bitwise the same, so that
 * tuning changes the time and nothing else.
 */
class Tuner {
    private static final long MOST_BYTES = 1 << 20;

    private final Path file;
    private final boolean tunes;
    private final Map<String, String> found = new TreeMap<>();

    /**
     * @param file what is known of this device, and where it is kept
     * @param tunes whether to time what is not known
     */
    Tuner(Path file, boolean tunes) {
        this.file = file;
        this.tunes = tunes;
        // A line that is not of ours names no way that anybody has: it does no harm.
        Caches.text(file, MOST_BYTES)
                .ifPresent(text -> text.lines()
                        .map(line -> line.split("\t", -1))
                        .forEach(f -> {
                            if (f.length == 2) {
                                found.put(f[0], f[1]);
                            }
                        }));
    }

    /** What is known of a device; the system property {@code sensorium.opencl.tune} says whether to learn more. */
    static Tuner of(DeviceFacts device, Path cache) {
        String id = Caches.sha256(String.join("\n", device.vendor(), device.name(), device.driver()));
        return new Tuner(cache.resolve("tuned-" + id + ".txt"), Boolean.getBoolean("sensorium.opencl.tune"));
    }

    /** The power of two that is at least {@code n}, as its exponent: shapes of one class differ by less than twice. */
    static int magnitude(long n) {
        return n <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(n - 1);
    }

    /**
     * @param shapes name of the class
     * @param ways all there are, each with a name of its own
     * @param standard the one to take where nothing is known
     * @param seconds runs one and says how long it took
     */
    synchronized <W> W choose(String shapes, List<W> ways, W standard, ToDoubleFunction<W> seconds) {
        String known = found.get(shapes);
        if (known != null) {
            for (W way : ways) {
                if (way.toString().equals(known)) {
                    return way;
                }
            }
        }
        if (!tunes) {
            return standard;
        }
        W best = standard;
        double least = Double.POSITIVE_INFINITY;
        for (W way : ways) {
            double s = seconds.applyAsDouble(way);
            if (s < least) {
                least = s;
                best = way;
            }
        }
        found.put(shapes, best.toString());
        keep();
        return best;
    }

    private void keep() {
        if (!Caches.canWrite(file.toAbsolutePath().getParent())) {
            return; // found again next time
        }
        byte[] text = found.entrySet().stream()
                .map(e -> e.getKey() + "\t" + e.getValue() + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, out -> {
            for (ByteBuffer rest = ByteBuffer.wrap(text); rest.hasRemaining(); ) {
                out.write(rest);
            }
        });
    }
}
