package sensorium.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class OutputTest {
    private static final Row PEAK = new Row("peak/fma", 1, Roof.FMA, 1e9, 100, 100, Map.of());
    private static final Row CASE =
            new Row("gemm/8x8x8", 1, Roof.FMA, 1e9, 50, 100, Map.of("mkl", 80.0, "libtorch", 40.0));

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void jsonIsAnArrayOfEveryRowsObjects() {
        var output = new Output.Json(new PrintStream(bytes, false, UTF_8));
        output.begin();
        output.row(PEAK);
        output.row(CASE);
        output.end(List.of(PEAK, CASE));
        var objects = JsonMapper.shared().readTree(bytes.toString(UTF_8));
        assertThat(objects.isArray()).isTrue();
        assertThat(objects.size()).isEqualTo(3);
        assertThat(objects.get(0).get("name").asString()).isEqualTo("peak/fma");
        assertThat(objects.get(2).has("ratio")).isTrue();
    }

    @Test
    void jsonOfNothingIsAnEmptyArray() {
        var output = new Output.Json(new PrintStream(bytes, false, UTF_8));
        output.begin();
        output.end(List.of());
        assertThat(bytes.toString(UTF_8)).isEqualTo("[]" + System.lineSeparator());
    }

    @Test
    void aKilledRunLacksTheClosingBracketAlone() {
        var output = new Output.Json(new PrintStream(bytes, false, UTF_8));
        output.begin();
        output.row(PEAK);
        output.row(CASE);
        assertThat(JsonMapper.shared().readTree(bytes.toString(UTF_8) + "]").size())
                .isEqualTo(3);
    }
}
