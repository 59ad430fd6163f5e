package sensorium.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sensorium.BadInputException;
import sensorium.app.report.Html;
import sensorium.app.report.Media;
import sensorium.app.report.Page;
import sensorium.app.report.PlainTable;
import sensorium.app.report.TimeTable;
import sensorium.memory.Scope;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.caption.CaptionRecipe;
import sensorium.multimodal.caption.CaptionWriter;
import sensorium.multimodal.caption.Captioner;
import sensorium.multimodal.caption.PictureNames;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.nn.training.Trainer;
import sensorium.tensor.Tensor;
import sensorium.text.Units;
import sensorium.vision.Picture;
import sensorium.vision.PictureAugment;
import sensorium.vision.PictureBank;
import sensorium.vision.PictureGrid;

/** {@code train caption}: pictures to words. */
@Command(
        name = "caption",
        mixinStandardHelpOptions = true,
        description = "Learn to say what pictures show, from pictures with texts or labels.")
final class TrainCaptionCommand implements Runnable {
    private static final int SHOWN = 24;

    @Mixin
    private CommonOptions common;

    @Mixin
    private TrainingOptions options;

    @Option(
            names = "--tower",
            paramLabel = "RUN",
            description = "A model of train shared-space that sees the pictures, as it is (default: learn to see too).")
    private Path tower;

    @Option(
            names = "--cross",
            description = "Let the decoder attend to the picture, which otherwise stands before the text.")
    private boolean cross;

    @Option(
            names = "--units",
            paramLabel = "U",
            description = "What is written: characters, bpe or words (default: ${DEFAULT-VALUE}).")
    private String unitNames = "bpe";

    @Option(
            names = "--language",
            paramLabel = "L",
            description = "Of the texts, where they name languages (default: ${DEFAULT-VALUE}).")
    private String language = CaptionData.LANGUAGE;

    @Override
    public void run() {
        common.backend();
        options.requirePositive();
        options.overrides().requireAllTaken();
        var kind = Units.Kind.named(unitNames);
        SharedSpace space = tower == null ? null : new ModelFolder(tower).openSpace();
        if (space != null && space.config().frames() > 1) {
            throw new BadInputException(tower + ": a space that sees films; captions are of still pictures");
        }
        SpaceData known = SpaceData.open(options.data);
        long began = System.nanoTime();
        CaptionWriter writer;
        Trainer.Outcome outcome;
        double decoding;
        CaptionData data;
        CaptionScores scores;
        Page.Section shown;
        try (var progress = new Progress()) {
            Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
            // What is written has to be known before the model can be: so the data comes first here.
            data = CaptionData.open(known, language, watcher);
            decoding = (System.nanoTime() - began) * 1e-9;
            Units units = Units.of(
                    kind, data.seen().texts().stream().flatMap(List::stream).toList());
            Captioner.Config config = space == null
                    ? Captioner.Config.small(units, cross)
                    : Captioner.Config.of(space.config().side(), space.config().picture(), units, cross, false);
            try (var folder = options.folder(ModelFolder.config(config))) {
                Weights fresh = Weights.random(common.seed);
                Captioner model =
                        space == null ? Captioner.of(fresh, config) : Captioner.of(fresh, config, space.picture());
                writer = new CaptionWriter(model);
                var recipe = new CaptionRecipe(model, data.seen(), units, common.seed);
                outcome = Trainer.train(
                        recipe,
                        options.plan(CaptionRecipe.plan(common.seed, options.length(folder, recipe::steps))),
                        folder,
                        new TrainingView(common, progress));
            }
            scores = CaptionScores.of(writer, data.seen(), data.others(), CaptionWriter.Options.USUAL, watcher);
            shown = shown(writer, data.others() == null ? data.seen() : data.others());
        }
        double training = (System.nanoTime() - began) * 1e-9 - decoding;
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("pictures", data.seen().bank().size());
        about.put("parameters", writer.model().parameterCount());
        new TrainingReport(
                        "Captions, learnt from " + options.data,
                        options.data,
                        "%,d pictures".formatted(data.seen().bank().size()),
                        data.skipped(),
                        writer.model(),
                        outcome,
                        List.of(
                                new TimeTable.Span("decode", decoding),
                                new TimeTable.Span("train and evaluate", training)),
                        List.of(
                                new Page.Section(
                                        "How many are exactly right",
                                        "A caption counts where it is the picture's name, letter by letter.",
                                        PlainTable.of(
                                                List.of("pictures", "right", "95 % interval", "n"), scores.rows())),
                                shown))
                .print(common, options.out, about, scores.toMap(), scores.words());
    }

    /** Captions under their pictures. */
    private static Page.Section shown(CaptionWriter writer, PictureNames pictures) {
        int n = Math.min(SHOWN, pictures.bank().size());
        List<CaptionWriter.Written> written = writer.write(
                pictures.bank(),
                IntStream.range(0, n).toArray(),
                Embedder.PLAIN,
                0,
                CaptionWriter.Options.USUAL,
                (_, _, _) -> {});
        List<Html> cards = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            String said = written.get(i).text();
            List<String> names = pictures.texts().get(i);
            cards.add(Html.of(
                    "<figure class=\"caption\">{}<figcaption><b>{}</b><br>{}</figcaption></figure>",
                    Media.picture(picture(writer, pictures.bank(), i), names.getFirst()),
                    said.isEmpty() ? "(nothing)" : said,
                    names.contains(said) ? "right" : "is: " + names.getFirst()));
        }
        return new Page.Section(
                "What is said",
                "As the model sees them, under each what it says.",
                Html.of("<div class=\"captions\">{}</div>", cards));
    }

    private static Picture picture(CaptionWriter writer, PictureBank bank, int i) {
        int side = writer.model().config().side();
        var augment = new PictureAugment(bank, side, Embedder.PLAIN, 0);
        float[] pixels = new float[augment.length()];
        augment.draw(i, 0, pixels, 0);
        for (int p = 0; p < pixels.length; p++) {
            pixels[p] = 2 * pixels[p] - 1;
        }
        return Scope.tidy(() -> PictureGrid.of(Tensor.of(pixels, 1, 3, side, side), 1));
    }
}
