package sensorium.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import sensorium.app.report.Html;
import sensorium.app.report.LineChart;
import sensorium.nn.training.MetricsLog;

/** A run's {@code metrics.jsonl} as curves over its seconds: the loss, right answers in its batches, the rate. */
final class RunCurves {
    private RunCurves() {}

    static Html of(Path metrics) {
        Map<String, List<double[]>> series = new LinkedHashMap<>();
        if (Files.exists(metrics)) {
            for (var line : MetricsLog.read(metrics)) {
                double seconds = line.path("seconds").asDouble(Double.NaN);
                line.propertyNames().forEach(name -> {
                    if (line.get(name).isNumber() && !Double.isNaN(seconds)) {
                        series.computeIfAbsent(name, _ -> new ArrayList<>())
                                .add(new double[] {seconds, line.get(name).asDouble()});
                    }
                });
            }
        }
        return Html.of(
                "<div class=\"charts\">{}{}{}{}{}{}{}</div>",
                LineChart.of("Loss", "seconds", named(series, "loss"::equals)),
                LineChart.of("Right answers in training", "seconds", named(series, name -> name.endsWith("accuracy"))),
                LineChart.of("Codes: perplexity of their use", "seconds", named(series, "perplexity"::equals)),
                LineChart.of(
                        "Codes out of use, and put elsewhere",
                        "seconds",
                        named(series, name -> name.equals("dead") || name.equals("revived"))),
                LineChart.of(
                        "Of it the head's and the decoder's",
                        "seconds",
                        named(series, name -> name.equals("ctc") || name.equals("writing"))),
                LineChart.of("Nats a code, from what to what", "seconds", named(series, name -> name.contains("→"))),
                LineChart.of("Rate", "seconds", named(series, "rate"::equals)));
    }

    private static List<LineChart.Series> named(Map<String, List<double[]>> series, Predicate<String> wanted) {
        List<LineChart.Series> chosen = new ArrayList<>();
        series.forEach((name, points) -> {
            if (wanted.test(name)) {
                chosen.add(new LineChart.Series(
                        name.replace('_', ' '),
                        points.stream().mapToDouble(p -> p[0]).toArray(),
                        points.stream().mapToDouble(p -> p[1]).toArray()));
            }
        });
        return chosen;
    }
}
