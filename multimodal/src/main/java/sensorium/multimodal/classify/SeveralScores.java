package sensorium.multimodal.classify;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import sensorium.memory.Scope;

/**
 * How well a classifier tells what things are of which several labels may be true. It says a label where that is likelier than not.
 *
 * @param labels the names of the classes
 * @param said how often each was said
 * @param there how often each was true
 * @param right how often both
 * @param exact things of which all labels were right, and no other said
 * @param count things
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SeveralScores(List<String> labels, long[] said, long[] there, long[] right, long exact, long count) {
    private static final int BATCH = 128;

    /** Shows every example as it is. */
    public static SeveralScores of(ClassificationModel model, Examples examples) {
        int classes = model.labels().size();
        var said = new long[classes];
        var there = new long[classes];
        var right = new long[classes];
        long exact = 0;
        for (int from = 0; from < examples.size(); from += BATCH) {
            int start = from;
            int end = Math.min(examples.size(), from + BATCH);
            float[] logits = Scope.tidy(
                    () -> model.forward(examples.inputs().plain(start, end)).toFloats());
            for (int i = start; i < end; i++) {
                var truth = new boolean[classes];
                for (int label : examples.allLabels(i)) {
                    truth[label] = true;
                }
                boolean all = true;
                for (int c = 0; c < classes; c++) {
                    boolean yes = logits[(i - start) * classes + c] > 0;
                    said[c] += yes ? 1 : 0;
                    there[c] += truth[c] ? 1 : 0;
                    right[c] += yes && truth[c] ? 1 : 0;
                    all &= yes == truth[c];
                }
                exact += all ? 1 : 0;
            }
        }
        return new SeveralScores(model.labels(), said, there, right, exact, examples.size());
    }

    /** Share of things of which exactly the true labels were said. */
    public double accuracy() {
        return (double) exact / count;
    }

    /** Harmonic mean of how many of what was said is true and how many of what is true was said, over all labels together. */
    public double f1() {
        return f1(
                LongStream.of(right).sum(),
                LongStream.of(said).sum(),
                LongStream.of(there).sum());
    }

    private static double f1(long right, long said, long there) {
        return said + there == 0 ? 0 : 2.0 * right / (said + there);
    }

    /** {@code accuracy}, {@code f1}, {@code n}, and {@code f1.LABEL} of each label that was there. */
    public Map<String, Double> measures() {
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("accuracy", accuracy());
        all.put("f1", f1());
        all.put("n", (double) count);
        for (int c = 0; c < labels.size(); c++) {
            if (there[c] > 0) {
                all.put("f1." + labels.get(c), f1(right[c], said[c], there[c]));
            }
        }
        return all;
    }
}
