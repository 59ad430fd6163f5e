package sensorium.app;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sensorium.BadInputException;
import sensorium.multimodal.Material;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SharedSpaceConfig;
import sensorium.multimodal.SharedSpaceRecipe;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.nn.training.Epochs;
import sensorium.nn.training.Plan;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.text.bert.SentenceEncoder;
import sensorium.text.bert.SentenceTower;
import sensorium.text.pipeline.TokenizerFiles;

/** Trains a shared space; what {@code train} and {@code demo} have in common. */
final class SpaceTraining {
    private SpaceTraining() {}

    /**
     * @param skipped what of the data could not be used
     * @param decodeSeconds time before the first step
     */
    record Result(
            SharedSpace space, Material material, Skipped skipped, Trainer.Outcome outcome, double decodeSeconds) {}

    static Result run(SpaceData data, TrainingOptions training, CommonOptions common, Progress progress) {
        return run(data, Optional.empty(), training, common, progress);
    }

    /** @param tower a published encoder of sentences that reads the texts, and learns no more; else n-grams do */
    static Result run(
            SpaceData data, Optional<Path> tower, TrainingOptions training, CommonOptions common, Progress progress) {
        long began = System.nanoTime();
        Overrides overrides = training.overrides();
        var options = overrides.apply(
                tower.isPresent() ? SharedSpaceRecipe.Options.SENTENCES : SharedSpaceRecipe.Options.STANDARD);
        overrides.requireAllTaken(options);
        var small = moves(data.training()) ? SharedSpaceConfig.moving() : SharedSpaceConfig.small();
        Weights weights = Weights.random(common.seed);
        Optional<SentenceTower> sentences = tower.map(
                folder -> SentenceTower.over(weights.at("text"), SentenceEncoder.open(folder), small.width()));
        var config = sentences.map(s -> small.withText(s.config())).orElse(small);
        // The folder first: that it cannot be had should not be learnt after decoding everything.
        try (var folder = training.folder(ModelFolder.config(config, data.names()))) {
            if (training.resume) {
                requireSame(folder, data.names());
            }
            Material material = training.orWithdraw(
                    folder,
                    () -> Material.of(
                            data.training(), config, (phase, done, total) -> progress.update(phase, done, total, "")));
            double decodeSeconds = (System.nanoTime() - began) * 1e-9;
            var space = sentences
                    .map(s -> SharedSpace.of(weights, config, s))
                    .orElseGet(() -> SharedSpace.of(weights, config));
            tower.ifPresent(published -> TokenizerFiles.copy(published, training.out));
            var recipe = new SharedSpaceRecipe(space, material, options, common.seed);
            var length = training.length(
                    folder, times -> epoch(material, options, common.seed).steps(times, 1));
            var plan = training.plan(Plan.of(common.seed, length, recipe.descent()));
            var outcome = Trainer.train(recipe, plan, folder, new TrainingView(common, progress));
            var skipped = Skipped.all(data.skipped(), material.skipped());
            return new Result(space, material, skipped, outcome, decodeSeconds);
        }
    }

    /** A run goes on with what it began with; where that lies may have another path by now. */
    private static void requireSame(RunFolder folder, List<String> data) {
        List<String> begun = new ModelFolder(folder.path()).data();
        if (!begun.isEmpty() && !lastParts(begun).equals(lastParts(data))) {
            throw new BadInputException("%s: the run began on %s, not on %s; go on with the same --data and --also"
                    .formatted(folder.path(), String.join(" and ", begun), String.join(" and ", data)));
        }
    }

    /** Of text alone: what the file says may be no path at all. */
    private static List<String> lastParts(List<String> names) {
        return names.stream()
                .map(n -> n.replaceFirst("[/\\\\]+$", "").replaceFirst(".*[/\\\\]", ""))
                .toList();
    }

    /** Whether there are films among them: then stills are films that stand still. */
    private static boolean moves(List<Item> items) {
        return items.stream().anyMatch(i -> i.pictures().stream().anyMatch(ImageSource.Film.class::isInstance));
    }

    /** Once through the pictures; the sounds or the items where there are none. */
    private static Epochs epoch(Material material, SharedSpaceRecipe.Options options, long seed) {
        if (material.pictures().size() > 0) {
            return new Epochs(material.pictures().size(), options.pictures(), seed);
        }
        return material.sounds().size() > 0
                ? new Epochs(material.sounds().size(), options.sounds(), seed)
                : new Epochs(material.items().size(), options.texts(), seed);
    }
}
