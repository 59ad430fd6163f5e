package sensorium.nn;

import java.util.List;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.tensor.DType;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/** What training makes small: each function yields one number with a gradient. */
public final class Losses {
    private Losses() {}

    /**
     * What {@link #crossEntropy(Tensor, Tensor, CrossEntropy)} does beside the plain thing.
     *
     * @param smoothing share of the target spread evenly over all classes (Szegedy et al., arXiv 1512.00567)
     * @param classWeights (C), or null for equal ones; the mean is weighted by those of the targets
     * @param ignored a target that does not count, for example padding
     */
    public record CrossEntropy(double smoothing, Tensor classWeights, int ignored) {
        /** No smoothing, equal weights; −100 is ignored. */
        public static final CrossEntropy PLAIN = new CrossEntropy(0, null, -100);

        public static CrossEntropy smoothed(double smoothing) {
            return new CrossEntropy(smoothing, null, -100);
        }
    }

    /** Mean of {@code −log softmax(logits)} at the targets: logits (…, C), targets (…) integer. */
    public static Tensor crossEntropy(Tensor logits, Tensor targets) {
        return crossEntropy(logits, targets, CrossEntropy.PLAIN);
    }

    /** The mean over the targets that count; 0 where none does. */
    public static Tensor crossEntropy(Tensor logits, Tensor targets, CrossEntropy how) {
        if (!logits.shape().without(logits.rank() - 1).equals(targets.shape())) {
            throw new ShapeException("[cross_entropy] logits " + logits + " need one target a row, not " + targets);
        }
        Tensor index = targets.to(DType.I64);
        Tensor counts = index.ne(how.ignored());
        Tensor safe = index.times(counts.to(DType.I64)); // (…), ignored ones read class 0
        Tensor weight = counts.to(logits.dtype());
        if (how.classWeights() != null) {
            weight = weight.times(how.classWeights().indexSelect(0, safe));
        }
        Tensor total = weight.sum().maximum(Tensor.full(logits, 1e-12));
        // Class weights do not weight the even share by the target's, but each class by its own.
        boolean apart = how.classWeights() != null && how.smoothing() != 0;
        var op = new Fused.CrossEntropy(apart ? 0 : how.smoothing());
        Tensor rows = Dispatch.run(op, List.of(logits, safe)).get(0); // (…)
        Tensor loss = rows.times(weight).sum().dividedBy(total);
        if (!apart) {
            return loss;
        }
        Tensor spread = logits.logSoftmax(-1)
                .times(how.classWeights())
                .mean(-1)
                .times(counts.to(logits.dtype()))
                .sum()
                .dividedBy(total)
                .neg();
        return loss.times(1 - how.smoothing()).plus(spread.times(how.smoothing()));
    }

    /** {@code −Σ target·log softmax(logits)}, mean over rows: both (…, C), every target row a distribution. */
    public static Tensor softCrossEntropy(Tensor logits, Tensor targets) {
        return logits.logSoftmax(-1).times(targets).sum(-1).mean().neg();
    }

    /**
     * Connectionist temporal classification (Graves et al., ICML 2006): the mean over items of −log of the probability that the frames
     * spell the target, divided by the target's length (1 where it is empty). Items with too few frames count as 0.
     *
     * @param logits (N, T, C)
     * @param targets (N, S), I64; what is beyond an item's length may be any class
     * @param frames (N), I64, how many of T count
     * @param lengths (N), I64, how many of S count
     * @param blank the class that says nothing
     */
    public static Tensor ctc(Tensor logits, Tensor targets, Tensor frames, Tensor lengths, int blank) {
        Tensor each = logits.logSoftmax(-1).apply(new Fused.CtcLoss(blank, true), targets, frames, lengths); // (N)
        Tensor letters = lengths.to(logits.dtype());
        return each.dividedBy(letters.maximum(Tensor.full(letters, 1))).mean();
    }

    /** Mean squared difference. */
    public static Tensor mse(Tensor x, Tensor y) {
        return x.minus(y).square().mean();
    }

    /** Mean of {@code ½d²/beta} where {@code |d| < beta}, else {@code |d| − ½beta} (Girshick, arXiv 1504.08083). */
    public static Tensor smoothL1(Tensor x, Tensor y, double beta) {
        Tensor d = x.minus(y).abs();
        return Tensor.where(d.lt(beta), d.square().times(0.5 / beta), d.minus(0.5 * beta))
                .mean();
    }

    /**
     * Mean binary cross-entropy of {@code sigmoid(logits)}, without overflow.
     *
     * @param positiveWeight what a positive counts, broadcast; null for 1
     */
    public static Tensor bceWithLogits(Tensor logits, Tensor targets, Tensor positiveWeight) {
        Tensor negative = targets.subtractedFrom(1).times(logits);
        Tensor softplus = logits.neg().softplus();
        Tensor weight = positiveWeight == null
                ? null
                : positiveWeight.minus(1).times(targets).plus(1);
        return negative.plus(weight == null ? softplus : weight.times(softplus)).mean();
    }

    /** {@code Σ target·(log target − logp)} over the first axis's extent: log-probabilities and probabilities (N, …). */
    public static Tensor kl(Tensor logp, Tensor target) {
        Tensor zero = Tensor.full(target, 0);
        Tensor one = Tensor.full(target, 1);
        // 0·log 0 is 0: read log 1 there.
        Tensor entropy = Tensor.where(target.gt(0), target, one).log().times(target);
        return Tensor.where(target.gt(0), entropy.minus(target.times(logp)), zero)
                .sum()
                .dividedBy(logp.dim(0));
    }

    /** {@code x·y/(max(‖x‖, eps)·max(‖y‖, eps))} along an axis, which disappears. */
    public static Tensor cosineSimilarity(Tensor x, Tensor y, int axis) {
        return x.normalize(axis, 1e-8).times(y.normalize(axis, 1e-8)).sum(axis);
    }

    /** Mean of 1 − the cosine of rows: both (…, D). */
    public static Tensor cosine(Tensor x, Tensor y) {
        return cosineSimilarity(x, y, -1).mean().subtractedFrom(1);
    }

    /** Which rows belong to which columns: BOOL (N, M), true where the labels are equal. */
    public static Tensor positives(long[] rows, long[] columns) {
        return Tensor.of(rows, rows.length, 1).eq(Tensor.of(columns, 1, columns.length));
    }

    /**
     * Cross-entropy of every row against its positives, which share the target equally (Khosla et al., arXiv 2004.11362,
     * "out"); mean over the rows that have any.
     *
     * @param logits (N, M)
     * @param positives (N, M), BOOL or weights ≥ 0
     */
    public static Tensor multiPositive(Tensor logits, Tensor positives) {
        Tensor p = positives.to(logits.dtype());
        Tensor many = p.sum(true, 1); // (N, 1)
        Tensor target = p.dividedBy(many.maximum(Tensor.full(many, 1e-12)));
        Tensor rows = many.gt(0).to(logits.dtype()).sum();
        return logits.logSoftmax(1)
                .times(target)
                .sum()
                .dividedBy(rows.maximum(Tensor.full(rows, 1)))
                .neg();
    }

    /**
     * The symmetric contrastive loss (Radford et al., arXiv 2103.00020), with any number of positives a row and column.
     *
     * @param a unit vectors (N, D)
     * @param b unit vectors (M, D)
     * @param scale the inverse temperature, one number
     * @param positives (N, M), BOOL or weights ≥ 0
     */
    public static Tensor infoNce(Tensor a, Tensor b, Tensor scale, Tensor positives) {
        Tensor logits = a.matmul(b.t()).times(scale); // (N, M)
        return multiPositive(logits, positives)
                .plus(multiPositive(logits.t(), positives.t()))
                .times(0.5);
    }

    /**
     * The pairwise sigmoid loss (Zhai et al., arXiv 2303.15343): every pair on its own is positive or negative; the sum over
     * pairs, divided by N. Arguments as for {@link #infoNce}.
     *
     * @param bias added to every logit, one number; −10 is the published start, so that few positives do not drown
     */
    public static Tensor sigLip(Tensor a, Tensor b, Tensor scale, Tensor bias, Tensor positives) {
        Tensor logits = a.matmul(b.t()).times(scale).plus(bias); // (N, M)
        Tensor sign = positives.to(logits.dtype()).times(2).minus(1);
        return sign.times(logits).logSigmoid().sum().dividedBy(a.dim(0)).neg();
    }
}
