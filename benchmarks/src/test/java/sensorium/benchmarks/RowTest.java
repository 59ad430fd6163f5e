package sensorium.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class RowTest {
    private static Row row(String name, int threads, double ours, Map<String, Double> peers) {
        return new Row(name, threads, Roof.FMA, 25e9, ours, 100, new TreeMap<>(peers));
    }

    @Test
    void jsonHasAnObjectForEveryPeer() {
        Row row = row("gemm/8x8x8", 2, 50, Map.of("mkl", 80.0, "libtorch", 40.0));
        assertThat(JsonMapper.shared().writeValueAsString(row.json()))
                .isEqualTo(
                        "[{\"name\":\"gemm/8x8x8\",\"threads\":2,\"ours\":50.0,\"unit\":\"GFLOP/s\",\"runs_per_second\":2.0,\"share\":0.5,"
                                + "\"peer\":\"libtorch\",\"theirs\":40.0,\"ratio\":1.25},"
                                + "{\"name\":\"gemm/8x8x8\",\"threads\":2,\"ours\":50.0,\"unit\":\"GFLOP/s\",\"runs_per_second\":2.0,\"share\":0.5,"
                                + "\"peer\":\"mkl\",\"theirs\":80.0,\"ratio\":0.625}]");
    }

    @Test
    void jsonWithoutPeersHasOneObject() {
        assertThat(row("peak/fma", 1, 100, Map.of()).json())
                .containsExactly(Map.of(
                        "name",
                        "peak/fma",
                        "threads",
                        1,
                        "ours",
                        100.0,
                        "unit",
                        "GFLOP/s",
                        "runs_per_second",
                        4.0,
                        "share",
                        1.0));
    }

    @Test
    void meansAreOfTheRatiosToTheBestPeerByGroupAndThreads() {
        var means = Row.means(List.of(
                row("peak/fma", 1, 100, Map.of()),
                row("gemm/a", 1, 10, Map.of("x", 5.0, "y", 20.0)), // 0.5
                row("gemm/b", 1, 8, Map.of("x", 4.0)), // 2
                row("gemm/a", 2, 30, Map.of("x", 10.0)),
                row("rows/a", 1, 7, Map.of("x", 14.0))));
        assertThat(means.keySet()).containsExactly("gemm, 1 thread", "gemm, 2 threads", "rows, 1 thread");
        assertThat(means.get("gemm, 1 thread")).isCloseTo(1, within(1e-12));
        assertThat(means.get("gemm, 2 threads")).isCloseTo(3, within(1e-12));
        assertThat(means.get("rows, 1 thread")).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void theTableShowsEveryPeerWithItsRatio() {
        Row row = row("gemm/8x8x8", 2, 50, Map.of("mkl", 80.0, "libtorch", 40.0));
        assertThat(new Table(false).row(row))
                .containsSubsequence(
                        "gemm/8x8x8", "2", "50.0", "GFLOP/s", "2.000", "50 %", "libtorch 40.0 (1.25), mkl 80.0 (0.63)");
        assertThat(new Table(true).row(row))
                .isEqualTo(
                        "| gemm/8x8x8 | 2 | 50.0 | GFLOP/s | 2.000 | 50 % | libtorch 40.0 (1.25), mkl 80.0 (0.63) |");
        assertThat(new Table(true).head().lines().count()).isEqualTo(2);
    }
}
