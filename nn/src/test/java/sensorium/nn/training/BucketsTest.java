package sensorium.nn.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketsTest {
    private static final int[] LENGTHS =
            IntStream.range(0, 101).map(i -> 5 + (i * 37) % 60).toArray();

    @Test
    void anEpochShowsEachItemOnce() {
        var buckets = new Buckets(LENGTHS, 200, 8, 3);
        for (int epoch = 0; epoch < 3; epoch++) {
            int first = epoch * buckets.batches();
            int[] all = IntStream.range(first, first + buckets.batches())
                    .flatMap(b -> Arrays.stream(buckets.batch(b)))
                    .sorted()
                    .toArray();
            assertThat(all).containsExactly(IntStream.range(0, LENGTHS.length).toArray());
        }
        assertThat(buckets.steps(2.5)).isEqualTo((long) Math.ceil(2.5 * buckets.batches()));
    }

    @Test
    void batchesAreFewItemsOfLikeLength() {
        var buckets = new Buckets(LENGTHS, 200, 8, 3);
        for (int b = 0; b < buckets.batches(); b++) {
            int[] lengths = Arrays.stream(buckets.batch(b)).map(i -> LENGTHS[i]).toArray();
            int longest = Arrays.stream(lengths).max().orElseThrow();
            assertThat(lengths).hasSizeBetween(1, 8);
            // Sorted with a spread of 15 %, so that room and lengths are about what was asked for.
            assertThat(longest * lengths.length).isLessThanOrEqualTo(270);
            assertThat(Arrays.stream(lengths).min().orElseThrow()).isGreaterThanOrEqualTo(longest / 3);
        }
    }

    @Test
    void aBatchDependsOnSeedAndNumberAlone() {
        var buckets = new Buckets(LENGTHS, 200, 8, 3);
        int[] late = buckets.batch(9L * buckets.batches() + 2);
        IntStream.range(0, 40).forEach(buckets::batch);
        assertThat(buckets.batch(9L * buckets.batches() + 2)).containsExactly(late);
        assertThat(new Buckets(LENGTHS, 200, 8, 3).batch(9L * buckets.batches() + 2))
                .containsExactly(late);
        assertThat(IntStream.range(0, buckets.batches())
                        .anyMatch(b -> !Arrays.equals(buckets.batch(b), new Buckets(LENGTHS, 200, 8, 4).batch(b))))
                .isTrue();
    }

    @Test
    void oneThatIsLongerThanTheRoomIsABatch() {
        assertThat(new Buckets(new int[] {500}, 200, 8, 3).batch(7)).containsExactly(0);
        assertThatIllegalArgumentException().isThrownBy(() -> new Buckets(new int[0], 200, 8, 3));
    }
}
