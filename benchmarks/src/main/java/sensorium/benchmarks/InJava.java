package sensorium.benchmarks;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An engine whose result is an object of Java's.
 *
 * @param numbers what of the result is compared; not part of the work
 */
record InJava<T>(String name, Supplier<T> body, Function<T, float[]> numbers) implements Engine {
    /** An engine whose result is an array. */
    static InJava<float[]> of(String name, Supplier<float[]> body) {
        return new InJava<>(name, body, Function.identity());
    }

    @Override
    public void run() {
        var _ = body.get();
    }

    @Override
    public List<float[]> results() {
        return List.of(numbers.apply(body.get()));
    }
}
