package sensorium.benchmarks;

import java.util.List;
import java.util.function.Supplier;

/** An engine whose result is a Java array. */
record InJava(String name, Supplier<float[]> body) implements Engine {
    @Override
    public void run() {
        var _ = body.get();
    }

    @Override
    public List<float[]> results() {
        return List.of(body.get());
    }
}
