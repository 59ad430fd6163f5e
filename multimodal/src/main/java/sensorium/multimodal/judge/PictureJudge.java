package sensorium.multimodal.judge;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.simple.SimpleMatrix;
import sensorium.memory.Scope;
import sensorium.multimodal.Material;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.judge.FrechetDistance.Moments;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

/**
 * Judges made pictures by two classifiers that had no part in making them: one says whether it sees the class that was asked for, by
 * the features of the other they are compared with real ones.
 *
 * @param judge says what it sees
 * @param eye whose features are compared
 */
public record PictureJudge(Classifier judge, Classifier eye) {
    private static final int BATCH = 250;
    private static final int DRAWS = 5;
    /** Real pictures that the simplest model of them is made from. */
    private static final int FITTED = 10_000;
    /** What keeps its covariance positive: pixels at the border never change. */
    private static final double RIDGE = 1e-5;

    /**
     * Numbers by name: {@code agreement}, that of each label, {@code frechet} to the pictures of training, {@code frechet_real} that of
     * as many test pictures (mean of five draws), {@code frechet_gaussian} that of pictures whose pixels are drawn from one normal
     * distribution, {@code precision} and {@code recall} against as many test pictures, {@code n}, and {@code judge_accuracy} on real
     * test pictures.
     *
     * @param made pixels (N, C, H, W) from 0 to 1
     * @param asked the class that each was asked for, as a number into the labels of the classifiers
     */
    public Map<String, Double> verdict(
            float[] made, int[] asked, Examples training, Examples test, long seed, Material.Watcher watcher) {
        int n = asked.length;
        int length = made.length / n;
        int[] seen = seen(made, length);
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("agreement", share(seen, asked, -1));
        watcher.update("features of the training pictures", 0, 1);
        Moments known = Moments.of(features(pixels(training, range(training.size())), length));
        double[][] features = features(made, length);
        all.put("frechet", FrechetDistance.between(known, Moments.of(features)));
        watcher.update("features of the test pictures", 0, 1);
        int few = Math.min(n, test.size());
        double sum = 0;
        double[][] real = {};
        for (int draw = 0; draw < DRAWS; draw++) {
            int[] chosen = Arrays.copyOf(Philox.keyed(seed, draw).permutation(test.size()), few);
            real = features(pixels(test, chosen), length);
            sum += FrechetDistance.between(known, Moments.of(real));
        }
        all.put("frechet_real", sum / DRAWS);
        watcher.update("a Gaussian of pixels", 0, 1);
        all.put(
                "frechet_gaussian",
                FrechetDistance.between(known, Moments.of(features(gaussian(training, length, n, seed), length))));
        watcher.update("precision and recall", 0, 1);
        all.put("precision", new Manifold(real).share(features));
        all.put("recall", new Manifold(features).share(real));
        all.put("n", (double) n);
        all.put("judge_accuracy", accuracy(test, length));
        for (int label = 0; label < judge.config().labels().size(); label++) {
            double right = share(seen, asked, label);
            if (!Double.isNaN(right)) {
                all.put("agreement." + judge.config().labels().get(label), right);
            }
        }
        return all;
    }

    private double accuracy(Examples test, int length) {
        int[] truth = Arrays.stream(range(test.size())).map(test::label).toArray();
        return share(seen(pixels(test, range(test.size())), length), truth, -1);
    }

    /** The share of those that were seen as asked for, of one label or, for −1, of all. */
    private static double share(int[] seen, int[] asked, int label) {
        int right = 0;
        int all = 0;
        for (int i = 0; i < asked.length; i++) {
            if (label < 0 || asked[i] == label) {
                all++;
                right += seen[i] == asked[i] ? 1 : 0;
            }
        }
        return right / (double) all;
    }

    private static int[] range(int n) {
        int[] all = new int[n];
        Arrays.setAll(all, i -> i);
        return all;
    }

    private static float[] pixels(Examples of, int[] chosen) {
        int length = of.length();
        float[] pixels = new float[chosen.length * length];
        for (int i = 0; i < chosen.length; i++) {
            of.draw(chosen[i], pixels, i * length);
        }
        return pixels;
    }

    private int[] seen(float[] pixels, int length) {
        int[] seen = new int[pixels.length / length];
        for (int from = 0; from < seen.length; from += BATCH) {
            int at = from;
            int to = Math.min(seen.length, from + BATCH);
            Scope.tidyRun(() -> {
                long[] best = judge.forward(batch(judge, pixels, length, at, to))
                        .argMax(1)
                        .toLongs();
                for (int i = at; i < to; i++) {
                    seen[i] = (int) best[i - at];
                }
            });
        }
        return seen;
    }

    private double[][] features(float[] pixels, int length) {
        double[][] rows = new double[pixels.length / length][];
        for (int from = 0; from < rows.length; from += BATCH) {
            int at = from;
            int to = Math.min(rows.length, from + BATCH);
            Scope.tidyRun(() -> {
                Tensor features = eye.features(batch(eye, pixels, length, at, to));
                double[] values = features.toDoubles();
                int width = features.dim(1);
                for (int i = at; i < to; i++) {
                    rows[i] = Arrays.copyOfRange(values, (i - at) * width, (i - at + 1) * width);
                }
            });
        }
        return rows;
    }

    private static Tensor batch(Classifier model, float[] pixels, int length, int from, int to) {
        var patches = model.config().encoder().patches();
        int area = patches.height() * patches.width();
        return Tensor.of(
                Arrays.copyOfRange(pixels, from * length, to * length),
                to - from,
                length / area,
                patches.height(),
                patches.width());
    }

    /** Pictures of the simplest model: pixels of one normal distribution, with the mean and the covariance of real ones. */
    private static float[] gaussian(Examples training, int length, int n, long seed) {
        int[] chosen =
                Arrays.copyOf(Philox.keyed(seed, -1).permutation(training.size()), Math.min(FITTED, training.size()));
        float[] real = pixels(training, chosen);
        double[][] rows = new double[chosen.length][length];
        for (int i = 0; i < real.length; i++) {
            rows[i / length][i % length] = real[i];
        }
        Moments fitted = Moments.of(rows);
        var covariance = fitted.covariance().plus(SimpleMatrix.identity(length).scale(RIDGE));
        var cholesky = DecompositionFactory_DDRM.chol(length, true);
        if (!cholesky.decompose(covariance.getDDRM())) {
            throw new IllegalStateException("[judge] the covariance of pixels is not positive");
        }
        var factor = cholesky.getT(null);
        var random = Philox.keyed(seed, -2);
        var normal = new SimpleMatrix(length, n);
        for (int i = 0; i < length * n; i++) {
            normal.set(i / n, i % n, random.normal(i));
        }
        var drawn = new SimpleMatrix(length, n);
        CommonOps_DDRM.mult(factor, normal.getDDRM(), drawn.getDDRM());
        float[] pixels = new float[n * length];
        for (int i = 0; i < pixels.length; i++) {
            double x = drawn.get(i % length, i / length) + fitted.mean().get(i % length);
            pixels[i] = (float) Math.clamp(x, 0, 1);
        }
        return pixels;
    }
}
