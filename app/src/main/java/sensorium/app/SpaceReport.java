package sensorium.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import sensorium.app.report.GeometryTables;
import sensorium.app.report.Html;
import sensorium.app.report.Page;
import sensorium.app.report.SpaceMap;
import sensorium.app.report.TierTable;
import sensorium.app.report.TimeTable;
import sensorium.audio.Waveform;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.data.DataSet;
import sensorium.vision.Picture;

/** The report of a trained shared space. */
final class SpaceReport {
    private static final int MAPPED_PICTURES = 220;
    private static final int MAPPED_WORDS = 90;

    private final SpaceData data;
    private final SpaceTraining.Result result;
    private final Embedder embedder;

    SpaceReport(SpaceData data, SpaceTraining.Result result) {
        this.data = data;
        this.result = result;
        this.embedder = new Embedder(result.space());
    }

    /**
     * @param tables how the space lies, and what it is worth to other tasks
     * @param metrics the run's {@code metrics.jsonl}
     * @param made what was made with the space, to be looked at
     * @param spans where the time went
     */
    String html(
            List<TierTable.Row> rows,
            List<GeometryTables.Table> tables,
            Path metrics,
            List<Page.Section> made,
            List<TimeTable.Span> spans) {
        Gallery<Picture> pictures = Gallery.ofPictures(data.training(), embedder);
        Gallery<Waveform> sounds = Gallery.ofSounds(data.training(), embedder);
        List<Page.Section> sections = new ArrayList<>();
        sections.add(new Page.Section("How good it is", tierNote(), TierTable.of(rows)));
        sections.add(new Page.Section(
                "Ask it",
                "The five nearest of what it was trained on, with their cosines. Framed in green is what goes by the"
                        + " query's name; everything else is an honest mistake or a near relation.",
                new SpaceQueries(embedder, data, pictures, sounds).html()));
        sections.add(map(pictures));
        tables.forEach(t -> sections.add(t.section()));
        sections.addAll(made);
        sections.addAll(inside(pictures, sounds));
        sections.add(curves(metrics));
        sections.add(new Page.Section("Where the time went", "", TimeTable.of(spans)));
        return new Page(
                        "Words, pictures and sounds in one space",
                        "Three small transformers, trained from nothing on this machine: what means the same lies"
                                + " together, whether it is written, seen or heard.",
                        facts(),
                        sections,
                        footer())
                .html();
    }

    private String tierNote() {
        return data.protocol().isPresent()
                ? "R@1: how often the first answer was right, R@5: one of the first five. The orange mark is what there is"
                        + " to beat: a goal, or a baseline that learnt nothing. Grey bars did not reach it. The thin line"
                        + " is the 95 % interval."
                : "R@1: how often the first answer was right, R@5: one of the first five; the thin line is the 95 %"
                        + " interval.";
    }

    private List<Page.Fact> facts() {
        var outcome = result.outcome();
        var material = result.material();
        long captions =
                material.items().stream().mapToLong(i -> i.captions().size()).sum();
        return List.of(
                new Page.Fact(TimeTable.seconds(outcome.seconds()), "of training, " + TrainingReport.steps(outcome)),
                new Page.Fact(
                        data.name(),
                        count(material.items().size()) + " items, "
                                + count(material.concepts().size()) + " names"),
                new Page.Fact(count(material.pictures().size()), "pictures"),
                new Page.Fact(count(material.sounds().size()), "sounds"),
                new Page.Fact(count(captions), "captions"),
                TrainingReport.weights(result.space()));
    }

    private Page.Section map(Gallery<Picture> pictures) {
        List<SpaceMap.Seen> seen = pictures.some(MAPPED_PICTURES).stream()
                .map(e -> new SpaceMap.Seen(e.name(), e.value(), e.vector()))
                .toList();
        List<String> names = pictures.some(MAPPED_WORDS).stream()
                .map(Gallery.Entry::name)
                .distinct()
                .toList();
        float[][] vectors = embedder.texts(names);
        List<SpaceMap.Word> words = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            words.add(new SpaceMap.Word(names.get(i), vectors[i]));
        }
        return new Page.Section(
                "A map of the space",
                "Pictures and words on the plane of their two principal components, each sense around its own middle, drawn"
                        + " half by place and half by rank so that the crowd in the middle can be read. Point at a picture.",
                SpaceMap.of(seen, words));
    }

    private List<Page.Section> inside(Gallery<Picture> pictures, Gallery<Waveform> sounds) {
        var inside = new LookInside(result.space());
        List<Page.Section> sections = new ArrayList<>();
        if (!pictures.isEmpty()) {
            List<Html> views = pictures.examples(3).stream()
                    .map(e -> inside.picture(e.name(), e.value()))
                    .toList();
            sections.add(new Page.Section(
                    "What it looks at",
                    "Left the picture as the model sees it, cut into patches: point at one to see where it looks in the"
                            + " last block. Right what each head reads of the whole picture, bright where most.",
                    Html.join(views)));
        }
        if (!sounds.isEmpty()) {
            List<Html> views = sounds.examples(4).stream()
                    .map(e -> inside.sound(e.name(), e.value()))
                    .toList();
            sections.add(new Page.Section(
                    "What it hears",
                    "Log-mel spectrograms as the model gets them, time to the right, pitch upwards; below, a strip for each"
                            + " head: when it listens.",
                    Html.of("<div class=\"mels\">{}</div>", views)));
        }
        return sections;
    }

    private static Page.Section curves(Path metrics) {
        return new Page.Section(
                "How it learnt",
                "First the words alone, then pictures and sounds towards the words; the two parts have losses of"
                        + " their own, hence the step. Right answers are those in the augmented batches of training.",
                RunCurves.of(metrics));
    }

    private String footer() {
        String licence = DataSet.named(data.name())
                .map(set ->
                        "Data: the set '" + set.setName() + "', " + set.about() + "; licence: " + set.licence() + ". ")
                .orElse("Data: " + data.folder().root() + ". ");
        String share = data.protocol().isPresent()
                ? "The pictures and sounds on this page are those of Tux Paint's stamps and stay under their licences"
                        + " (GPL-2, some CC BY and CC BY-SA), which hold when the page is passed on. "
                : "";
        return licence + share + "Everything on this page is inside this one file; nothing is loaded from elsewhere.";
    }

    private static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }
}
