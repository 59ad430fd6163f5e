package sensorium.op;

import java.util.List;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/** What {@link Fused.CtcLoss} takes and means. */
final class CtcMath {
    /** The logarithm of what is impossible: finite, so that differences are numbers, and sums of many stay so in F32. */
    private static final double NEVER = -1e30;
    /** Losses from here on are of what is impossible. */
    private static final double IMPOSSIBLE = 1e29;

    private CtcMath() {}

    /** @param in log-probabilities, targets, two lengths, and perhaps one number for each item */
    static void check(Op op, int blank, List<Spec> in) {
        Shape x = in.get(0).shape();
        Check.computes(op, in.subList(0, 1));
        Check.that(x.rank() == 3 && blank >= 0 && blank < x.dim(2), op, "needs (N, T, C), the blank among C", in);
        Shape targets = in.get(1).shape();
        Check.that(
                targets.rank() == 2 && targets.dim(0) == x.dim(0) && in.get(1).dtype() == DType.I64,
                op,
                "needs targets (N, S), I64",
                in);
        Shape each = Shape.of(x.dim(0));
        Check.that(
                in.get(2).equals(new Spec(DType.I64, each)) && in.get(3).equals(in.get(2)),
                op,
                "needs two I64 lengths an item",
                in);
        Check.that(
                in.size() == 4 || in.get(4).equals(new Spec(in.get(0).dtype(), each)),
                op,
                "needs a number an item",
                in);
    }

    /**
     * The forward recursion over the targets with a blank before, between and behind them: L = 2S + 1 places. From one frame to the
     * next a place stays, moves on by one, or by two where that skips a blank between different targets.
     */
    static Tensor loss(List<Tensor> in, int blank, boolean zeroInfinity) {
        Tensor logp = in.get(0);
        int n = logp.dim(0);
        int frames = logp.dim(1);
        Tensor labels = labels(in.get(1), blank); // (N, L)
        int places = labels.dim(1);
        int letters = in.get(1).dim(1);
        Tensor never = Tensor.full(logp, NEVER);
        Tensor emitted = logp.gather(2, labels.unsqueeze(1).expand(n, frames, places))
                .maximum(never); // (N, T, L), a probability of 0 included
        Tensor skips = places < 3
                ? null
                : Tensor.where(
                        labels.slice(1, 2, places).ne(labels.slice(1, 0, places - 2)),
                        Tensor.full(logp, 0),
                        never); // (N, L − 2)
        Tensor before = in.get(2).unsqueeze(1); // (N, 1)
        Tensor place = Tensor.arange(labels, places).unsqueeze(0); // (1, L)
        Tensor alpha = Tensor.where(place.eq(0), Tensor.full(logp, 0), never).expand(n, places);
        for (int t = 0; t < frames; t++) {
            Tensor next = step(alpha, skips, never).plus(emitted.select(1, t));
            alpha = Tensor.where(before.gt(t), next, alpha);
        }
        Tensor count = in.get(3).maximum(Tensor.full(labels, 0)).minimum(Tensor.full(labels, letters));
        Tensor last = count.plus(count).unsqueeze(1); // (N, 1), the blank behind the last target
        Tensor target = last.minus(1).maximum(Tensor.full(labels, 0));
        Tensor there = Tensor.where(last.gt(0), alpha.gather(1, target), never);
        Tensor loss = logSum(alpha.gather(1, last), there, never).neg().squeeze(1); // (N)
        Tensor otherwise = Tensor.full(logp, zeroInfinity ? 0 : Double.POSITIVE_INFINITY);
        return Tensor.where(loss.lt(IMPOSSIBLE), loss, otherwise);
    }

    /** (N, S) → (N, 2S + 1). */
    private static Tensor labels(Tensor targets, int blank) {
        int n = targets.dim(0);
        int count = targets.dim(1);
        Tensor one = Tensor.full(targets, blank);
        Tensor pairs = Tensor.concat(2, List.of(one.expand(n, count, 1), targets.unsqueeze(2))); // (N, S, 2)
        return Tensor.concat(1, List.of(pairs.reshape(n, 2 * count), one.expand(n, 1)));
    }

    private static Tensor step(Tensor alpha, Tensor skips, Tensor never) {
        int n = alpha.dim(0);
        int places = alpha.dim(1);
        Tensor stay = alpha;
        if (places == 1) {
            return stay;
        }
        Tensor move = Tensor.concat(1, List.of(never.expand(n, 1), alpha.slice(1, 0, places - 1)));
        Tensor skip = Tensor.concat(
                1, List.of(never.expand(n, 2), alpha.slice(1, 0, places - 2).plus(skips)));
        return logSum(stay, move, skip);
    }

    /** {@code log(eᵃ + eᵇ + eᶜ)}, whose derivative does not depend on the largest, by which they are shifted. */
    private static Tensor logSum(Tensor a, Tensor b, Tensor c) {
        Tensor max = a.maximum(b).maximum(c).detached();
        return a.minus(max)
                .exp()
                .plus(b.minus(max).exp())
                .plus(c.minus(max).exp())
                .log()
                .plus(max);
    }
}
