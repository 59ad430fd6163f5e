package sensorium.benchmarks;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a case came to at one number of threads.
 *
 * @param ours our rate, in the unit of the roof
 * @param work operations or bytes of one run
 * @param peak the machine's rate under that roof
 * @param peers rates of the others, by name
 */
record Row(String name, int threads, Roof roof, double work, double ours, double peak, Map<String, Double> peers) {
    String group() {
        return name.substring(0, name.indexOf('/'));
    }

    /** How many times a second we do it: steps of a training, forward passes. */
    double runs() {
        return 1e9 * ours / work;
    }

    double share() {
        return ours / peak;
    }

    double ratio(String peer) {
        return ours / peers.get(peer);
    }

    /** The ratio to the fastest of the others; infinite where there is none. */
    double worstRatio() {
        return peers.keySet().stream().mapToDouble(this::ratio).min().orElse(Double.POSITIVE_INFINITY);
    }

    /** One object a peer, or one without a peer. */
    List<Map<String, Object>> json() {
        return peers.isEmpty()
                ? List.of(json(null))
                : peers.keySet().stream().map(this::json).toList();
    }

    private Map<String, Object> json(String peer) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", name);
        object.put("threads", threads);
        object.put("ours", rounded(ours));
        object.put("unit", roof.unit());
        object.put("runs_per_second", rounded(runs()));
        object.put("share", rounded(share()));
        if (peer != null) {
            object.put("peer", peer);
            object.put("theirs", rounded(peers.get(peer)));
            object.put("ratio", rounded(ratio(peer)));
        }
        return object;
    }

    static double rounded(double x) {
        return Math.round(x * 1000) / 1000.0;
    }

    /** By group and threads: the geometric mean of the ratios to each case's best peer. */
    static Map<String, Double> means(Collection<Row> rows) {
        Map<String, Double> means = new LinkedHashMap<>();
        var compared = rows.stream().filter(r -> !r.peers.isEmpty()).toList();
        for (Row row : compared) {
            means.computeIfAbsent(
                    key(row),
                    key -> Statistics.geometricMean(compared.stream()
                            .filter(r -> key(r).equals(key))
                            .mapToDouble(Row::worstRatio)
                            .toArray()));
        }
        return means;
    }

    private static String key(Row row) {
        return row.group() + ", " + row.threads + (row.threads == 1 ? " thread" : " threads");
    }
}
