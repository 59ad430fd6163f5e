package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sensorium.BadInputException;
import sensorium.app.report.TimeTable;
import sensorium.multimodal.Material;
import sensorium.multimodal.classify.ClassifierEye;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Module;
import sensorium.nn.training.Epochs;
import sensorium.nn.training.Trainer;
import sensorium.vision.LabelledPictures;
import sensorium.vision.PictureCodec;
import sensorium.vision.PictureFeatures;

/** {@code train vq}: pictures or sounds as tokens, or pictures as maps of numbers. */
@Command(
        name = "vq",
        mixinStandardHelpOptions = true,
        description = {
            "Learn to write pictures or sounds as a few numbers of codebooks, and to read them again.",
            "Settings: batch, rate, plain, commitment (kl: divergence), perceptual, gan, ganfrom."
        })
final class TrainVqCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Mixin
    private TrainingOptions options;

    @Option(
            names = "--quantizer",
            paramLabel = "Q",
            description = "vq, cosine or fsq: tokens; kl: no tokens but maps of numbers, for diffusion"
                    + " (default: ${DEFAULT-VALUE}).")
    private String quantizer = "vq";

    @Option(
            names = "--perceptual",
            paramLabel = "RUN",
            description = "A run of train classify on the same data, whose features are compared too.")
    private Path classifier;

    @Option(
            names = "--sense",
            paramLabel = "SENSE",
            description = "picture or sound (default: pictures, or sounds where there are no pictures).")
    private String sense;

    @Override
    public void run() {
        common.backend();
        options.requirePositive();
        if (SoundTokensTraining.isMeant(sense, options.data)) {
            options.overrides().requireAllTaken();
            new SoundTokensTraining(common, options).run();
            return;
        }
        PictureData data = PictureData.whole(options.data).ofAllLabels();
        train(data, PictureLesson.of(quantizer, data, classifier != null, options.overrides()));
    }

    private <M extends Module & PictureCodec> void train(PictureData data, PictureLesson<M> lesson) {
        PictureFeatures look = look(data, lesson.perceptual());
        long began = System.nanoTime();
        M model;
        Trainer.Outcome outcome;
        double decoding;
        Skipped skipped;
        LabelledPictures held;
        int pictures;
        // The folder first: that it cannot be had should not be learnt after decoding everything.
        try (var progress = new Progress();
                var folder = options.folder(lesson.config())) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            model = lesson.model(common.seed);
            var examples = options.orWithdraw(folder, () -> data.training(common.seed, watcher));
            var heldOut = options.orWithdraw(folder, () -> data.heldOut(null, watcher));
            held = PictureData.pixels(heldOut);
            pictures = examples.size();
            skipped = Skipped.all(data.folder().skipped(), examples.skipped(), heldOut.skipped());
            decoding = (System.nanoTime() - began) * 1e-9;
            var epochs = new Epochs(pictures, lesson.batch(), common.seed);
            outcome = Trainer.train(
                    lesson.recipe(model, PictureData.pixels(examples), held, look, common.seed),
                    options.plan(lesson.plan(common.seed, options.length(folder, times -> epochs.steps(times, 1)))),
                    folder,
                    new TrainingView(common, progress));
        }
        double training = (System.nanoTime() - began) * 1e-9 - decoding;
        Map<String, Double> measures = outcome.measures();
        Map<String, Object> about = new LinkedHashMap<>();
        about.putAll(lesson.map());
        about.put("parameters", model.parameterCount());
        Map<String, Object> measured = new LinkedHashMap<>();
        for (String name : lesson.measured()) {
            measured.put(name, measures.get(name));
        }
        new TrainingReport(
                        lesson.title() + ", learnt from " + options.data,
                        options.data,
                        "%,d pictures".formatted(pictures),
                        skipped,
                        model,
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", decoding),
                                new TimeTable.Span("train and evaluate", training)),
                        lesson.view(model, held))
                .print(common, options.out, about, measured, lesson.inWords() + "; " + TokensView.words(measures));
    }

    /** The classifier's eye, if one looks on. */
    private PictureFeatures look(PictureData data, double strength) {
        if (classifier == null) {
            if (strength > 0) {
                throw new BadInputException(
                        "--set perceptual needs a classifier that looks on: --perceptual RUN, of train classify on the"
                                + " same data");
            }
            return null;
        }
        return new ClassifierEye(new ModelFolder(classifier).openClassifier(), data.channels(), data.side());
    }
}
