package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sensorium.app.report.TimeTable;
import sensorium.nn.training.Trainer;
import sensorium.text.bert.MiniLm;

/** {@code train shared-space}: words, pictures and sounds of a folder into one space. */
@Command(
        name = "shared-space",
        mixinStandardHelpOptions = true,
        description = {
            "Learn one space of words, pictures and sounds, from any pairing that a data folder offers.",
            "Where it has films (\"video_file_name\": an animated GIF or PNG, or a folder of frames) they are seen as such.",
            "Of the stamps only what their protocol allows is used."
        })
final class TrainSharedSpaceCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Mixin
    private TrainingOptions options;

    @Option(
            names = "--also",
            paramLabel = "DATA",
            description = "Data to train on beside that; nothing of it is scored. May be repeated.")
    private List<String> also = List.of();

    @Option(
            names = "--text-tower",
            paramLabel = "MODEL",
            description = {
                "What reads the texts: the folder of a published BERT of sentences, or " + MiniLm.NAME + ".",
                "It stays as it is; only a projection into the space is learnt."
            })
    private Path tower;

    @Override
    public void run() {
        common.backend();
        options.requirePositive();
        long began = System.nanoTime();
        SpaceData data = SpaceData.open(options.data)
                .with(also.stream().map(SpaceData::open).toList());
        String names = String.join(", ", data.names());
        SpaceTraining.Result result;
        try (var progress = new Progress()) {
            result = SpaceTraining.run(
                    data, Optional.ofNullable(tower).map(ModelNames::folder), options, common, progress);
        }
        Trainer.Outcome outcome = result.outcome();
        double training = (System.nanoTime() - began) * 1e-9 - result.decodeSeconds();
        Path report = new TrainingReport(
                        "A shared space of " + names,
                        names,
                        result.material().toString(),
                        result.skipped(),
                        result.space(),
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", result.decodeSeconds()),
                                new TimeTable.Span("train", training)),
                        List.of())
                .write(options.out);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", options.out.toString());
        json.put("data", options.data);
        json.put("trained_on", data.names());
        json.put("steps", outcome.steps());
        json.put("loss", outcome.loss());
        json.put("train_seconds", outcome.seconds());
        json.put("skipped", result.skipped().count());
        json.put("report", report.toString());
        common.print(
                json,
                "%s in %.0f s, last loss %.3f, on %s%s%nreport %s%nnow: sensorium eval %s --data %s"
                        .formatted(
                                TrainingReport.steps(outcome),
                                outcome.seconds(),
                                outcome.loss(),
                                result.material(),
                                result.skipped().summary(),
                                report,
                                options.out,
                                options.data));
    }
}
