package sensorium.app.report;

import static sensorium.app.report.TierTable.share;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import sensorium.multimodal.geometry.Arithmetic;
import sensorium.multimodal.geometry.Between;
import sensorium.multimodal.geometry.Mean;
import sensorium.multimodal.geometry.Probe;
import sensorium.multimodal.geometry.SpaceShape;
import sensorium.multimodal.geometry.Transfer;
import sensorium.multimodal.geometry.ZeroShotScores;

/** The shape of a shared space and what it is worth elsewhere, as tables: the same for a page and for a terminal. */
public final class GeometryTables {
    private GeometryTables() {}

    /**
     * A table.
     *
     * @param note what one sees in it, in plain words
     */
    public record Table(String title, String note, List<String> head, List<List<String>> rows) {
        /** For a page. */
        public Page.Section section() {
            return new Page.Section(title, note, PlainTable.of(head, rows));
        }

        /** For a terminal, the columns side by side. */
        public String text() {
            int[] widths = new int[head.size()];
            List<List<String>> all = new ArrayList<>(List.of(head));
            all.addAll(rows);
            all.forEach(row -> {
                for (int c = 0; c < widths.length; c++) {
                    widths[c] = Math.max(widths[c], row.get(c).length());
                }
            });
            var text = new StringBuilder(title).append('\n');
            for (List<String> row : all) {
                var line = new StringBuilder();
                for (int c = 0; c < widths.length; c++) {
                    line.append("  ")
                            .append(row.get(c))
                            .append(" ".repeat(widths[c] - row.get(c).length()));
                }
                text.append(line.toString().stripTrailing()).append('\n');
            }
            return text.toString();
        }
    }

    /** Every table that a shape fills. */
    public static List<Table> of(SpaceShape shape) {
        List<Table> tables = new ArrayList<>();
        if (!shape.geometry().between().isEmpty()) {
            tables.add(between(
                    "How the senses lie to each other",
                    "Distances are squared: 0 is the same spot, 2 a right angle. 'Same' should be far below 'different'. The"
                            + " gap is how far the middles of two senses lie apart. CKA says how alike two senses order"
                            + " the world, 1 at most; in brackets what unrelated pairs reach. Last: how often the nearest"
                            + " of the held-out half is the right one, as it is and after the rotation that fits the"
                            + " other half best; a gain means the same shape, standing differently.",
                    shape.geometry().between()));
        }
        if (!shape.geometry().uniformity().isEmpty()) {
            tables.add(uniformity(shape.geometry().uniformity()));
        }
        if (!shape.arithmetic().isEmpty()) {
            tables.add(arithmetic(shape.arithmetic()));
            tables.add(examples(shape.arithmetic()));
        }
        if (shape.zeroShot().isPresent() || shape.probe().isPresent()) {
            tables.add(labels(shape.zeroShot(), shape.probe()));
        }
        return tables;
    }

    /** The same senses of two spaces that were trained separately. */
    public static Table towers(Map<String, Between> towers, String other) {
        return between(
                "The same sense in a space trained separately: " + other,
                "Two runs agree on no direction, so their vectors cannot be compared as they are; after a rotation that was"
                        + " fitted to half of the concepts, those of the other half are found as far as both runs have"
                        + " learnt the same shape.",
                towers);
    }

    private static Table between(String title, String note, Map<String, Between> all) {
        List<List<String>> rows = new ArrayList<>();
        all.forEach((name, b) -> rows.add(List.of(
                name.replace("_", " – "),
                Integer.toString(b.concepts()),
                number(b.alignment()),
                number(b.others()),
                number(b.gap()),
                number(b.cka()) + " (" + number(b.chance()) + ")",
                share(b.direct()) + " → " + share(b.rotated()) + " of " + b.heldOut())));
        return new Table(
                title, note, List.of("", "concepts", "same", "different", "gap", "CKA", "found, rotated"), rows);
    }

    private static Table uniformity(Map<String, Double> senses) {
        List<List<String>> rows = new ArrayList<>();
        senses.forEach((sense, u) -> rows.add(List.of(sense, number(u))));
        return new Table(
                "How evenly each sense fills the space",
                "Uniformity: 0 where everything lies on one spot, −4 where any two things lie at a right angle.",
                List.of("", "uniformity"),
                rows);
    }

    private static Table arithmetic(Map<String, Arithmetic> all) {
        List<List<String>> rows = new ArrayList<>();
        all.forEach((sense, a) -> rows.add(List.of(
                sense + " − word + word",
                share(a.right()),
                share(a.counted()),
                share(a.without()),
                Integer.toString(a.n()))));
        return new Table(
                "Arithmetic across senses",
                "Of every two names that differ in one word: what one name shows, less its word, plus the other's, and the"
                        + " nearest name. The name it came from is left out, or counted; beside it what is right without"
                        + " adding or taking away.",
                List.of("", "right", "origin counted", "nothing added", "questions"),
                rows);
    }

    private static Table examples(Map<String, Arithmetic> all) {
        List<List<String>> rows = new ArrayList<>();
        all.forEach((sense, a) -> a.examples()
                .forEach(e -> rows.add(List.of(
                        sense + " of '" + e.from() + "' − '" + e.less() + "' + '" + e.plus() + "'",
                        (e.answers().contains(e.meant()) ? "✓ " : "✗ ") + e.meant(),
                        String.join(" · ", e.answers())))));
        return new Table(
                "Some of these sums",
                "The three nearest names, the one it came from among them.",
                List.of("", "meant", "nearest"),
                rows);
    }

    private static Table labels(Optional<ZeroShotScores> zeroShot, Optional<Probe> probe) {
        List<List<String>> rows = new ArrayList<>();
        zeroShot.ifPresent(z -> {
            rows.add(List.of("by the label's name", "", share(z.bare()), ""));
            rows.add(List.of("by the name in several sentences", "", share(z.templates()), ""));
        });
        probe.ifPresent(p -> {
            p.curve()
                    .forEach((shots, mean) -> rows.add(List.of(
                            "a linear map of the vectors",
                            shots + " a label",
                            share(mean.mean()),
                            share(mean.low()) + " to " + share(mean.high()))));
            rows.add(List.of("a linear map of the vectors", "all " + p.trained(), share(p.linear()), ""));
            rows.add(List.of("always the most frequent", "", share(p.majority()), ""));
        });
        String asked = probe.map(p -> p.n() + " things, " + p.classes() + " labels")
                .or(() -> zeroShot.map(z -> z.n() + " things, " + z.classes() + " labels"))
                .orElseThrow();
        return new Table(
                "Labels it was never taught",
                "Share of held-out things whose label is told right (" + asked
                        + "). The space stays as it is; learnt is a"
                        + " linear map at most. Few examples: the mean of " + Probe.DRAWS
                        + " draws with its 95 % interval.",
                List.of("how", "learnt from", "right", "95 %"),
                rows);
    }

    /** A tower beside the same network trained from nothing. */
    public static Table transfer(Transfer t) {
        return new Table(
                "What was learnt through words helps elsewhere",
                "%d examples of each of %d labels, %d held-out things, mean of %d draws. The network from nothing is the space's own, trained %d steps on those examples, varied anew in each."
                        .formatted(t.shots(), t.classes(), t.n(), t.probe().draws(), t.steps()),
                List.of("", "right", "95 %"),
                List.of(
                        row("a linear map of the space's vectors", t.probe()),
                        row("a linear map of the tower's layers", t.layers()),
                        row("the same network, trained from nothing", t.scratch()),
                        row("gain of the vectors", t.probeGain()),
                        row("gain of the layers", t.gain()),
                        List.of("always the most frequent", share(t.majority()), "")));
    }

    private static List<String> row(String name, Mean mean) {
        return List.of(name, share(mean.mean()), share(mean.low()) + " to " + share(mean.high()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
