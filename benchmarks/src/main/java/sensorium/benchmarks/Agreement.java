package sensorium.benchmarks;

import java.util.List;
import sensorium.BadInputException;

/** Engines that compute something else are not compared. */
final class Agreement {
    private Agreement() {}

    /** @throws BadInputException if an engine's results are not the first one's, within the case's tolerance */
    static void check(Case c, List<Engine> engines) {
        if (c.tolerance() == 0 || engines.size() == 1) {
            return;
        }
        List<float[]> ours = engines.getFirst().results();
        for (Engine peer : engines.subList(1, engines.size())) {
            List<float[]> theirs = peer.results();
            for (int i = 0; i < ours.size(); i++) {
                double difference = difference(ours.get(i), theirs.get(i));
                if (!(difference <= c.tolerance())) {
                    throw new BadInputException("%s: result %d differs from that of %s by %.2g of its magnitude"
                            .formatted(c.name(), i, peer.name(), difference));
                }
            }
        }
    }

    /** The largest difference over the largest magnitude; infinite where lengths differ, NaN where one is. */
    static double difference(float[] a, float[] b) {
        if (a.length != b.length) {
            return Double.POSITIVE_INFINITY;
        }
        double most = 0;
        double magnitude = Float.MIN_NORMAL;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs((double) a[i] - b[i])); // NaN stays NaN
            magnitude = Math.max(magnitude, Math.abs(b[i]));
        }
        return most / magnitude;
    }
}
