package sensorium.app;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import sensorium.nn.training.Trainer;

/** {@code train shared-space}: words, pictures and sounds of a folder into one space. */
@Command(
        name = "shared-space",
        mixinStandardHelpOptions = true,
        description = {
            "Learn one space of words, pictures and sounds, from any pairing that a data folder offers.",
            "Of the stamps only what their protocol allows is used."
        })
final class TrainSharedSpaceCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Mixin
    private TrainingOptions training;

    @Override
    public void run() {
        common.backend();
        training.requirePositive();
        SpaceTraining.Result result;
        try (var progress = new Progress()) {
            result = SpaceTraining.run(SpaceData.open(training.data), training, common, progress);
        }
        Trainer.Outcome outcome = result.outcome();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", training.out.toString());
        json.put("data", training.data);
        json.put("steps", outcome.steps());
        json.put("loss", outcome.loss());
        json.put("train_seconds", outcome.seconds());
        json.put("skipped", result.material().skipped().count());
        common.print(
                json,
                "%d steps in %.0f s, last loss %.3f, on %s%nnow: sensorium eval %s --data %s"
                        .formatted(
                                outcome.steps(),
                                outcome.seconds(),
                                outcome.loss(),
                                result.material(),
                                training.out,
                                training.data));
    }
}
