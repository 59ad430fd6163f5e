package sensorium.nn;

import java.util.Arrays;
import java.util.function.Supplier;
import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.random.Philox;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * Says that a forward pass is part of training, and where its randomness comes from. Modules that behave differently then
 * (dropout, batch norm) ask for it; its absence means inference.
 */
public final class Training {
    private static final ScopedValue<Training> CURRENT = ScopedValue.newInstance();

    private final long seed;
    private final long step;
    private int draws;

    private Training(long seed, long step) {
        this.seed = seed;
        this.step = step;
    }

    /** Runs one step's forward pass. Its random numbers depend on the seed, the step and the order of the draws alone. */
    public static <T> T step(long seed, long step, Supplier<T> body) {
        return ScopedValue.where(CURRENT, new Training(seed, step)).call(body::get);
    }

    /** Runs a part of a step's forward pass as it is when nothing is trained: for a model that only looks on. */
    public static <T> T pause(Supplier<T> body) {
        return ScopedValue.where(CURRENT, (Training) null).call(body::get);
    }

    public static boolean isActive() {
        return CURRENT.isBound() && CURRENT.get() != null;
    }

    /**
     * Zeroes each element with {@code probability} and scales the others so that the expectation stays (Srivastava et al.,
     * 2014). Outside training the same tensor.
     */
    public static Tensor dropout(Tensor x, double probability) {
        if (probability == 0 || !isActive()) {
            return x;
        }
        Tensor kept = CURRENT.get().uniform(x, x.shape()).ge(probability).to(x.dtype());
        return x.times(kept.times(1 / (1 - probability)));
    }

    /** Drops whole samples (first axis) of a residual branch (Huang et al., arXiv 1603.09382). */
    public static Tensor dropPath(Tensor x, double probability) {
        if (probability == 0 || !isActive()) {
            return x;
        }
        int[] dims = new int[x.rank()];
        Arrays.fill(dims, 1);
        dims[0] = x.dim(0);
        Tensor draw = CURRENT.get().uniform(x, Shape.of(dims));
        return x.times(draw.ge(probability).to(x.dtype()).times(1 / (1 - probability)));
    }

    private Tensor uniform(Tensor like, Shape shape) {
        Philox random = Philox.keyed(seed, step, draws++);
        return Tensor.generate(
                new Random(Distribution.UNIFORM, like.dtype(), shape, random.seed(), random.stream()), like.backend());
    }
}
