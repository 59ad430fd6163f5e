package sensorium.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.app.report.TimeTable;
import sensorium.audio.SoundCodec;
import sensorium.audio.SoundCodecRecipe;
import sensorium.multimodal.Material;
import sensorium.multimodal.SoundMaterial;
import sensorium.multimodal.classify.Sense;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.nn.training.Trainer;

/** {@code train vq --sense sound}: sounds as tokens. */
record SoundTokensTraining(CommonOptions common, TrainingOptions options) {
    /** Whether sounds are to be learnt: asked for, or all that there is. */
    static boolean isMeant(String sense, String data) {
        if (sense != null) {
            return Sense.named(sense) == Sense.SOUND;
        }
        DataFolder folder = DataSets.ofUser().open(data);
        return folder.items().stream().allMatch(i -> i.pictures().isEmpty())
                && folder.items().stream().anyMatch(i -> !i.sounds().isEmpty());
    }

    void run() {
        SpaceData data = SpaceData.open(options.data);
        var config = SoundCodec.Config.small();
        long began = System.nanoTime();
        SoundCodec model;
        Trainer.Outcome outcome;
        double decoding;
        SoundMaterial sounds;
        SoundMaterial heldOut;
        // The folder first: that it cannot be had should not be learnt after decoding everything.
        try (var progress = new Progress();
                var folder = options.folder(ModelFolder.config(config))) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            model = SoundCodec.of(Weights.random(common.seed), config);
            sounds = options.orWithdraw(folder, () -> SoundMaterial.of(data.training(), config.rate(), watcher));
            heldOut = options.orWithdraw(folder, () -> SoundMaterial.of(data.scored(null), config.rate(), watcher));
            decoding = (System.nanoTime() - began) * 1e-9;
            var recipe = new SoundCodecRecipe(model, sounds.clips(), heldOut.clips(), common.seed);
            outcome = Trainer.train(
                    recipe,
                    options.plan(SoundCodecRecipe.plan(common.seed, options.length(folder, recipe::steps))),
                    folder,
                    new TrainingView(common, progress));
        }
        double training = (System.nanoTime() - began) * 1e-9 - decoding;
        Skipped skipped = Skipped.all(data.folder().skipped(), sounds.skipped(), heldOut.skipped());
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("stages", config.stages());
        about.put("codes", config.codes());
        about.put("parameters", model.parameterCount());
        new TrainingReport(
                        "Sounds as tokens, learnt from " + options.data,
                        options.data,
                        "%,d sounds".formatted(sounds.clips().size()),
                        skipped,
                        model,
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", decoding),
                                new TimeTable.Span("train and evaluate", training)),
                        SoundTokensView.of(model, heldOut.clips(), outcome.measures()))
                .print(
                        common,
                        options.out,
                        about,
                        SoundTokensView.json(outcome.measures()),
                        SoundTokensView.words(outcome.measures()));
    }
}
