package sensorium.app;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import sensorium.multimodal.classify.Choice;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.ClassifierConfig;
import sensorium.multimodal.classify.ClassifyRecipe;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.Sense;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.judge.PictureJudge;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;

/**
 * The two classifiers that judge made pictures: trained by the recipe of {@code train classify} on the real ones, from seeds of their
 * own, when they are first needed, and kept beside the data sets. One that was interrupted goes on where it stood.
 */
final class Judges {
    /** How often each sees the data: the first has to be good, the second only to see. */
    private static final double[] EPOCHS = {10, 5};

    private static final long[] SEEDS = {101, 202};

    private final CommonOptions common;
    private final Progress progress;
    private final ClassifierConfig config;
    private final List<Item> items;

    Judges(CommonOptions common, Progress progress, DataFolder data) {
        this.common = common;
        this.progress = progress;
        this.items = data.forTraining();
        this.config = Choice.of(items, Optional.of(Sense.PICTURE), false);
    }

    /** What they see of pictures. */
    ClassifierConfig config() {
        return config;
    }

    PictureJudge open(Examples training) {
        return new PictureJudge(one(0, training), one(1, training));
    }

    private Classifier one(int which, Examples training) {
        Path folder = folder(which);
        boolean begun = Files.isDirectory(folder);
        if (!Files.exists(folder.resolve("done"))) {
            common.say("training judge %d of 2 on the real pictures, once: %s".formatted(which + 1, folder));
            Classifier model = Classifier.of(Weights.random(SEEDS[which]), config);
            var recipe = new ClassifyRecipe(model, training, Optional.empty(), SEEDS[which]);
            var length = new Length.Steps(recipe.steps(EPOCHS[which]));
            try (var run = begun ? RunFolder.resume(folder) : RunFolder.create(folder, ModelFolder.config(config))) {
                Trainer.train(
                        recipe, ClassifyRecipe.plan(SEEDS[which], length), run, new TrainingView(common, progress));
                run.write("done", new byte[0]);
            }
        }
        return switch (new ModelFolder(folder).open()) {
            case OpenedModel.Classes c -> c.model();
            case OpenedModel other -> throw new IllegalStateException(folder + " is a " + other.kind());
        };
    }

    /** Another one for other data, labels or training. */
    private Path folder(int which) {
        String what = config + " " + items.size() + " " + items.getFirst().id() + " "
                + items.getLast().id() + " " + EPOCHS[which] + " " + SEEDS[which];
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(what.getBytes(StandardCharsets.UTF_8));
            return DataSets.ofUser()
                    .cache()
                    .resolve("judges")
                    .resolve(HexFormat.of().formatHex(hash, 0, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has SHA-256
        }
    }
}
