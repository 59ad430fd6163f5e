package sensorium.kernels.opencl;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Every object that the driver holds for us, from its creation to its release. A leak shows as an entry that stays, and a
 * second release, which would take the JVM down, never reaches the driver.
 */
final class Ledger {
    /** What a driver can hold. */
    enum Kind {
        CONTEXT,
        QUEUE,
        PROGRAM,
        KERNEL,
        MEMORY,
        EVENT
    }

    private final Set<Entry> live = ConcurrentHashMap.newKeySet();

    /** One object of the driver; {@link #close} releases it. */
    final class Entry implements AutoCloseable {
        private final Kind kind;
        private final String what;
        private final Runnable release;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Entry(Kind kind, String what, Runnable release) {
            this.kind = kind;
            this.what = what;
            this.release = release;
        }

        /** @throws IllegalStateException if it was released before */
        @Override
        public void close() {
            if (!closed.compareAndSet(false, true)) {
                throw new IllegalStateException("[opencl] " + this + " was released twice");
            }
            live.remove(this);
            release.run();
        }

        @Override
        public String toString() {
            return kind.name().toLowerCase(Locale.ROOT) + " " + what;
        }
    }

    /** Notes an object that was just made. */
    Entry open(Kind kind, String what, Runnable release) {
        var entry = new Entry(kind, what, release);
        live.add(entry);
        return entry;
    }

    /** How many objects of each kind are live; kinds without any are left out. */
    Map<Kind, Long> counts() {
        return live.stream()
                .collect(Collectors.groupingBy(e -> e.kind, () -> new EnumMap<>(Kind.class), Collectors.counting()));
    }

    boolean isEmpty() {
        return live.isEmpty();
    }

    /** For example {@code 3 program, 12 memory}. */
    @Override
    public String toString() {
        return isEmpty()
                ? "nothing"
                : counts().entrySet().stream()
                        .map(e -> e.getValue() + " " + e.getKey().name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", "));
    }
}
