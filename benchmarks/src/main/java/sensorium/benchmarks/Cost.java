package sensorium.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a process took: less is better.
 *
 * @param peer what libtorch's process took, or null where it was not asked
 */
record Cost(String name, int threads, String unit, double ours, Double peer) {
    /** How many times as much the peer took. */
    double ratio() {
        return peer / ours;
    }

    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", name);
        object.put("threads", threads);
        object.put("ours", Row.rounded(ours));
        object.put("unit", unit);
        if (peer != null) {
            object.put("peer", Torch.NAME);
            object.put("theirs", Row.rounded(peer));
            object.put("ratio", Row.rounded(ratio()));
        }
        return object;
    }
}
