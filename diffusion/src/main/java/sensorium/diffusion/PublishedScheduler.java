package sensorium.diffusion;

import java.nio.file.Path;
import sensorium.nn.ModelConfigFile;

/**
 * A scheduler of Hugging Face diffusers, {@code scheduler_config.json}: what a model was trained on, and the way it is sampled by.
 *
 * @param type its class
 */
record PublishedScheduler(NoiseSchedule schedule, Prediction prediction, Sampler sampler, Bounds bounds, String type) {
    private static final int MOST = 1 << 16;

    /** @throws sensorium.BadInputException if it is not there, malformed, or asks for something unknown */
    static PublishedScheduler read(Path file) {
        return of(ModelConfigFile.read(file));
    }

    static PublishedScheduler of(ModelConfigFile file) {
        String type = file.className();
        boolean heun = type.equals("HeunDiscreteScheduler");
        int steps = file.integer("num_train_timesteps", 1000, MOST);
        NoiseSchedule schedule = schedule(
                file,
                steps,
                file.number("beta_start", heun ? 0.00085 : 1e-4),
                file.number("beta_end", heun ? 0.012 : 0.02));
        Prediction prediction = switch (file.text("prediction_type", "epsilon")) {
            case "epsilon" -> Prediction.EPSILON;
            case "sample" -> Prediction.SAMPLE;
            case "v_prediction" -> Prediction.VELOCITY;
            default -> throw file.fault("prediction_type", "is not known; there are epsilon, sample and v_prediction");
        };
        boolean stepwise = type.equals("DDPMScheduler") || type.equals("DDIMScheduler");
        Bounds bounds = bounds(file, stepwise);
        var read = new PublishedScheduler(schedule, prediction, sampler(file, type, bounds), bounds, type);
        file.refuseUnknown();
        return read;
    }

    private static NoiseSchedule schedule(ModelConfigFile file, int steps, double first, double last) {
        NoiseSchedule schedule = switch (file.text("beta_schedule", "linear")) {
            case "linear" -> NoiseSchedule.linear(steps, first, last);
            case "scaled_linear" -> NoiseSchedule.scaledLinear(steps, first, last);
            case "squaredcos_cap_v2" -> NoiseSchedule.cosine(steps);
            case "sigmoid" -> NoiseSchedule.sigmoid(steps, first, last);
            default ->
                throw file.fault(
                        "beta_schedule",
                        "is not known; there are linear, scaled_linear, squaredcos_cap_v2 and sigmoid");
        };
        return file.flag("rescale_betas_zero_snr", false) ? schedule.withZeroTerminalSnr() : schedule;
    }

    /** Of a predicted picture; only DDPM and DDIM bound it unless they are told not to. */
    private static Bounds bounds(ModelConfigFile file, boolean usually) {
        double range = file.number("clip_sample_range", 1);
        double quantile = file.number("dynamic_thresholding_ratio", 0.995);
        double most = file.number("sample_max_value", 1);
        if (file.flag("thresholding", false)) {
            return new Bounds(most, quantile);
        }
        return file.flag("clip_sample", usually) ? new Bounds(range, 1) : Bounds.NONE;
    }

    private static Sampler sampler(ModelConfigFile file, String type, Bounds bounds) {
        return switch (type) {
            case "DDPMScheduler" -> {
                Ddpm.Variance variance = switch (file.text("variance_type", "fixed_small")) {
                    case "fixed_small" -> Ddpm.Variance.SMALL;
                    case "fixed_large" -> Ddpm.Variance.LARGE;
                    default -> throw file.fault("variance_type", "is not known; there are fixed_small and fixed_large");
                };
                requireNoOffset(file);
                yield new Ddpm(variance, bounds, spacing(file, "leading"));
            }
            case "DDIMScheduler" ->
                new Ddim(0, bounds, spacing(file, "leading"), offset(file), file.flag("set_alpha_to_one", true), false);
            case "EulerDiscreteScheduler" -> {
                file.require("interpolation_type", "linear");
                file.require("timestep_type", "discrete");
                file.require("final_sigmas_type", "zero");
                yield sigmas(file, SigmaSampler.Kind.EULER, bounds);
            }
            case "EulerAncestralDiscreteScheduler" -> sigmas(file, SigmaSampler.Kind.EULER_ANCESTRAL, bounds);
            case "HeunDiscreteScheduler" -> sigmas(file, SigmaSampler.Kind.HEUN, bounds);
            case "DPMSolverMultistepScheduler" -> solver(file, bounds);
            case "PNDMScheduler" -> {
                if (!file.flag("skip_prk_steps", false)) {
                    throw file.fault("skip_prk_steps", "is false; only true is known here, as Stable Diffusion has it");
                }
                yield new Plms(bounds, spacing(file, "leading"), offset(file), file.flag("set_alpha_to_one", false));
            }
            default ->
                throw file.fault(
                        "_class_name",
                        "is no scheduler that is known; there are DDPM, DDIM, PNDM, EulerDiscrete, EulerAncestralDiscrete,"
                                + " HeunDiscrete and DPMSolverMultistep");
        };
    }

    private static Sampler sigmas(ModelConfigFile file, SigmaSampler.Kind kind, Bounds bounds) {
        return new SigmaSampler(
                kind, bounds, spacing(file, "linspace"), offset(file), file.flag("use_karras_sigmas", false));
    }

    private static Sampler solver(ModelConfigFile file, Bounds bounds) {
        file.require("solver_order", 2);
        file.require("solver_type", "midpoint");
        file.require("euler_at_final", false);
        file.ignore("lambda_min_clipped", "variance_type"); // of cosine schedules and of models that say variances
        boolean sde = switch (file.text("algorithm_type", "dpmsolver++")) {
            case "dpmsolver++" -> false;
            case "sde-dpmsolver++" -> true;
            default -> throw file.fault("algorithm_type", "is not known; there are dpmsolver++ and sde-dpmsolver++");
        };
        boolean clean = switch (file.text("final_sigmas_type", "zero")) {
            case "zero" -> true;
            case "sigma_min" -> false;
            default -> throw file.fault("final_sigmas_type", "is not known; there are zero and sigma_min");
        };
        Spacing spacing = spacing(file, "linspace");
        if (spacing == Spacing.LEADING) {
            throw file.fault(
                    "timestep_spacing", "is leading, which this solver does not know; linspace and trailing are");
        }
        file.ignore("steps_offset"); // of leading steps
        return new DpmSolver(
                sde,
                bounds,
                spacing,
                file.flag("use_karras_sigmas", false),
                clean,
                file.flag("lower_order_final", true));
    }

    private static Spacing spacing(ModelConfigFile file, String absent) {
        return switch (file.text("timestep_spacing", absent)) {
            case "leading" -> Spacing.LEADING;
            case "linspace" -> Spacing.LINSPACE;
            case "trailing" -> Spacing.TRAILING;
            default -> throw file.fault("timestep_spacing", "is not known; there are leading, linspace and trailing");
        };
    }

    private static int offset(ModelConfigFile file) {
        return file.number("steps_offset", 0) == 0 ? 0 : file.integer("steps_offset", 0, MOST);
    }

    private static void requireNoOffset(ModelConfigFile file) {
        file.require("steps_offset", 0);
    }

    NoisingProcess process() {
        return new NoisingProcess.Scheduled(new NoisingProcess.Diffusion(schedule, prediction), sampler);
    }
}
