package sensorium.multimodal.geometry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import sensorium.BadInputException;
import sensorium.multimodal.Material;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.ClassifyRecipe;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.Scores;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;

/**
 * What a tower that learnt from words is worth to another task: a linear map of its vectors, and one of what its layers say, beside
 * the same network trained from nothing, all from the same few examples of each class and asked for the same others.
 *
 * @param shots examples of each class
 * @param probe accuracy of a linear map of the vectors in the space
 * @param layers of one of {@link Tower#layers}
 * @param scratch of the network trained from nothing
 * @param probeGain of the first over the last, draw by draw
 * @param gain of the second over the last
 * @param steps that the network was trained for, with its examples varied anew in each
 * @param majority how often the most frequent class is right
 * @param classes how many are told apart
 * @param n how many are asked for
 */
public record Transfer(
        int shots,
        Mean probe,
        Mean layers,
        Mean scratch,
        Mean probeGain,
        Mean gain,
        long steps,
        double majority,
        int classes,
        int n) {
    /** The network from nothing has long learnt its few examples by heart then. */
    public static final int STEPS = 150;

    /**
     * Measures it.
     *
     * @param draws of the examples, at least three
     * @param seed of the draws and of the networks' first weights
     */
    public static Transfer of(Labelled data, int shots, int draws, int steps, long seed, Material.Watcher watcher) {
        float[][] pool = data.tower().vectors(data.pool());
        float[][] test = data.tower().vectors(data.test());
        float[][] poolLayers = data.tower().layers(data.pool());
        float[][] testLayers = data.tower().layers(data.test());
        double[] probe = new double[draws];
        double[] layers = new double[draws];
        double[] scratch = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            watcher.update("train from nothing", draw, draws);
            int[] chosen = data.few(shots, seed, draw);
            probe[draw] = Probe.accuracy(data, pool, test, chosen);
            layers[draw] = Probe.accuracy(data, poolLayers, testLayers, chosen);
            scratch[draw] = fromNothing(data, data.pool().some(chosen), steps, seed + draw);
        }
        watcher.update("train from nothing", draws, draws);
        return new Transfer(
                shots,
                Mean.of(probe),
                Mean.of(layers),
                Mean.of(scratch),
                Mean.of(less(probe, scratch)),
                Mean.of(less(layers, scratch)),
                steps,
                data.majority(),
                data.labels().size(),
                data.test().size());
    }

    private static double[] less(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
    }

    private static double fromNothing(Labelled data, Examples examples, int steps, long seed) {
        var config = data.tower().classifier(data.labels());
        Classifier model = Classifier.of(Weights.random(seed), config);
        var recipe = new ClassifyRecipe(model, examples, Optional.empty(), seed);
        var plan = ClassifyRecipe.plan(seed, new Length.Steps(steps));
        Path path = temporary();
        try (var folder = RunFolder.create(path, ModelFolder.config(config))) {
            Trainer.train(recipe, plan, folder, TrainingListener.SILENT);
            return Scores.of(model, data.test()).accuracy();
        } finally {
            delete(path);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("sensorium-transfer");
        } catch (IOException e) {
            throw new BadInputException(
                    "no folder for a run can be made in " + System.getProperty("java.io.tmpdir") + " (" + e.getMessage()
                            + ")",
                    e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new BadInputException(folder + ": cannot be removed (" + e.getMessage() + ")", e);
        }
    }

    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("shots", shots);
        map.put("probe", probe);
        map.put("layers", layers);
        map.put("from_nothing", scratch);
        map.put("probe_gain", probeGain);
        map.put("gain", gain);
        map.put("steps", steps);
        map.put("majority", majority);
        map.put("classes", classes);
        map.put("n", n);
        return map;
    }
}
