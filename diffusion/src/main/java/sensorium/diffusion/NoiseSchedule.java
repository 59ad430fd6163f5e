package sensorium.diffusion;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import sensorium.BadInputException;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * How much of a picture is left at each step of training: x(t) = √ᾱ(t)·x₀ + √(1 − ᾱ(t))·ε with ᾱ(t) = Π (1 − β), t from 0
 * (nearly the picture) to T − 1 (nearly noise). Ho et al., arXiv:2006.11239.
 */
public final class NoiseSchedule {
    private static final int USUAL = 1000;

    private final double[] kept; // ᾱ

    private NoiseSchedule(double[] kept) {
        this.kept = kept;
    }

    /** @throws BadInputException if a β is not within (0, 1] or there is none */
    public static NoiseSchedule ofBetas(double[] betas) {
        if (betas.length == 0) {
            throw new BadInputException("a noise schedule needs at least one step");
        }
        double[] kept = new double[betas.length];
        double product = 1;
        for (int t = 0; t < betas.length; t++) {
            if (!(betas[t] > 0 && betas[t] <= 1)) {
                throw new BadInputException(
                        "noise of step " + t + " is " + betas[t] + "; it must be above 0 and at most 1");
            }
            product *= 1 - betas[t];
            kept[t] = product;
        }
        return new NoiseSchedule(kept);
    }

    /** β evenly from {@code first} to {@code last}: 1e-4 to 0.02 over 1,000 steps in DDPM. */
    public static NoiseSchedule linear(int steps, double first, double last) {
        return ofBetas(evenly(steps, first, last, b -> b));
    }

    /** √β evenly: 0.00085 to 0.012 over 1,000 steps in latent diffusion. */
    public static NoiseSchedule scaledLinear(int steps, double first, double last) {
        return ofBetas(evenly(steps, Math.sqrt(first), Math.sqrt(last), b -> b * b));
    }

    /** β along a sigmoid from −6 to 6. */
    public static NoiseSchedule sigmoid(int steps, double first, double last) {
        return ofBetas(evenly(steps, -6, 6, x -> (last - first) / (1 + Math.exp(-x)) + first));
    }

    /** ᾱ along the square of a cosine, β at most 0.999. Nichol and Dhariwal, arXiv:2102.09672. */
    public static NoiseSchedule cosine(int steps) {
        double[] betas = new double[steps];
        for (int t = 0; t < steps; t++) {
            betas[t] = Math.min(1 - cosine((t + 1.0) / steps) / cosine((double) t / steps), 0.999);
        }
        return ofBetas(betas);
    }

    /**
     * Over 1,000 steps, with the usual numbers, by the name that it goes by.
     *
     * @throws BadInputException if there is none of this name
     */
    public static NoiseSchedule named(String name) {
        return switch (name) {
            case "linear" -> linear(USUAL, 1e-4, 0.02);
            case "scaled-linear" -> scaledLinear(USUAL, 0.00085, 0.012);
            case "sigmoid" -> sigmoid(USUAL, 1e-4, 0.02);
            case "cosine" -> cosine(USUAL);
            case "zero-terminal-snr" -> linear(USUAL, 1e-4, 0.02).withZeroTerminalSnr();
            default ->
                throw new BadInputException("unknown schedule " + name
                        + "; known are linear, scaled-linear, cosine, sigmoid, zero-terminal-snr and "
                        + NoisingProcess.FLOW);
        };
    }

    private static double cosine(double time) {
        double c = Math.cos((time + 0.008) / 1.008 * Math.PI / 2);
        return c * c;
    }

    private static double[] evenly(int steps, double first, double last, DoubleUnaryOperator map) {
        double[] values = new double[steps];
        for (int t = 0; t < steps; t++) {
            values[t] = map.applyAsDouble(steps == 1 ? first : first + (last - first) * t / (steps - 1));
        }
        return values;
    }

    /**
     * Moved and stretched so that nothing of the picture is left at the last step, and the first stays as it is. Lin et al.,
     * arXiv:2305.08891. Models that predict the noise cannot begin there; those that predict the velocity can.
     */
    public NoiseSchedule withZeroTerminalSnr() {
        double first = Math.sqrt(kept[0]);
        double last = Math.sqrt(kept[kept.length - 1]);
        return new NoiseSchedule(Arrays.stream(kept)
                .map(a -> Math.pow((Math.sqrt(a) - last) * first / (first - last), 2))
                .toArray());
    }

    /** T. */
    public int steps() {
        return kept.length;
    }

    /** ᾱ of a step. */
    public double kept(int t) {
        return kept[t];
    }

    /** β of a step. */
    public double beta(int t) {
        return 1 - (t == 0 ? kept[0] : kept[t] / kept[t - 1]);
    }

    /** The noise over the picture, √((1 − ᾱ)/ᾱ), between steps by interpolation. */
    public double sigma(double t) {
        int below = Math.clamp((long) Math.floor(t), 0, kept.length - 1);
        int above = Math.min(below + 1, kept.length - 1);
        double share = Math.clamp(t - below, 0, 1);
        return (1 - share) * sigmaAt(below) + share * sigmaAt(above);
    }

    private double sigmaAt(int t) {
        return Math.sqrt((1 - kept[t]) / Math.max(kept[t], 0x1p-24)); // as published, where nothing is left
    }

    /** The step with so much noise, by interpolation of log σ: what the model is told where σ is chosen freely. */
    public double timestep(double sigma) {
        double wanted = Math.log(Math.max(sigma, 1e-10));
        int above = 1;
        while (above < kept.length - 1 && Math.log(sigmaAt(above)) < wanted) {
            above++;
        }
        if (kept.length == 1) {
            return 0;
        }
        double low = Math.log(sigmaAt(above - 1));
        double high = Math.log(sigmaAt(above));
        return above - 1 + Math.clamp((wanted - low) / (high - low), 0, 1);
    }

    /** √ᾱ of each sample's step, (N, 1, …) so that it multiplies samples of rank {@code rank}. */
    public Tensor signal(int[] t, int rank) {
        return perSample(t, rank, a -> Math.sqrt(a));
    }

    /** √(1 − ᾱ) likewise. */
    public Tensor noise(int[] t, int rank) {
        return perSample(t, rank, a -> Math.sqrt(1 - a));
    }

    /**
     * Weights of the squared errors (N) that give no step more than {@code most} times its due: Hang et al., min-SNR,
     * arXiv:2303.09556.
     */
    public Tensor minSnr(int[] t, Prediction target, double most) {
        return perSample(t, 1, a -> {
            double snr = a / Math.max(1 - a, 1e-20);
            double bounded = Math.min(snr, most);
            return switch (target) {
                case EPSILON -> snr == 0 ? 1 : bounded / snr;
                case SAMPLE -> bounded;
                case VELOCITY -> bounded / (snr + 1);
            };
        });
    }

    private Tensor perSample(int[] t, int rank, DoubleUnaryOperator of) {
        float[] values = new float[t.length];
        int[] shape = new int[rank];
        Arrays.fill(shape, 1);
        shape[0] = t.length;
        for (int i = 0; i < t.length; i++) {
            values[i] = (float) of.applyAsDouble(kept[t[i]]);
        }
        return Tensor.of(values, shape);
    }

    /** x(t) of pictures x₀ (N, …) and noise like them. */
    public Tensor noised(Tensor pictures, Tensor noise, int... t) {
        Shape shape = pictures.shape();
        return pictures.times(signal(t, shape.rank())).plus(noise.times(noise(t, shape.rank())));
    }
}
