package sensorium.multimodal.classify;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.memory.Scope;
import sensorium.nn.Confusion;
import sensorium.tensor.Tensor;

/**
 * How well a classifier tells labelled things apart.
 *
 * @param labels the names of the classes
 * @param confusion what was taken for what
 */
public record Scores(List<String> labels, Confusion confusion) {
    private static final int BATCH = 128;

    /** Shows every example as it is. */
    public static Scores of(ClassificationModel model, Examples examples) {
        var confusion = new Confusion(model.labels().size());
        for (int from = 0; from < examples.size(); from += BATCH) {
            int start = from;
            int end = Math.min(examples.size(), from + BATCH);
            Scope.tidyRun(() -> {
                Tensor logits = model.forward(examples.inputs().plain(start, end));
                int[] truth = new int[end - start];
                for (int i = start; i < end; i++) {
                    truth[i - start] = examples.label(i);
                }
                confusion.add(logits, truth);
            });
        }
        return new Scores(model.labels(), confusion);
    }

    /** Share that was right. */
    public double accuracy() {
        return confusion.accuracy();
    }

    /** How many were shown. */
    public long count() {
        return confusion.total();
    }

    /**
     * {@code accuracy}, {@code n}, for each label that was there {@code accuracy.LABEL}, and {@code confusion.LABEL.OTHER}
     * where one was taken for another.
     */
    public Map<String, Double> measures() {
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("accuracy", accuracy());
        all.put("n", (double) count());
        for (int c = 0; c < labels.size(); c++) {
            double recall = confusion.recall(c);
            if (!Double.isNaN(recall)) {
                all.put("accuracy." + labels.get(c), recall);
            }
        }
        for (int c = 0; c < labels.size(); c++) {
            for (int other = 0; other < labels.size(); other++) {
                if (other != c && confusion.count(c, other) > 0) {
                    all.put("confusion." + labels.get(c) + "." + labels.get(other), (double) confusion.count(c, other));
                }
            }
        }
        return all;
    }
}
