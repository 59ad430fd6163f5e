package sensorium.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PhiloxTest {
    /** The known answers that the authors publish with Random123 for philox4x32-10. */
    @Test
    void knownAnswers() {
        check(0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        check(-1, -1, -1, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        check(
                0x299f31d0_a4093822L,
                0x03707344_13198a2eL,
                0x85a308d3_243f6a88L,
                0xd16cfe09,
                0x94fdcceb,
                0x5001e420,
                0x24126ea1);
    }

    private static void check(long seed, long stream, long block, int... words) {
        var philox = new Philox(seed, stream);
        assertThat(IntStream.range(0, 4).map(lane -> philox.bits(block, lane)).toArray())
                .containsExactly(words);
    }

    @Test
    void uniformNumbersAreUniform() {
        var philox = new Philox(1, 2);
        int n = 100_000;
        double[] u = IntStream.range(0, n).mapToDouble(philox::uniform).toArray();
        assertThat(Arrays.stream(u)).allMatch(x -> x >= 0 && x < 1);
        assertThat(Arrays.stream(u).average().orElseThrow()).isEqualTo(0.5, Offset.offset(0.005));
        int[] bins = new int[16];
        for (double x : u) {
            bins[(int) (x * 16)]++;
        }
        // χ² with 15 degrees of freedom exceeds 37.7 once in a thousand.
        assertThat(Arrays.stream(bins)
                        .mapToDouble(b -> (b - n / 16.0) * (b - n / 16.0) / (n / 16.0))
                        .sum())
                .isLessThan(37.7);
    }

    @Test
    void normalNumbersAreNormal() {
        var philox = new Philox(3, 4);
        int n = 100_000;
        double[] moments = new double[5];
        double neighbours = 0;
        for (int i = 0; i < n; i++) {
            double x = philox.normal(i);
            for (int k = 1; k <= 4; k++) {
                moments[k] += Math.pow(x, k) / n;
            }
            neighbours += x * philox.normal(i + 1) / n;
        }
        assertThat(moments[1]).isEqualTo(0, Offset.offset(0.015));
        assertThat(moments[2]).isEqualTo(1, Offset.offset(0.02));
        assertThat(moments[3]).isEqualTo(0, Offset.offset(0.05));
        assertThat(moments[4]).isEqualTo(3, Offset.offset(0.15));
        assertThat(neighbours).isEqualTo(0, Offset.offset(0.015));
    }

    @Test
    void keyedStreamsDiffer() {
        assertThat(Philox.keyed(1, 2, 3)).isEqualTo(Philox.keyed(1, 2, 3));
        long distinct = IntStream.range(0, 10_000)
                .mapToLong(i -> Philox.keyed(1, i / 100, i % 100).stream())
                .distinct()
                .count();
        assertThat(distinct).isEqualTo(10_000);
    }

    @Test
    void permutesAndStaysBelow() {
        int[] p = new Philox(5, 6).permutation(1000);
        assertThat(Arrays.stream(p).sorted().toArray())
                .isEqualTo(IntStream.range(0, 1000).toArray());
        assertThat(p).isNotEqualTo(IntStream.range(0, 1000).toArray());
        assertThat(new Philox(5, 6).permutation(1000)).isEqualTo(p);
        assertThat(IntStream.range(0, 1000)
                        .map(i -> new Philox(5, 6).below(i, 7))
                        .distinct()
                        .sorted()
                        .toArray())
                .containsExactly(0, 1, 2, 3, 4, 5, 6);
    }
}
