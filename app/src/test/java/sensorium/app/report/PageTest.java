package sensorium.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;
import sensorium.random.Philox;
import sensorium.vision.Picture;

final class PageTest {
    private static final String NASTY = "<script>alert('x')</script> & \"Co\"";
    private static final Pattern LOADED = Pattern.compile("(?:src|href)=\"([^\"]*)\"");

    @Test
    void loadsNothingFromElsewhere() throws Exception {
        String html = sample().html();
        Files.writeString(Files.createDirectories(Path.of("target")).resolve("report-sample.html"), html);
        assertThat(html).doesNotContain("http:", "https:", "//cdn", "@import");
        // What scripts show is what pictures of the page show.
        assertThat(html.replaceAll("url\\(\\$\\{\\w+\\.src}\\)", "")).doesNotContain("url(");
        assertThat(LOADED.matcher(html).results().map(m -> m.group(1)))
                .hasSizeGreaterThan(20)
                .allSatisfy(target -> assertThat(target).startsWith("data:"));
        assertThat(html.length()).isLessThan(6 << 20);
    }

    @Test
    void whatComesFromOutsideIsEscaped() {
        assertThat(sample().html())
                .doesNotContain("<script>alert")
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Co&quot;");
    }

    @Test
    void placesAndValuesMustMatch() {
        assertThat(Html.of("<b>{}</b>{}", "a<b", new Html("<i>")).markup()).isEqualTo("<b>a&lt;b</b><i>");
        assertThatThrownBy(() -> Html.of("{}")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Html.of("", 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMissIsShownAsOne() {
        var mark = new TierTable.Mark("k-NN", .43, OptionalDouble.empty());
        var row = new TierTable.Row("T3", "folder", "picture", .40, OptionalDouble.empty(), 142, Optional.of(mark));
        assertThat(TierTable.of(List.of(row)).markup()).contains("not reached", "class=\"missed\"", ".400", ".430");
        var free = new TierTable.Row("Recall", "", "picture", .40, OptionalDouble.empty(), 142, Optional.empty());
        assertThat(TierTable.of(List.of(row, free)).markup()).contains("\"tiers marked\"");
        assertThat(TierTable.of(List.of(free)).markup()).contains("\"tiers unmarked\"");
    }

    @Test
    void noCosineIsMinusZero() {
        var answer = new QueryCard.Answer(Html.NOTHING, "a", -.004, false);
        assertThat(new QueryCard("", Html.NOTHING, "", List.of(answer)).html().markup())
                .contains(">0.00<")
                .doesNotContain("-0.00");
    }

    @Test
    void coloursGetBrighter() {
        double before = -1;
        for (int i = 0; i <= 20; i++) {
            int rgb = ColourMap.rgb(i / 20.0);
            double luminance = .2126 * (rgb >> 16 & 255) + .7152 * (rgb >> 8 & 255) + .0722 * (rgb & 255);
            assertThat(luminance).isGreaterThan(before);
            before = luminance;
        }
    }

    @Test
    void thePlaneHoldsMostOfTheSpread() {
        double[][] points = new double[60][5];
        for (int i = 0; i < points.length; i++) {
            Philox random = Philox.keyed(1, i);
            points[i][3] = 10 * (random.uniform(0) - 0.5);
            points[i][1] = 3 * (random.uniform(1) - 0.5);
            points[i][0] = 0.1 * (random.uniform(2) - 0.5);
        }
        double[][] plane = Pca.plane(points);
        for (int i = 0; i < points.length; i++) {
            assertThat(Math.abs(plane[i][0]))
                    .isCloseTo(Math.abs(points[i][3]), org.assertj.core.data.Offset.offset(1.0));
        }
    }

    private static Page sample() {
        List<String> names = List.of("duck", "cow", "horse", "guitar", NASTY, "bell", "red apple");
        List<Html> answers = new ArrayList<>();
        names.forEach(n -> answers.add(Media.picture(drawn(n), n)));
        var queries = List.of(
                card("words → pictures", QueryCard.words("a duck"), "", answers, names),
                card("a voice → pictures", Media.player(tone(440), "cow"), "cow", answers, names),
                card(
                        "a picture → sounds",
                        Media.picture(drawn("horse"), "horse"),
                        "horse",
                        IntStream.range(0, 7)
                                .mapToObj(i -> Media.player(tone(200 + 90 * i), "s"))
                                .toList(),
                        names));
        var seen = new ArrayList<SpaceMap.Seen>();
        var words = new ArrayList<SpaceMap.Word>();
        for (int i = 0; i < 80; i++) {
            String name = names.get(i % names.size());
            seen.add(new SpaceMap.Seen(name, drawn(name + i), vector(i, i % names.size())));
            words.add(new SpaceMap.Word(name, vector(1000 + i, i % names.size())));
        }
        double[] x = IntStream.rangeClosed(1, 900).mapToDouble(i -> i / 4.0).toArray();
        double[] y = Arrays.stream(x)
                .map(v -> 4 * Math.exp(-v / 60) + 0.3 * Math.sin(17 * v) * Math.exp(-v / 90) + .3)
                .toArray();
        double[] accuracy = Arrays.stream(x).map(v -> 1 - Math.exp(-v / 50)).toArray();
        return new Page(
                "Words, pictures and sounds in one space",
                "Trained for four minutes on 449 pictures: " + NASTY,
                List.of(
                        new Page.Fact("4 min 00 s", "training"),
                        new Page.Fact("2,412", "steps"),
                        new Page.Fact("1.9 M", "weights"),
                        new Page.Fact("cpu", "2 threads, 256-bit lanes")),
                List.of(
                        new Page.Section("How good it is", "Grey: not reached.", TierTable.of(rows())),
                        new Page.Section(
                                "Ask it",
                                "",
                                new Html("<div class=\"queries\">"
                                        + Html.join(queries.stream()
                                                .map(QueryCard::html)
                                                .toList()) + "</div>")),
                        new Page.Section("A map of the space", "", SpaceMap.of(seen, words)),
                        new Page.Section("How it looks", "", attention()),
                        new Page.Section("What it hears", "", Html.of("<div class=\"mels\">{}{}</div>", mel(), mel())),
                        new Page.Section(
                                "How it learnt",
                                "",
                                Html.of(
                                        "<div class=\"charts\">{}{}</div>",
                                        LineChart.of("loss", "seconds", List.of(new LineChart.Series("loss", x, y))),
                                        LineChart.of(
                                                "right answers",
                                                "seconds",
                                                List.of(
                                                        new LineChart.Series("pictures", x, accuracy),
                                                        new LineChart.Series(
                                                                "sounds",
                                                                x,
                                                                Arrays.stream(accuracy)
                                                                        .map(v -> v * v)
                                                                        .toArray()))))),
                        new Page.Section(
                                "Where the time went",
                                "",
                                TimeTable.of(List.of(
                                        new TimeTable.Span("training", 240), new TimeTable.Span("decode", 9.3))))),
                "Pictures and sounds: " + NASTY);
    }

    private static List<TierTable.Row> rows() {
        var none = OptionalDouble.empty();
        return List.of(
                new TierTable.Row(
                        "T0",
                        "seen items",
                        "text",
                        .97,
                        OptionalDouble.of(1),
                        449,
                        Optional.of(new TierTable.Mark("goal", .95, none))),
                new TierTable.Row(
                        "T0",
                        "seen items",
                        "sound",
                        .71,
                        OptionalDouble.of(.93),
                        83,
                        Optional.of(new TierTable.Mark("goal", .80, none))),
                new TierTable.Row(
                        "T1",
                        "new picture",
                        "image",
                        .22,
                        OptionalDouble.of(.42),
                        36,
                        Optional.of(new TierTable.Mark("colour and pixels", .167, OptionalDouble.of(.306)))),
                new TierTable.Row(
                        "T2",
                        "new language",
                        "pt without shared words",
                        .53,
                        OptionalDouble.of(.7),
                        300,
                        Optional.empty()));
    }

    private static QueryCard card(String kind, Html query, String name, List<Html> shown, List<String> names) {
        List<QueryCard.Answer> answers = IntStream.range(0, 5)
                .mapToObj(i -> new QueryCard.Answer(shown.get(i), names.get(i), .9 - .1 * i, i == 0))
                .toList();
        return new QueryCard(kind, query, name, answers);
    }

    private static Html attention() {
        var random = Philox.keyed(5);
        List<float[]> heads = IntStream.range(0, 4)
                .mapToObj(h -> floats(36, i -> random.uniform(h * 36 + i)))
                .toList();
        float[][] patches = IntStream.range(0, 36)
                .mapToObj(q -> floats(36, k -> Math.exp(-Math.abs(q - k) / 4.0)))
                .toArray(float[][]::new);
        return new AttentionView("duck", drawn("duck"), 6, 6, heads, patches).html();
    }

    private static Html mel() {
        float[] values = floats(100 * 40, i -> Math.sin(i % 40 * .3 + Math.floorDiv(i, 40) * .1));
        return new MelView(
                        NASTY,
                        tone(440),
                        new Spectrogram(values, 100, 40),
                        1.6,
                        60,
                        7600,
                        List.of(floats(25, i -> i / 25.0)))
                .html();
    }

    private static float[] floats(int n, java.util.function.IntToDoubleFunction f) {
        var out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) f.applyAsDouble(i);
        }
        return out;
    }

    private static float[] vector(int seed, int group) {
        return floats(
                16,
                d -> 0.3 * Philox.keyed(seed).normal(d) + Philox.keyed(7, group).normal(d));
    }

    /** A disc of a colour of its own on nothing. */
    private static Picture drawn(String name) {
        int side = 120;
        int colour = name.hashCode();
        var bytes = new byte[side * side * 4];
        for (int i = 0; i < side * side; i++) {
            boolean inside = Math.hypot(i % side - 60.0, Math.floorDiv(i, side) - 60.0) < 52;
            bytes[4 * i] = (byte) colour;
            bytes[4 * i + 1] = (byte) (colour >> 8);
            bytes[4 * i + 2] = (byte) (i / side * 2);
            bytes[4 * i + 3] = (byte) (inside ? 255 : 0);
        }
        return new Picture(side, side, 4, bytes);
    }

    private static Waveform tone(double hertz) {
        return new Waveform(floats(16_000, i -> 0.3 * Math.sin(2 * Math.PI * hertz * i / 16_000)), 16_000);
    }
}
