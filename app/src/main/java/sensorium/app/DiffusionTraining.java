package sensorium.app;

import sensorium.diffusion.DiffusionConfig;
import sensorium.diffusion.DiffusionModel;
import sensorium.diffusion.DiffusionRecipe;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.nn.training.Trainer;

/**
 * Trains what makes pictures out of noise; what {@code train} and {@code demo} have in common.
 *
 * @param settings the numbers of the recipe
 */
record DiffusionTraining(DiffusionData data, DiffusionConfig config, DiffusionRecipe.Options settings) {
    /**
     * @param model with the weights that were saved
     * @param skipped what of the data could not be used
     * @param decodeSeconds time before the first step
     */
    record Result(DiffusionModel model, int pictures, Skipped skipped, Trainer.Outcome outcome, double decodeSeconds) {}

    Result run(TrainingOptions training, CommonOptions common, Progress progress) {
        long began = System.nanoTime();
        // The folder first: that it cannot be had should not be learnt after decoding everything.
        try (var folder = training.folder(ModelFolder.config(config))) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            DiffusionModel model = DiffusionModel.of(Weights.random(common.seed), config, data.reader(), data.codec());
            var examples = training.orWithdraw(folder, () -> data.training(model, watcher));
            var heldOut = training.orWithdraw(folder, () -> data.heldOut(model, watcher));
            double decodeSeconds = (System.nanoTime() - began) * 1e-9;
            var recipe = new DiffusionRecipe(model, examples.lessons(), heldOut.lessons(), settings, common.seed);
            var plan = DiffusionRecipe.plan(settings, common.seed, training.length(folder, recipe::steps));
            var outcome = Trainer.train(recipe, training.plan(plan), folder, new TrainingView(common, progress));
            var skipped = Skipped.all(data.skipped(), examples.skipped(), heldOut.skipped());
            return new Result(model, examples.lessons().size(), skipped, outcome, decodeSeconds);
        }
    }
}
