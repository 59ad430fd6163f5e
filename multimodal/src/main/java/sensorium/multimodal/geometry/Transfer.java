package sensorium.multimodal.geometry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
 * What a tower that learnt from words is worth to another task: a linear map of its vectors beside the same network trained from
 * nothing, both from the same few examples of each class and asked for the same others.
 *
 * @param shots examples of each class
 * @param probe accuracy of the linear map
 * @param scratch of the network trained from nothing
 * @param gain of the one over the other, draw by draw
 * @param steps that the network was trained for, with its examples varied anew in each
 * @param majority how often the most frequent class is right
 * @param classes how many are told apart
 * @param n how many are asked for
 */
public record Transfer(
        int shots, Mean probe, Mean scratch, Mean gain, long steps, double majority, int classes, int n) {
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
        double[] probe = new double[draws];
        double[] scratch = new double[draws];
        double[] gain = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            watcher.update("train from nothing", draw, draws);
            int[] chosen = data.few(shots, seed, draw);
            probe[draw] = Probe.accuracy(data, pool, test, chosen);
            scratch[draw] = fromNothing(data, data.pool().some(chosen), steps, seed + draw);
            gain[draw] = probe[draw] - scratch[draw];
        }
        watcher.update("train from nothing", draws, draws);
        return new Transfer(
                shots,
                Mean.of(probe),
                Mean.of(scratch),
                Mean.of(gain),
                steps,
                data.majority(),
                data.labels().size(),
                data.test().size());
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
        map.put("from_nothing", scratch);
        map.put("gain", gain);
        map.put("steps", steps);
        map.put("majority", majority);
        map.put("classes", classes);
        map.put("n", n);
        return map;
    }
}
