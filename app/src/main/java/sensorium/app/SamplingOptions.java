package sensorium.app;

import picocli.CommandLine.Option;
import sensorium.diffusion.Sampler;

/** How pictures are made out of noise. */
final class SamplingOptions {
    @Option(
            names = "--sampler",
            paramLabel = "S",
            description =
                    "ddpm, ddim, euler, euler-a, heun, dpm++, dpm++-sde or dpm++-karras (default: ${DEFAULT-VALUE}).")
    String sampler = "ddim";

    @Option(names = "--steps", paramLabel = "N", description = "Steps of sampling (default: ${DEFAULT-VALUE}).")
    int steps = 50;

    @Option(
            names = "--guidance",
            paramLabel = "W",
            description =
                    "How much more of the class than was learnt, 1 for no more (default: 2 where a model can be guided).")
    private Double guidance;

    Sampler way() {
        return Sampler.named(sampler);
    }

    /** @param guided whether the model can be */
    double guidance(boolean guided) {
        if (guidance == null) {
            return guided ? 2 : 1;
        }
        return guidance;
    }
}
