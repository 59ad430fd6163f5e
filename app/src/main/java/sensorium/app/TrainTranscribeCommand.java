package sensorium.app;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sensorium.app.report.TimeTable;
import sensorium.audio.speech.SpeechModel;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.transcribe.SpeechConfig;
import sensorium.multimodal.transcribe.SpeechCorpus;
import sensorium.multimodal.transcribe.SpeechEvaluation;
import sensorium.multimodal.transcribe.SpeechMaterial;
import sensorium.multimodal.transcribe.SpeechRecipe;
import sensorium.multimodal.transcribe.SpeechToText;
import sensorium.multimodal.transcribe.Utterance;
import sensorium.nn.Weights;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.text.ErrorRates;
import sensorium.text.Units;

/** {@code train transcribe}: speech to text. */
@Command(
        name = "transcribe",
        mixinStandardHelpOptions = true,
        description = {
            "Learn to write down what is said, from sounds and their texts.",
            "Where the data knows no splits, a tenth of the texts is held out, so that no sentence is in both."
        })
final class TrainTranscribeCommand implements Runnable {
    /** Sounds that the measures at the end of the training are of. */
    private static final int MEASURED = 200;

    @Mixin
    private CommonOptions common;

    @Mixin
    private TrainingOptions options;

    @Mixin
    private SpeechData speech;

    @Option(
            names = "--units",
            paramLabel = "U",
            description = "What is written: characters, bpe or words (default: ${DEFAULT-VALUE}).")
    private String unitNames = "characters";

    @Override
    public void run() {
        common.backend();
        options.requirePositive();
        options.overrides().requireAllTaken();
        var kind = Units.Kind.named(unitNames);
        SpaceData data = SpaceData.open(options.data);
        SpeechCorpus corpus = speech.corpus(data);
        List<String> sentences = corpus.training().stream().map(Utterance::text).toList();
        Units units = Units.of(kind, sentences);
        var config = SpeechConfig.small(units);
        Map<String, Integer> unknown =
                units.unknown(corpus.heldOut().stream().map(Utterance::text).toList());
        boolean seen = corpus.heldOut().isEmpty();
        List<Utterance> measured = some(seen ? corpus.training() : corpus.heldOut());
        OptionalLong perturbed = seen ? OptionalLong.of(SpeechEvaluation.FRESH) : OptionalLong.empty();
        long began = System.nanoTime();
        SpeechToText transcriber;
        Trainer.Outcome outcome;
        double decoding;
        SpeechMaterial material;
        SpeechEvaluation evaluation;
        // The folder first: that it cannot be had should not be learnt after decoding everything.
        try (var progress = new Progress();
                var folder = options.folder(ModelFolder.config(config))) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            SpeechModel model = SpeechModel.of(Weights.random(common.seed), config.model());
            int most = config.model().whisper().written().positions().length() - 1;
            material = options.orWithdraw(
                    folder,
                    () -> SpeechMaterial.of(corpus.training(), config.model().hearing(), units, most, watcher));
            writeSentences(folder, sentences);
            decoding = (System.nanoTime() - began) * 1e-9;
            transcriber = new SpeechToText(model, units, sentences);
            var recipe = new SpeechRecipe(
                    model,
                    material,
                    () -> measures(SpeechEvaluation.of(
                            transcriber, measured, SpeechToText.Options.GREEDY, perturbed, watcher)),
                    common.seed);
            outcome = Trainer.train(
                    recipe,
                    options.plan(SpeechRecipe.plan(common.seed, options.length(folder, recipe::steps))),
                    folder,
                    new TrainingView(common, progress));
            evaluation = SpeechEvaluation.of(transcriber, measured, SpeechToText.Options.USUAL, perturbed, watcher);
        }
        double training = (System.nanoTime() - began) * 1e-9 - decoding;
        Skipped skipped = Skipped.all(data.folder().skipped(), corpus.skipped(), material.skipped());
        ErrorRates rates = evaluation.rates();
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("units", units.size());
        about.put("parameters", transcriber.model().parameterCount());
        about.put("sounds", material.bank().size());
        Map<String, Object> measures = new LinkedHashMap<>(rates.toMap());
        measures.put("greedy", outcome.measures());
        measures.put("perturbed", seen);
        measures.put("unknown", unknown);
        new TrainingReport(
                        "Speech to text, learnt from " + options.data,
                        options.data,
                        "%,d sounds, %d %s".formatted(material.bank().size(), units.size(), kind.shown()),
                        skipped,
                        transcriber.model(),
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", decoding),
                                new TimeTable.Span("train and evaluate", training)),
                        SpeechView.of(transcriber, evaluation, seen, unknown))
                .print(
                        common,
                        options.out,
                        about,
                        measures,
                        String.format(
                                Locale.ROOT,
                                "%s of %s%s",
                                SpeechView.words(rates),
                                seen ? "sounds that were trained on, perturbed" : "held-out sentences",
                                units.unknownSummary(unknown)));
    }

    /** Evenly spread. */
    private static List<Utterance> some(List<Utterance> all) {
        int n = Math.min(MEASURED, all.size());
        return IntStream.range(0, n)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / n)))
                .toList();
    }

    private static Map<String, Double> measures(SpeechEvaluation evaluation) {
        ErrorRates rates = evaluation.rates();
        return Map.of("wer", rates.wer(), "cer", rates.cer(), "n", (double) rates.n());
    }

    private static void writeSentences(RunFolder folder, List<String> sentences) {
        folder.write(ModelFolder.SENTENCES, (String.join("\n", sentences) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
