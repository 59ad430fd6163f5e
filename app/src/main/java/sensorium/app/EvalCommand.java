package sensorium.app;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.BadInputException;
import sensorium.audio.SoundCodec;
import sensorium.audio.SoundQuality;
import sensorium.audio.Waveform;
import sensorium.memory.Scope;
import sensorium.multimodal.Material;
import sensorium.multimodal.SoundMaterial;
import sensorium.multimodal.caption.CaptionWriter;
import sensorium.multimodal.classify.ClassificationModel;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.PublishedClassifier;
import sensorium.multimodal.classify.Scores;
import sensorium.multimodal.classify.SeveralScores;
import sensorium.multimodal.data.Melodies;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.judge.PictureJudge;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.multimodal.stamps.Recall;
import sensorium.tensor.Resampling;
import sensorium.tensor.Tensor;
import sensorium.vision.ImageProcessor;
import sensorium.vision.PictureAutoencoder;
import sensorium.vision.PictureCodec;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.ReadPictures;
import sensorium.vision.Vit;

/** {@code eval MODEL}: the metrics that belong to a model. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        description = {
            "Measure a model: the four tiers of a shared space on the stamps, its recall in every direction, how its"
                    + " senses lie to each other and what labels it tells apart, the accuracy of a classifier, what two classifiers think of the pictures that a"
                    + " diffusion model makes, how much of speech is written wrongly.",
            "Where the data tells what notes are played (music), how well pitch and tempo are heard too; that needs no model.",
            "Scored is the split 'test', else 'validation', else all there is; --split picks another."
        })
final class EvalCommand implements Runnable {
    /** Pictures that a model makes at once. */
    private static final int AT_ONCE = 100;

    private static final int LEAST_JUDGED = 10;
    /** Pictures of labels that are judged, where nothing else is said. */
    private static final int LABELLED = 1000;
    /** Likewise of words. */
    private static final int PROMPTS = 200;
    /** Sounds that are tokenized and heard again, by Griffin-Lim too, which takes about a second for each. */
    private static final int MOST_SOUNDS = 200;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A run folder. Music is heard without one.")
    private Path model;

    @Mixin
    private DataOptions data;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private SpaceMeasurement.Options ofSpace;

    @Option(
            names = {"-n", "--samples"},
            paramLabel = "N",
            description =
                    "Pictures that are made to be judged (default: 1000; 200 of words). Any to any: things in each direction.")
    private Integer count;

    @Option(
            names = "--space",
            paramLabel = "RUN",
            description = "The model of train shared-space that judges what is made of words, and any to any.")
    private Path space;

    @Mixin
    private SpeechData speech;

    @Mixin
    private SpeechOptions writing;

    @Override
    public void run() {
        common.backend();
        try (var progress = new Progress()) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            if (model == null) {
                new MusicMeasurement(common, data).run(data.open(), watcher);
                return;
            }
            switch (new ModelFolder(model).open()) {
                case OpenedModel.Space s ->
                    new SpaceMeasurement(common, data, ofSpace).run(s.model(), new ModelFolder(model).data(), watcher);
                case OpenedModel.Classes classes -> {
                    SpaceData known = data.open();
                    scores(
                            classes.model(),
                            known,
                            Examples.forScoring(classes.model().config(), known.scored(data.split), watcher),
                            watcher);
                }
                case OpenedModel.Published(Vit vit, ImageProcessor preprocessing, String _) ->
                    published(new PublishedClassifier.OfPictures(vit, preprocessing), watcher);
                case OpenedModel.Sounds sounds -> published(new PublishedClassifier.OfSounds(sounds.model()), watcher);
                case OpenedModel.Diffusion made
                when made.model().asking().labels().isEmpty() -> {
                    sampling.requireKnown();
                    new PromptEvaluation(common, made.model(), sampling)
                            .run(data.open(), space, count == null ? PROMPTS : count, progress);
                }
                case OpenedModel.Diffusion made -> pictures(made, progress, watcher);
                case OpenedModel.Prior made -> pictures(made, progress, watcher);
                case OpenedModel.Tokens tokens -> tokens(tokens.model(), watcher);
                case OpenedModel.Maps maps -> maps(maps.model(), watcher);
                case OpenedModel.Codec codec -> sounds(codec.model(), progress, watcher);
                case OpenedModel.AnyTokens any -> {
                    sampling.requireKnown();
                    int samples = count == null ? PROMPTS : count;
                    if (samples < 1) {
                        throw new ParameterException(spec.commandLine(), "-n must be at least 1");
                    }
                    new AnyToAnyScores(common, sampling, any.model()).run(data.open(), space, samples, watcher);
                }
                case OpenedModel.Captions captions -> captions(captions.model(), watcher);
                case OpenedModel.Hearing hearing -> {
                    SpaceData known = data.open();
                    new SpeechScores(common, hearing.model(), writing.chosen(null), watcher)
                            .print(known, speech.corpus(known));
                }
                case OpenedModel published ->
                    throw new BadInputException(model + ": a published " + published.kind()
                            + " model, for which there are no metrics here; train a classifier: sensorium train"
                            + " classify");
            }
        }
    }

    private void captions(CaptionWriter writer, Material.Watcher watcher) {
        String language = speech.language == null ? CaptionData.LANGUAGE : speech.language;
        CaptionData pictures = CaptionData.open(data.open(), language, watcher);
        CaptionScores scores =
                CaptionScores.of(writer, pictures.seen(), pictures.others(), CaptionWriter.Options.USUAL, watcher);
        Map<String, Object> json = scores.toMap();
        json.put("data", data.name);
        json.put("skipped", pictures.skipped().count());
        common.print(json, scores.words() + pictures.skipped().summary());
    }

    /** Makes as many of each label, and has them judged. */
    private void pictures(OpenedModel opened, Progress progress, Material.Watcher watcher) {
        sampling.requireKnown();
        PictureMaker maker = PictureMaker.of(opened, new ModelFolder(model), sampling);
        var _ = maker.evaluations(); // steps that cannot be made are refused before judges are trained
        SpaceData known = data.open();
        var judges = new Judges(common, progress, known.folder());
        List<String> labels = judges.config().labels();
        if (!labels.equals(maker.labels())) {
            throw new BadInputException("the model makes " + maker.labels() + ", the data has " + labels
                    + "; judge it on what it was trained on");
        }
        int n = count == null ? LABELLED : count;
        if (n < Math.max(LEAST_JUDGED, labels.size())) {
            throw new ParameterException(
                    spec.commandLine(), "-n must be at least " + Math.max(LEAST_JUDGED, labels.size()));
        }
        var training = Examples.forScoring(judges.config(), known.folder().forTraining(), watcher);
        var test = Examples.forScoring(judges.config(), known.scored(data.split), watcher);
        PictureJudge judge = judges.open(training);
        int[] asked = IntStream.range(0, n).map(i -> i % labels.size()).toArray();
        long began = System.nanoTime();
        float[] made = made(maker, asked, test.length(), progress);
        double seconds = (System.nanoTime() - began) * 1e-9;
        Map<String, Double> verdict = judge.verdict(made, asked, training, test, common.seed, watcher);
        Map<String, Object> json = new LinkedHashMap<>(verdict);
        json.put("n", n);
        json.putAll(maker.settings());
        json.put("sampling_seconds", seconds);
        json.put("data", data.name);
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "of %d pictures %.1f %% are taken for what was asked (the judge is right for %.1f %% of real"
                                + " ones); Fréchet distance %.3f, of real ones %.3f, of a Gaussian of pixels %.3f;"
                                + " precision %.2f, recall %.2f",
                        n,
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
            List<String> labels = Arrays.stream(asked, from, Math.min(asked.length, from + AT_ONCE))
                    .mapToObj(maker.labels()::get)
                    .toList();
            progress.update("making pictures", from, asked.length, "");
            Scope.tidyRun(() -> {
                Tensor pictures = fitted(maker.make(labels, common.seed + at, (_, _) -> {}), length);
                float[] pixels = pictures.clamp(-1, 1).plus(1).times(0.5).toFloats();
                System.arraycopy(pixels, 0, all, at * length, pixels.length);
            });
        }
        return all;
    }

    /** As large as those are that the judges see. */
    private static Tensor fitted(Tensor pictures, int length) {
        int side = (int) Math.round(Math.sqrt((double) length / pictures.dim(1)));
        return side == pictures.dim(2) ? pictures : pictures.interpolate(side, side, Resampling.BILINEAR);
    }

    private void tokens(PictureTokenizer model, Material.Watcher watcher) {
        Examples examples = heldOut(model, watcher);
        read(ReadPictures.measure(model, PictureData.pixels(examples)), examples.size());
    }

    private void maps(PictureAutoencoder model, Material.Watcher watcher) {
        Examples examples = heldOut(model, watcher);
        read(ReadPictures.measure(model, PictureData.pixels(examples)), examples.size());
    }

    private Examples heldOut(PictureCodec model, Material.Watcher watcher) {
        PictureData known = PictureData.whole(data.name).ofAllLabels();
        known.requireLike(model);
        return known.heldOut(data.split, watcher);
    }

    private void read(Map<String, Double> measures, int n) {
        Map<String, Object> json = new LinkedHashMap<>();
        for (String name : List.of("psnr", "ssim", "used", "perplexity", "deviation")) {
            if (measures.containsKey(name)) {
                json.put(name, measures.get(name));
            }
        }
        json.put("n", n);
        json.put("data", data.name);
        common.print(json, TokensView.words(measures) + ", of " + n + " pictures");
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

    private void published(PublishedClassifier model, Material.Watcher watcher) {
        SpaceData known = data.open();
        scores(model, known, Examples.of(model, known.scored(data.split), watcher), watcher);
    }

    private void several(SeveralScores scores, Skipped skipped) {
        Map<String, Object> json = new LinkedHashMap<>(scores.measures());
        json.put("n", scores.count());
        json.put("data", data.name);
        json.put("skipped", skipped.count());
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "F1 of labels %.3f; all labels right of %.2f %% of %d%s",
                        scores.f1(),
                        100 * scores.accuracy(),
                        scores.count(),
                        skipped.summary()));
    }

    private void scores(ClassificationModel model, SpaceData known, Examples examples, Material.Watcher watcher) {
        if (model.several()) {
            several(
                    SeveralScores.of(model, examples),
                    Skipped.all(known.folder().skipped(), examples.skipped()));
            return;
        }
        var scores = Scores.of(model, examples);
        var skipped = Skipped.all(known.folder().skipped(), examples.skipped());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("accuracy", scores.accuracy());
        json.put("n", scores.count());
        double[] interval = Recall.interval(scores.accuracy(), (int) scores.count());
        json.put("interval", interval);
        json.put("data", data.name);
        json.put("skipped", skipped.count());
        scores.measures().forEach(json::putIfAbsent); // of each label, and what was taken for what
        String words = String.format(
                Locale.ROOT,
                "accuracy %.2f %% (%.2f to %.2f) of %d%s",
                100 * scores.accuracy(),
                100 * interval[0],
                100 * interval[1],
                scores.count(),
                skipped.summary());
        var melodies = Melodies.read(known.folder());
        if (!melodies.isEmpty()) {
            var family = OptionalDouble.of(scores.accuracy());
            words += "; " + new MusicMeasurement(common, data).add(json, known, melodies, family, watcher);
        }
        common.print(json, words);
    }
}
