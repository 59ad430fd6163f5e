package sensorium.diffusion;

import sensorium.BadInputException;

/** A way to come from noise to pictures with a model that was trained on a {@link NoiseSchedule}. */
public sealed interface Sampler permits Ddpm, Ddim, Plms, SigmaSampler, DpmSolver {
    /**
     * @param prediction what the model says
     * @param steps of sampling
     * @throws BadInputException if there are more steps than the schedule has, or none
     */
    Trajectory over(NoiseSchedule schedule, Prediction prediction, int steps);

    /** The same with other bounds of the predicted picture. */
    Sampler within(Bounds bounds);

    /**
     * By the name that it goes by on the command line, with its usual settings; what it is bound to is the affair of the model.
     *
     * @throws BadInputException if there is none of this name
     */
    static Sampler named(String name) {
        return switch (name) {
            case "ddpm" -> Ddpm.usual();
            case "ddim" -> Ddim.usual();
            case "plms" -> Plms.usual();
            case "euler" -> SigmaSampler.of(SigmaSampler.Kind.EULER);
            case "euler-a" -> SigmaSampler.of(SigmaSampler.Kind.EULER_ANCESTRAL);
            case "heun" -> SigmaSampler.of(SigmaSampler.Kind.HEUN);
            case "dpm++" -> DpmSolver.usual();
            case "dpm++-sde" -> DpmSolver.usual().withNoise();
            case "dpm++-karras" -> DpmSolver.usual().withKarrasSigmas();
            default ->
                throw new BadInputException("unknown sampler " + name
                        + "; known are ddpm, ddim, plms, euler, euler-a, heun, dpm++, dpm++-sde, dpm++-karras");
        };
    }
}
