package sensorium.nn;

import java.util.Arrays;
import java.util.List;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * Normalises each channel (Ioffe and Szegedy, arXiv 1502.03167): in {@link Training} by the statistics of the batch, which
 * also move the running ones; else by the running ones.
 *
 * @param weight (channels)
 * @param bias (channels)
 * @param runningMean (channels)
 * @param runningVar (channels), of unbiased variances
 */
public record BatchNorm(Parameter weight, Parameter bias, Buffer runningMean, Buffer runningVar, double eps)
        implements Module {
    private static final double MOMENTUM = 0.1;

    public static BatchNorm of(Weights w, int channels) {
        return of(w, channels, 1e-5);
    }

    public static BatchNorm of(Weights w, int channels, double eps) {
        return new BatchNorm(
                w.parameter("weight", Init.ones(), channels),
                w.parameter("bias", Init.zeros(), channels),
                w.buffer("runningMean", Init.zeros(), channels),
                w.buffer("runningVar", Init.ones(), channels),
                eps);
    }

    /** (N, C, …) → (N, C, …). */
    public Tensor forward(Tensor x) {
        return Trace.note(this, Training.isActive() ? byBatch(x) : byRunning(x));
    }

    private Tensor byBatch(Tensor x) {
        List<Tensor> result = x.batchNorm(weight.value(), bias.value(), eps);
        double n = (double) x.size() / x.dim(1);
        Scope.tidyRun(() -> Tape.pause(() -> {
            move(runningMean, result.get(1), 1);
            move(runningVar, result.get(2), n / Math.max(1, n - 1));
            return null;
        }));
        return result.get(0);
    }

    private static void move(Buffer running, Tensor now, double factor) {
        running.set(running.value().times(1 - MOMENTUM).plus(now.times(MOMENTUM * factor)));
    }

    private Tensor byRunning(Tensor x) {
        Tensor scale = runningVar.value().plus(eps).rsqrt().times(weight.value());
        Tensor shift = bias.value().minus(runningMean.value().times(scale));
        int[] perChannel = new int[x.rank() - 1];
        Arrays.fill(perChannel, 1);
        perChannel[0] = -1; // (C, 1, …)
        return x.times(scale.reshape(perChannel)).plus(shift.reshape(perChannel));
    }
}
