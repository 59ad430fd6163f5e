package sensorium.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/** Named tensors as a file, and on the standard output what is in it: a line each, or JSON. */
final class TensorsFile {
    private TensorsFile() {}

    /** @throws sensorium.BadInputException if the file cannot be written */
    static void write(CommonOptions common, Path out, Map<String, Tensor> tensors) {
        Safetensors.write(out, tensors, Map.of("format", "pt"));
        List<Row> rows = tensors.entrySet().stream()
                .map(e -> Row.of(e.getKey(), e.getValue()))
                .toList();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", out.toString());
        json.put("tensors", rows.stream().map(Row::toMap).toList());
        common.print(json, text(out, rows));
    }

    private static String text(Path out, List<Row> rows) {
        int name = rows.stream().mapToInt(r -> r.name.length()).max().orElse(0);
        int shape =
                rows.stream().mapToInt(r -> r.shape.toString().length()).max().orElse(0);
        String layout = "%-" + Math.max(4, name) + "s  %-4s  %-" + Math.max(5, shape) + "s  %11s  %11s  %11s";
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, layout, "name", "type", "shape", "min", "mean", "max"));
        for (Row r : rows) {
            lines.add(String.format(
                    Locale.ROOT, layout, r.name, r.type, r.shape, number(r.min), number(r.mean), number(r.max)));
        }
        lines.add(out.toString());
        return String.join("\n", lines);
    }

    private static String number(double x) {
        return String.format(Locale.ROOT, "%.6g", x);
    }

    private record Row(String name, DType type, Shape shape, double min, double mean, double max) {
        /** NaN in a tensor is NaN in all three. */
        static Row of(String name, Tensor t) {
            double[] values = Scope.tidy(() ->
                    (t.dtype().isFloat() ? t : t.to(DType.I64)).to(DType.F64).toDoubles());
            DoubleSummaryStatistics s = Arrays.stream(values).summaryStatistics();
            return new Row(name, t.dtype(), t.shape(), s.getMin(), s.getAverage(), s.getMax());
        }

        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", name);
            map.put("type", type.toString());
            map.put("shape", shape.dims());
            map.put("min", min);
            map.put("mean", mean);
            map.put("max", max);
            return map;
        }
    }
}
