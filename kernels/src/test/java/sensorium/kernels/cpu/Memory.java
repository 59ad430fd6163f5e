package sensorium.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Off-heap floats between guards: kernels work on raw addresses, so tests look whether they wrote beside the array. */
final class Memory {
    private static final int GUARD = 64;
    private static final float CANARY = 12345.678f;

    private final MemorySegment all;
    private final int n;

    private Memory(int n) {
        this.n = n;
        all = Arena.global().allocate(4L * (n + 2 * GUARD), 64);
        for (int i = 0; i < n + 2 * GUARD; i++) {
            all.setAtIndex(ValueLayout.JAVA_FLOAT, i, i < GUARD || i >= n + GUARD ? CANARY : Float.NaN);
        }
    }

    /** Room for n floats, all NaN. */
    static Memory room(int n) {
        return new Memory(n);
    }

    static Memory of(float... values) {
        var m = new Memory(values.length);
        for (int i = 0; i < values.length; i++) {
            m.all.setAtIndex(ValueLayout.JAVA_FLOAT, i + GUARD, values[i]);
        }
        return m;
    }

    /** n floats, uniform in [−1, 1). */
    static Memory random(int n, long seed) {
        var r = new SplittableRandom(seed);
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) r.nextDouble(-1, 1);
        }
        return of(v);
    }

    long address() {
        return all.address() + 4L * GUARD;
    }

    float get(int i) {
        return all.getAtIndex(ValueLayout.JAVA_FLOAT, i + GUARD);
    }

    /** The floats, after a look at the guards. */
    float[] values() {
        for (int i = 0; i < GUARD; i++) {
            assertThat(all.getAtIndex(ValueLayout.JAVA_FLOAT, i))
                    .as("guard before")
                    .isEqualTo(CANARY);
            assertThat(all.getAtIndex(ValueLayout.JAVA_FLOAT, GUARD + n + i))
                    .as("guard after")
                    .isEqualTo(CANARY);
        }
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = get(i);
        }
        return v;
    }
}
