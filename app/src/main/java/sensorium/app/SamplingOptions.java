package sensorium.app;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import sensorium.diffusion.Guidance;
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
                    "How much more of the class than was learnt, 1 for no more (default: of labels 3 by a U-Net, 4 by a"
                            + " transformer; 2 of words and of tokens, 7.5 of Stable Diffusion, 1.5 of any to any; 1 where a model cannot"
                            + " be guided).")
    private Double guidance;

    @Option(
            names = "--guidance-from",
            paramLabel = "S",
            description = "Of diffusion: guided only from this share of the noise on (default: ${DEFAULT-VALUE}).")
    private double guidanceFrom;

    @Option(
            names = "--guidance-to",
            paramLabel = "S",
            description = "Of diffusion: guided only up to this share of the noise (default: ${DEFAULT-VALUE}).")
    private double guidanceTo = 1;

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
        sampling(1);
        choice();
    }

    /** Null where the model's usual one is wanted. */
    private Sampler way() {
        return sampler == null ? null : Sampler.named(sampler);
    }

    /** @param guidance where nothing is said */
    Sampling sampling(double guidance) {
        return new Sampling(way(), steps, new Guidance(guidance(guidance), guidanceFrom, guidanceTo));
    }

    /** Says in a report how pictures were guided. */
    void describe(Map<String, Object> json, double usual) {
        json.put("guidance", guidance(usual));
        if (guidanceFrom > 0 || guidanceTo < 1) {
            json.put("guided_noise", List.of(guidanceFrom, guidanceTo));
        }
    }

    /** @param usual where nothing is said */
    double guidance(double usual) {
        return guidance == null ? usual : guidance;
    }
}
