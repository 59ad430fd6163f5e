package sensorium.app;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.BadInputException;
import sensorium.app.report.TierTable;
import sensorium.audio.SoundCodec;
import sensorium.audio.SoundQuality;
import sensorium.audio.Waveform;
import sensorium.memory.Scope;
import sensorium.multimodal.Material;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SoundMaterial;
import sensorium.multimodal.SpaceEvaluation;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.Scores;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.judge.PictureJudge;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.multimodal.stamps.Recall;
import sensorium.tensor.Tensor;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.VqRecipe;

/** {@code eval MODEL}: the metrics that belong to a model. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        description = {
            "Measure a model: the four tiers of a shared space on the stamps, its recall in every direction on any other"
                    + " folder, the accuracy of a classifier, what two classifiers think of the pictures that a diffusion model makes.",
            "Scored is the split 'test', else 'validation', else all there is; --split picks another."
        })
final class EvalCommand implements Runnable {
    /** Pictures that a model makes at once. */
    private static final int AT_ONCE = 100;

    private static final int LEAST_JUDGED = 10;
    /** Sounds that are tokenized and heard again, by Griffin-Lim too, which takes about a second for each. */
    private static final int MOST_SOUNDS = 200;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "MODEL", description = "A run folder.")
    private Path model;

    @Mixin
    private DataOptions data;

    @Mixin
    private SamplingOptions sampling;

    @Option(
            names = "-n",
            paramLabel = "N",
            description = "Pictures that are made to be judged (default: ${DEFAULT-VALUE}).")
    private int count = 1000;

    @Override
    public void run() {
        common.backend();
        try (var progress = new Progress()) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            switch (new ModelFolder(model).open()) {
                case OpenedModel.Space space -> space(space.model(), watcher);
                case OpenedModel.Classes classes -> classifier(classes.model(), watcher);
                case OpenedModel.Diffusion made -> pictures(made, progress, watcher);
                case OpenedModel.Prior made -> pictures(made, progress, watcher);
                case OpenedModel.Tokens tokens -> tokens(tokens.model(), watcher);
                case OpenedModel.Codec codec -> sounds(codec.model(), progress, watcher);
                case OpenedModel.Published published ->
                    throw new BadInputException(
                            model + ": a published " + published.kind()
                                    + " model, which knows no labels of the data; train a classifier: sensorium train classify");
            }
        }
    }

    private void space(SharedSpace space, Material.Watcher watcher) {
        SpaceData known = data.open();
        Map<String, Object> json = new LinkedHashMap<>();
        List<TierTable.Row> rows;
        Skipped skipped;
        if (known.protocol().isPresent() && data.split == null) {
            var material = Material.of(known.training(), space.config().hearing(), watcher);
            var tiers = new SpaceEvaluation(space).tiers(known.protocol().get(), material);
            json.put("tiers", tiers.toMap());
            skipped = Skipped.all(known.folder().skipped(), material.skipped());
            rows = TierRows.of(tiers);
        } else {
            var material = Material.of(known.scored(data.split), space.config().hearing(), watcher);
            Map<String, Recall> recall = new SpaceEvaluation(space).retrieval(material);
            json.put("recall", recall);
            skipped = Skipped.all(known.folder().skipped(), material.skipped());
            rows = TierRows.of(recall);
        }
        json.put("data", data.name);
        json.put("skipped", skipped.count());
        common.print(json, TierRows.text(rows) + skipped.summary());
    }

    /** Makes as many of each label, and has them judged. */
    private void pictures(OpenedModel opened, Progress progress, Material.Watcher watcher) {
        sampling.requireKnown();
        PictureMaker maker = PictureMaker.of(opened, new ModelFolder(model), sampling);
        SpaceData known = data.open();
        var judges = new Judges(common, progress, known.folder());
        List<String> labels = judges.config().labels();
        if (!labels.equals(maker.labels())) {
            throw new BadInputException("the model makes " + maker.labels() + ", the data has " + labels
                    + "; judge it on what it was trained on");
        }
        if (count < Math.max(LEAST_JUDGED, labels.size())) {
            throw new ParameterException(
                    spec.commandLine(), "-n must be at least " + Math.max(LEAST_JUDGED, labels.size()));
        }
        var training = Examples.forScoring(judges.config(), known.folder().forTraining(), watcher);
        var test = Examples.forScoring(judges.config(), known.scored(data.split), watcher);
        PictureJudge judge = judges.open(training);
        int[] asked = IntStream.range(0, count).map(i -> i % labels.size()).toArray();
        long began = System.nanoTime();
        float[] made = made(maker, asked, test.length(), progress);
        double seconds = (System.nanoTime() - began) * 1e-9;
        Map<String, Double> verdict = judge.verdict(made, asked, training, test, common.seed, watcher);
        Map<String, Object> json = new LinkedHashMap<>(verdict);
        json.put("n", count);
        json.putAll(maker.settings());
        json.put("sampling_seconds", seconds);
        json.put("data", data.name);
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "of %d pictures %.1f %% are taken for what was asked (the judge is right for %.1f %% of real ones); Fréchet"
                                + " distance %.3f, of real ones %.3f, of a Gaussian of pixels %.3f; precision %.2f, recall %.2f",
                        count,
                        100 * verdict.get("agreement"),
                        100 * verdict.get("judge_accuracy"),
                        verdict.get("frechet"),
                        verdict.get("frechet_real"),
                        verdict.get("frechet_gaussian"),
                        verdict.get("precision"),
                        verdict.get("recall")));
    }

    /** Pixels from 0 to 1. */
    private float[] made(PictureMaker maker, int[] asked, int length, Progress progress) {
        float[] all = new float[asked.length * length];
        for (int from = 0; from < asked.length; from += AT_ONCE) {
            int at = from;
            long[] classes = Arrays.stream(asked, from, Math.min(asked.length, from + AT_ONCE))
                    .asLongStream()
                    .toArray();
            progress.update("making pictures", from, asked.length, "");
            Scope.tidyRun(() -> {
                Tensor pictures = maker.make(classes, common.seed + at, _ -> {});
                float[] pixels = pictures.clamp(-1, 1).plus(1).times(0.5).toFloats();
                System.arraycopy(pixels, 0, all, at * length, pixels.length);
            });
        }
        return all;
    }

    private void tokens(PictureTokenizer model, Material.Watcher watcher) {
        PictureData known = PictureData.open(data.name);
        known.requireLike(model.config());
        Examples examples = known.heldOut(data.split, watcher);
        Map<String, Double> measures = VqRecipe.measure(model, PictureData.pixels(examples));
        Map<String, Object> json = new LinkedHashMap<>();
        for (String name : List.of("psnr", "ssim", "used", "perplexity")) {
            json.put(name, measures.get(name));
        }
        json.put("n", examples.size());
        json.put("data", data.name);
        common.print(json, TokensView.words(measures) + ", of " + examples.size() + " pictures");
    }

    /** Of at most so many sounds, evenly spread. */
    private void sounds(SoundCodec codec, Progress progress, Material.Watcher watcher) {
        SpaceData known = data.open();
        var material = SoundMaterial.of(known.scored(data.split), codec.config().rate(), watcher);
        var quality = new SoundQuality(codec);
        List<Waveform> sounds = material.clips().some(MOST_SOUNDS, Double.POSITIVE_INFINITY);
        for (int i = 0; i < sounds.size(); i++) {
            progress.update("tokenize and hear", i, sounds.size(), "");
            quality.add(sounds.get(i));
        }
        var skipped = Skipped.all(known.folder().skipped(), material.skipped());
        Map<String, Object> json = SoundTokensView.json(quality.measures());
        json.put("data", data.name);
        json.put("skipped", skipped.count());
        common.print(json, SoundTokensView.words(quality.measures()) + skipped.summary());
    }

    private void classifier(Classifier classifier, Material.Watcher watcher) {
        SpaceData known = data.open();
        var examples = Examples.forScoring(classifier.config(), known.scored(data.split), watcher);
        var scores = Scores.of(classifier, examples);
        var skipped = Skipped.all(known.folder().skipped(), examples.skipped());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("accuracy", scores.accuracy());
        json.put("n", scores.count());
        double[] interval = Recall.interval(scores.accuracy(), (int) scores.count());
        json.put("interval", interval);
        json.put("data", data.name);
        json.put("skipped", skipped.count());
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "accuracy %.2f %% (%.2f to %.2f) of %d%s",
                        100 * scores.accuracy(),
                        100 * interval[0],
                        100 * interval[1],
                        scores.count(),
                        skipped.summary()));
    }
}
