package sensorium.nn;

import java.util.function.UnaryOperator;
import sensorium.tensor.Tensor;

/**
 * A causal transformer's scores of what comes next, each place computed once, and guided: from what it says where it is told nothing through
 * what it says where it is told what is wanted, and beyond (Ho and Salimans, arXiv:2207.12598). Close it to free what is kept.
 */
public final class GuidedScores implements AutoCloseable {
    private final Transformer transformer;
    private final UnaryOperator<Tensor> output;
    private final double guidance;
    private final Transformer.Cache told;
    private final Transformer.Cache untold;

    /**
     * What is read at once.
     *
     * @param tokens (N, T, D) that follow those before
     * @param mask (N, all places so far) which are seen, BOOL; null for all
     * @param condition (N, C) for adaptive norms, or null
     */
    public record Read(Tensor tokens, Tensor mask, Tensor condition) {
        private Transformer.Inputs inputs(Transformer.Cache cache) {
            var inputs = condition == null ? Transformer.Inputs.NONE : Transformer.Inputs.conditioned(condition);
            return inputs.withMask(mask).withCache(cache);
        }
    }

    /**
     * @param output (N, D) → scores (N, …)
     * @param guidance 1 where it is not guided
     */
    public GuidedScores(Transformer transformer, UnaryOperator<Tensor> output, double guidance) {
        this.transformer = transformer;
        this.output = output;
        this.guidance = guidance;
        this.told = transformer.newCache();
        this.untold = transformer.newCache();
    }

    /** Scores after the last of what is read, told and untold alike; the second is not looked at where nothing is guided. */
    public Tensor next(Read wanted, Read nothing) {
        Tensor scores = scores(wanted, told);
        if (guidance == 1) {
            return scores;
        }
        Tensor free = scores(nothing, untold);
        return free.plus(scores.minus(free).times(guidance));
    }

    private Tensor scores(Read read, Transformer.Cache cache) {
        Tensor y = transformer.forward(read.tokens, read.inputs(cache));
        return output.apply(y.select(1, y.dim(1) - 1));
    }

    @Override
    public void close() {
        told.close();
        untold.close();
    }
}
