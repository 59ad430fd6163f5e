package sensorium.multimodal.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What had to be left out: how much, and why for the first few. Safe to add to from several threads. */
public final class Skipped {
    private static final int REASONS_KEPT = 100;

    private final List<String> reasons = new ArrayList<>();
    private int count;

    /** All of several, in their order. */
    public static Skipped all(Skipped... parts) {
        var all = new Skipped();
        for (Skipped part : parts) {
            synchronized (part) {
                all.count += part.count;
                part.reasons.stream().limit(REASONS_KEPT - all.reasons.size()).forEach(all.reasons::add);
            }
        }
        return all;
    }

    /**
     * Counts one thing.
     *
     * @param where a file or a line; not said again where the fault names the path of that file
     * @param why the fault, without a full stop
     */
    public synchronized void add(String where, String why) {
        count++;
        if (reasons.size() < REASONS_KEPT) {
            reasons.add(why.contains("/" + where + ": ") ? why : where + ": " + why);
        }
    }

    public synchronized int count() {
        return count;
    }

    /** One line each for at most the first hundred. */
    public synchronized List<String> reasons() {
        return Collections.unmodifiableList(new ArrayList<>(reasons));
    }

    /** {@code "; skipped 3, the first because …"}, or nothing. */
    public synchronized String summary() {
        return count == 0 ? "" : "; skipped " + count + ", the first: " + reasons.getFirst();
    }
}
