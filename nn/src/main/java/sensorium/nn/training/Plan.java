package sensorium.nn.training;

/**
 * How a run goes.
 *
 * @param seed of dropout and everything random in the forward pass; batches have the recipe's
 * @param length steps or minutes
 * @param descent how the weights move
 * @param evaluateEvery steps between evaluations, 0 for one at the end only
 * @param best name of the evaluated measure whose highest value picks the weights that are saved; null for the last ones
 * @param checkpointSeconds time between checkpoints
 * @param loaders threads that prepare batches, at least 1
 * @param bound a run stops at the first intermediate of a forward pass that is not finite or of a larger magnitude, which is slow to
 *     find; 0 to look only where a loss or a gradient is not finite
 */
public record Plan(
        long seed,
        Length length,
        Descent descent,
        long evaluateEvery,
        String best,
        double checkpointSeconds,
        int loaders,
        double bound) {

    /** One evaluation at the end, the last weights, a checkpoint every 20 s, one loader. */
    public static Plan of(long seed, Length length, Descent descent) {
        return new Plan(seed, length, descent, 0, null, 20, 1, 0);
    }

    public Plan withEvaluation(long everySteps, String bestMeasure) {
        return new Plan(seed, length, descent, everySteps, bestMeasure, checkpointSeconds, loaders, bound);
    }

    public Plan withCheckpoints(double everySeconds) {
        return new Plan(seed, length, descent, evaluateEvery, best, everySeconds, loaders, bound);
    }

    public Plan withLoaders(int threads) {
        return new Plan(seed, length, descent, evaluateEvery, best, checkpointSeconds, threads, bound);
    }

    /** Watches every intermediate of every step. */
    public Plan withBound(double largest) {
        return new Plan(seed, length, descent, evaluateEvery, best, checkpointSeconds, loaders, largest);
    }

    /** The same at another rate. */
    public Plan withRate(double rate) {
        return new Plan(seed, length, descent.withRate(rate), evaluateEvery, best, checkpointSeconds, loaders, bound);
    }

    /** What decides the numbers, in words: a run is only continued under the same, but for the rate. */
    String identity() {
        return "seed " + seed + ", " + descent + ", evaluated every " + evaluateEvery + ", best by " + best;
    }
}
