package sensorium.benchmarks;

import java.util.Collection;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/** Adds to the result of every iteration of {@link Turns}, under the name of the engine, how often that ran. */
public final class TurnProfiler implements InternalProfiler {
    static final String UNIT = "calls";

    @Override
    public String getDescription() {
        return "whose turn an iteration was";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

    @Override
    public Collection<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        return Turns.current()
                .map(turn -> new ScalarResult(turn.player(), turn.calls(), UNIT, AggregationPolicy.AVG))
                .stream()
                .toList();
    }
}
