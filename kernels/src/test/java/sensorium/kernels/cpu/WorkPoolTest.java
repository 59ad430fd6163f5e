package sensorium.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkPoolTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyIndexRunsOnceInChunksOfTheGrain(int threads) {
        var pool = new WorkPool(threads);
        for (int count : new int[] {0, 1, 7, 64, 1001}) {
            var hits = new AtomicIntegerArray(count);
            pool.parallelFor(count, 7, (from, to) -> {
                assertThat(from % 7).isZero();
                assertThat(to).isEqualTo(Math.min(count, from + 7));
                for (int i = from; i < to; i++) {
                    hits.incrementAndGet(i);
                }
            });
            for (int i = 0; i < count; i++) {
                assertThat(hits.get(i)).isEqualTo(1);
            }
        }
        pool.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void nestedLoopsRunInline(int threads) {
        var pool = new WorkPool(threads);
        var hits = new AtomicIntegerArray(64);
        pool.parallelFor(8, 1, (from, to) -> pool.parallelFor(8, 1, (f, t) -> hits.incrementAndGet(8 * from + f)));
        for (int i = 0; i < 64; i++) {
            assertThat(hits.get(i)).isEqualTo(1);
        }
        pool.close();
    }

    @Test
    void noMoreThreadsComputeThanAreInUse() {
        var pool = new WorkPool(4);
        for (int threads : new int[] {1, 3, 2, 4, 1}) {
            pool.use(threads);
            assertThat(pool.threads()).isEqualTo(threads);
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            for (int round = 0; round < 50; round++) {
                pool.parallelFor(64, 1, (from, to) -> {
                    seen.add(Thread.currentThread());
                    Thread.onSpinWait();
                });
            }
            assertThat(seen).contains(Thread.currentThread()).hasSizeLessThanOrEqualTo(threads);
        }
        assertThatThrownBy(() -> pool.use(5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 4");
        pool.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theFirstExceptionReachesTheCallerAndThePoolGoesOn(int threads) {
        var pool = new WorkPool(threads);
        assertThatThrownBy(() -> pool.parallelFor(100, 1, (from, to) -> {
                    if (from == 37) {
                        throw new IndexOutOfBoundsException("thirty-seven");
                    }
                }))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("thirty-seven");
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        pool.parallelFor(10, 1, (from, to) -> seen.add(from));
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        pool.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void callersOnDifferentThreadsDontDisturbOneAnother(int threads) throws InterruptedException {
        var pool = new WorkPool(threads);
        var sums = new AtomicIntegerArray(4);
        List<Thread> callers = new ArrayList<>();
        for (int c = 0; c < 4; c++) {
            int caller = c;
            callers.add(Thread.ofPlatform().start(() -> {
                for (int repeat = 0; repeat < 200; repeat++) {
                    pool.parallelFor(16, 1, (from, to) -> sums.addAndGet(caller, from));
                }
            }));
        }
        for (Thread t : callers) {
            t.join();
        }
        for (int c = 0; c < 4; c++) {
            assertThat(sums.get(c)).isEqualTo(200 * 120);
        }
        pool.close();
    }
}
