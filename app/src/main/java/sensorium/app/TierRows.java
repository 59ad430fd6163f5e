package sensorium.app;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import sensorium.app.report.TierTable;
import sensorium.app.report.TierTable.Mark;
import sensorium.app.report.TierTable.Row;
import sensorium.multimodal.Tiers;
import sensorium.multimodal.stamps.Baseline;
import sensorium.multimodal.stamps.Recall;
import sensorium.multimodal.stamps.Tier;

/** Measured figures as rows beside what there is to beat, and those rows as text. */
final class TierRows {
    private static final Map<String, Double> GOALS = Map.of("text", .95, "speech", .80, "sound", .80);

    private TierRows() {}

    static List<Row> of(Tiers tiers) {
        List<Row> rows = new ArrayList<>();
        tiers.seen().forEach((asked, recall) -> rows.add(row(Tier.T0, asked, recall, true)));
        rows.add(row(Tier.T1, "image", tiers.known(), true));
        tiers.languages().forEach((language, recall) -> rows.add(row(Tier.T2, language, recall, true)));
        tiers.newWords()
                .forEach((language, recall) ->
                        rows.add(row(Tier.T2, language + ", words never trained on", recall, false)));
        rows.add(row(Tier.T3, "folder", tiers.folder(), true));
        return rows;
    }

    /** Those of a folder that has no protocol: nothing to beat but chance. */
    static List<Row> of(Map<String, Recall> directions) {
        return directions.entrySet().stream()
                .map(e -> new Row(
                        "Recall",
                        "over the items of the folder",
                        e.getKey().replace("_to_", " → "),
                        e.getValue().r1(),
                        OptionalDouble.of(e.getValue().r5()),
                        e.getValue().n(),
                        Optional.empty()))
                .toList();
    }

    private static Row row(Tier tier, String asked, Recall recall, boolean compared) {
        var r5 = tier == Tier.T3 ? OptionalDouble.empty() : OptionalDouble.of(recall.r5());
        return new Row(
                tier.name(),
                tier.question(),
                asked,
                recall.r1(),
                r5,
                recall.n(),
                compared ? mark(tier, asked) : Optional.empty());
    }

    /** The best baseline, or the goal where there is none. */
    private static Optional<Mark> mark(Tier tier, String asked) {
        if (tier == Tier.T0) {
            return Optional.ofNullable(GOALS.get(asked)).map(goal -> new Mark("goal", goal, OptionalDouble.empty()));
        }
        return Baseline.ALL.stream()
                .filter(b -> b.tier() == tier && b.query().equals(asked))
                .max(Comparator.comparingDouble(Baseline::r1))
                .map(b -> new Mark(b.method(), b.r1(), b.r5()));
    }

    /** For a terminal. */
    static String text(List<Row> rows) {
        var text = new StringBuilder("%-4s %-28s %5s %5s %5s   %-13s %s%n"
                .formatted("", "asked with", "R@1", "R@5", "n", "95 %", "to beat"));
        String tier = "";
        for (Row row : rows) {
            double[] interval = Recall.interval(row.r1(), Math.max(1, row.n()));
            text.append("%-4s %-28s %5s %5s %5d   %s to %s  %s%n"
                    .formatted(
                            row.tier().equals(tier) || row.tier().length() > 4 ? "" : row.tier(),
                            row.asked(),
                            TierTable.share(row.r1()),
                            row.r5().isPresent() ? TierTable.share(row.r5().getAsDouble()) : "",
                            row.n(),
                            TierTable.share(interval[0]),
                            TierTable.share(interval[1]),
                            row.mark()
                                    .map(m -> (row.r1() >= m.r1() ? "✓ " : "✗ ") + TierTable.share(m.r1()) + " "
                                            + m.name())
                                    .orElse("")));
            tier = row.tier();
        }
        return text.toString().stripTrailing();
    }
}
