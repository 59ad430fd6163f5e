package sensorium.benchmarks;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Rows as lines of text: columns of fixed width for a terminal, or Markdown. */
record Table(boolean markdown) {
    private static final List<String> HEAD =
            List.of("case", "threads", "ours", "unit", "runs/s", "of peak", "theirs (ours/theirs)");

    String head() {
        return markdown ? line(HEAD) + "\n|---|---:|---:|---|---:|---:|---|" : line(HEAD);
    }

    String row(Row row) {
        String peers = row.peers().entrySet().stream()
                .map(e -> "%s %.1f (%.2f)".formatted(e.getKey(), e.getValue(), row.ratio(e.getKey())))
                .collect(Collectors.joining(", "));
        return line(List.of(
                row.name(),
                Integer.toString(row.threads()),
                "%.1f".formatted(row.ours()),
                row.roof().unit(),
                "%.4g".formatted(row.runs()),
                "%.0f %%".formatted(100 * row.share()),
                peers));
    }

    String cost(Cost cost) {
        String peer = cost.peer() == null
                ? ""
                : "%s %.1f (theirs/ours %.2f)".formatted(Torch.NAME, cost.peer(), cost.ratio());
        return line(List.of(
                cost.name(),
                Integer.toString(cost.threads()),
                "%.2f".formatted(cost.ours()),
                cost.unit(),
                "",
                "",
                peer));
    }

    /** The last lines: how each group fares against the best of the others. */
    String means(Collection<Row> rows) {
        String title = "Geometric mean of ours over the best of theirs:";
        return Row.means(rows).entrySet().stream()
                .map(this::mean)
                .collect(Collectors.joining("\n", "\n" + title + (markdown ? "\n\n" : "\n"), ""));
    }

    private String mean(Map.Entry<String, Double> mean) {
        return (markdown ? "- %s: %.2f" : "  %-24s %.2f").formatted(mean.getKey(), mean.getValue());
    }

    private String line(List<String> cells) {
        return markdown
                ? cells.stream().collect(Collectors.joining(" | ", "| ", " |"))
                : "%-36s %7s %9s %-8s %9s %7s  %s".formatted(cells.toArray()).stripTrailing();
    }
}
