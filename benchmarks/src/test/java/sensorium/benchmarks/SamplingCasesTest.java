package sensorium.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import sensorium.op.Profile;

final class SamplingCasesTest {
    private static final Set<String> PRODUCTS = Set.of("matmul", "linear", "conv2d", "attention");

    @Test
    void libtorchsNetworksAreTheSameOnes() {
        for (Case c : SamplingCases.all()) {
            if (c.name().contains(" 1 ")) {
                List<Engine> engines = c.engines().get();
                Agreement.check(c, engines);
                var summary = profiled(engines.getFirst());
                double flops = summary.lines().stream()
                        .filter(line -> PRODUCTS.contains(line.op()))
                        .mapToDouble(Profile.Line::flops)
                        .sum();
                assertThat(flops)
                        .as("%s of %s", c.name(), summary.lines())
                        .isCloseTo(c.work(), within(0.03 * c.work()));
            }
        }
    }

    private static Profile.Summary profiled(Engine engine) {
        Profile profile = Profile.start();
        engine.run();
        return profile.stop();
    }
}
