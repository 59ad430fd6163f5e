package sensorium.app;

import picocli.CommandLine.Option;
import sensorium.diffusion.Sampler;
import sensorium.diffusion.Sampling;
import sensorium.nn.TokenChoice;

/** How pictures are made out of noise. */
final class SamplingOptions {
    @Option(
            names = "--sampler",
            paramLabel = "S",
            description = "ddpm, ddim, plms, euler, euler-a, heun, dpm++, dpm++-sde or dpm++-karras"
                    + " (default: the model's own; ddim, or euler for rectified flow).")
    String sampler;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of sampling (default: ${DEFAULT-VALUE}).")
    int steps = 50;

    @Option(
            names = "--guidance",
            paramLabel = "W",
            description =
                    "How much more of the class than was learnt, 1 for no more (default: 2 where a model can be guided; 1.5 of any"
                            + " to any).")
    private Double guidance;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description =
                    "Of tokens: below 1 the likely ones become likelier, 0 takes the best (default: 1; 0.3 of any to any).")
    private Double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Of tokens: only so many of the best (default: all).")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Of tokens: only the best that together are so likely (default: ${DEFAULT-VALUE}).")
    private double topP = 1;

    /** @throws sensorium.BadInputException if a number is out of its range */
    TokenChoice choice() {
        return choice(1);
    }

    /**
     * Likewise.
     *
     * @param usual temperature
     */
    TokenChoice choice(double usual) {
        return new TokenChoice(temperature == null ? usual : temperature, topK, topP);
    }

    /** @throws sensorium.BadInputException if a name is unknown or a number out of its range: before any work is done */
    void requireKnown() {
        way();
        choice();
    }

    /** Null where the model's usual one is wanted. */
    private Sampler way() {
        return sampler == null ? null : Sampler.named(sampler);
    }

    /** @param guided whether the model can be */
    Sampling sampling(boolean guided) {
        return new Sampling(way(), steps, guidance(guided));
    }

    /** @param guided whether the model can be */
    double guidance(boolean guided) {
        return guidance(guided ? 2.0 : 1.0);
    }

    /** @param usual where nothing is said */
    double guidance(double usual) {
        return guidance == null ? usual : guidance;
    }
}
