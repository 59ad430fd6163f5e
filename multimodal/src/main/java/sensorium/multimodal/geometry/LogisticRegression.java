package sensorium.multimodal.geometry;

import java.util.function.UnaryOperator;
import org.ejml.simple.SimpleMatrix;

/**
 * Multinomial logistic regression with a quadratic penalty, the linear probe of the field: how well classes are told apart by one
 * linear map of features that stay as they are. Features are centred and brought to mean length one before, so that one penalty
 * fits all. Nesterov's accelerated descent, at the step that the curvature allows, always ends in the same place.
 *
 * @param weights (F + 1, classes), the last row for the constant
 * @param middle (F) of the training features
 * @param scale what they are multiplied by
 * @param penalty weight of half the squared weights beside the mean cross-entropy
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LogisticRegression(SimpleMatrix weights, double[] middle, double scale, double penalty) {
    static final double PENALTY = 1e-3;

    private static final int ROUNDS = 300;

    /** Cross-entropy bends by half of the features' second moment at most, which they are brought to be 1 at most. */
    private static final double CURVATURE = 0.5;

    /**
     * Learns from labelled features.
     *
     * @param features (N, F), N at least 1
     * @param labels (N) classes, from 0 on
     */
    static LogisticRegression fit(float[][] features, int[] labels, int classes, double penalty) {
        int n = features.length;
        double[] middle = middle(features);
        double squares = 0;
        for (float[] f : features) {
            for (int d = 0; d < middle.length; d++) {
                squares += (f[d] - middle[d]) * (f[d] - middle[d]) / n;
            }
        }
        double scale = squares > 0 ? 1 / Math.sqrt(squares) : 1;
        SimpleMatrix x = prepared(features, middle, scale); // (N, F + 1)
        SimpleMatrix xt = x.transpose();
        var truth = new SimpleMatrix(n, classes);
        for (int i = 0; i < n; i++) {
            truth.set(i, labels[i], 1);
        }
        // Weights are sums of examples all along: of a few it is quicker to know how much of each, Xᵀ·shares, than all
        // weights.
        SimpleMatrix weights = n < middle.length
                ? xt.mult(descend(x.mult(xt), truth, penalty, wrong -> wrong))
                : descend(x, truth, penalty, xt::mult);
        return new LogisticRegression(weights, middle, scale, penalty);
    }

    /**
     * @param x (N, K) what the parameters (K, classes) are multiplied by
     * @param truth (N, classes)
     * @param back from the faults (N, classes) to the gradient (K, classes), times N
     */
    private static SimpleMatrix descend(
            SimpleMatrix x, SimpleMatrix truth, double penalty, UnaryOperator<SimpleMatrix> back) {
        double curvature = CURVATURE + penalty;
        double steep = Math.sqrt(curvature);
        double flat = Math.sqrt(penalty);
        double momentum = (steep - flat) / (steep + flat);
        var now = new SimpleMatrix(x.getNumCols(), truth.getNumCols());
        SimpleMatrix ahead = now;
        for (int round = 0; round < ROUNDS; round++) {
            SimpleMatrix wrong = softmax(x.mult(ahead)).minus(truth);
            SimpleMatrix gradient =
                    back.apply(wrong).scale(1.0 / x.getNumRows()).plus(ahead.scale(penalty));
            SimpleMatrix next = ahead.minus(gradient.scale(1 / curvature));
            ahead = next.plus(next.minus(now).scale(momentum));
            now = next;
        }
        return now;
    }

    private static double[] middle(float[][] features) {
        double[] middle = new double[features[0].length];
        for (float[] f : features) {
            for (int d = 0; d < middle.length; d++) {
                middle[d] += f[d] / (double) features.length;
            }
        }
        return middle;
    }

    private static SimpleMatrix prepared(float[][] features, double[] middle, double scale) {
        var x = new SimpleMatrix(features.length, middle.length + 1);
        for (int i = 0; i < features.length; i++) {
            for (int d = 0; d < middle.length; d++) {
                x.set(i, d, (features[i][d] - middle[d]) * scale);
            }
            x.set(i, middle.length, 1);
        }
        return x;
    }

    private static SimpleMatrix softmax(SimpleMatrix logits) {
        int classes = logits.getNumCols();
        for (int i = 0; i < logits.getNumRows(); i++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                most = Math.max(most, logits.get(i, c));
            }
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                double e = Math.exp(logits.get(i, c) - most);
                logits.set(i, c, e);
                sum += e;
            }
            for (int c = 0; c < classes; c++) {
                logits.set(i, c, logits.get(i, c) / sum);
            }
        }
        return logits;
    }

    /** What was made least: mean cross-entropy and penalty. */
    double loss(float[][] features, int[] labels) {
        SimpleMatrix likely = softmax(prepared(features, middle, scale).mult(weights));
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            sum -= Math.log(likely.get(i, labels[i])) / labels.length;
        }
        return sum + penalty / 2 * weights.elementMult(weights).elementSum();
    }

    /** Share of the examples whose class is the likeliest. */
    double accuracy(float[][] features, int[] labels) {
        SimpleMatrix logits = prepared(features, middle, scale).mult(weights);
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            int best = 0;
            for (int c = 1; c < logits.getNumCols(); c++) {
                best = logits.get(i, c) > logits.get(i, best) ? c : best;
            }
            right += best == labels[i] ? 1 : 0;
        }
        return (double) right / labels.length;
    }
}
