package sensorium.op;

import java.util.ArrayList;
import java.util.List;
import sensorium.autograd.Tape;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/**
 * Ops that could be written in simpler ones, and are in {@link #fallback}: that is their documentation, the oracle of the
 * tests, what runs on a backend without the kernel, and what derivatives of any order come from. A gradient op's
 * fallback is the vector-Jacobian product of the forward op's fallback.
 */
public sealed interface Fused extends Op {
    /** The same result in simpler ops. */
    List<Tensor> fallback(List<Tensor> in);

    /**
     * The operand whose place each result may take in {@link Dispatch#consume}: of one type and shape, and read element by
     * element before the result's element is written. Empty where results always need memory of their own.
     */
    default int[] replaces() {
        return new int[0];
    }

    /** {@code dx = dy·f′(x)} for an elementwise function: (x, dy) → dx. */
    record UnaryGrad(UnaryKind kind) implements Fused {
        @Override
        public String name() {
            return kind.label() + "_grad";
        }

        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.computes(this, in);
            Check.that(in.get(0).shape().equals(in.get(1).shape()), this, "shapes differ", in);
            return Check.like(in.get(0));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            return List.of(in.get(1).times(UnaryDerivatives.of(kind, in.get(0))));
        }
    }

    /**
     * (x (…, in), weight (out, in), [bias (out)]) → {@code x·weightᵀ + bias} (…, out). The weight may be stored in half the
     * width, as F16 or BF16: it is widened on the way, and arithmetic is that of x.
     */
    record Linear() implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 3);
            Spec x = in.get(0);
            Spec weight = in.get(1);
            Check.that(x.dtype().computes(), this, "needs an F32 or F64 operand", in);
            Check.that(
                    weight.dtype() == x.dtype() || weight.dtype() == DType.F16 || weight.dtype() == DType.BF16,
                    this,
                    "the weight must be of the operand's type or F16 or BF16",
                    in);
            Check.that(
                    x.shape().rank() >= 2
                            && weight.shape().rank() == 2
                            && x.shape().dim(-1) == weight.shape().dim(1),
                    this,
                    "needs (…, in) and (out, in)",
                    in);
            int out = weight.shape().dim(0);
            Check.that(
                    in.size() == 2 || in.get(2).equals(new Spec(x.dtype(), Shape.of(out))),
                    this,
                    "the bias must be one number for each of " + out,
                    in);
            return Check.one(x.dtype(), x.shape().with(x.shape().rank() - 1, out));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor y = in.get(0).matmul(in.get(1).to(in.get(0).dtype()).t());
            return List.of(in.size() == 2 ? y : y.plus(in.get(2)));
        }
    }

    /**
     * {@link Linear} and an elementwise function of what it gives, while that is in the cache. For where no tape runs: the derivative needs
     * what was not kept, and computes it again.
     */
    record LinearUnary(UnaryKind kind) implements Fused {
        @Override
        public String name() {
            return "linear_" + kind.label();
        }

        @Override
        public List<Spec> infer(List<Spec> in) {
            Spec result = new Linear().infer(in).get(0);
            Check.that(kind.result(result.dtype()) == result.dtype(), this, "gives another type", in);
            return List.of(result);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor y = Dispatch.run(new Linear(), in).get(0);
            return List.of(y.apply(new Primitive.Unary(kind)));
        }
    }

    /** {@code exp(x − max) / Σ exp(x − max)} along an axis. */
    record Softmax(int axis) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            return Check.alongAxis(this, axis, in, 1);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor x = in.get(0);
            Tensor e = x.minus(x.max(true, axis)).exp();
            return List.of(e.dividedBy(e.sum(true, axis)));
        }
    }

    /** (y, dy) → dx of {@link Softmax}, from its result y: {@code y·(dy − Σ y·dy)}. */
    record SoftmaxGrad(int axis) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            return Check.alongAxis(this, axis, in, 2);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor y = in.get(0);
            Tensor dy = in.get(1);
            return List.of(y.times(dy.minus(y.times(dy).sum(true, axis))));
        }
    }

    /** {@code x − max − log Σ exp(x − max)} along an axis. */
    record LogSoftmax(int axis) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            return Check.alongAxis(this, axis, in, 1);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor x = in.get(0);
            Tensor shifted = x.minus(x.max(true, axis));
            return List.of(shifted.minus(shifted.exp().sum(true, axis).log()));
        }
    }

    /** (y, dy) → dx of {@link LogSoftmax}, from its result y: {@code dy − eʸ·Σ dy}. */
    record LogSoftmaxGrad(int axis) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            return Check.alongAxis(this, axis, in, 2);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor dy = in.get(1);
            return List.of(dy.minus(in.get(0).exp().times(dy.sum(true, axis))));
        }
    }

    /**
     * (logits (…, C), targets (…) I64) → (cross-entropy of every row (…), its maximum (…), {@code Σ exp(x − max)} (…)). The
     * row's cross-entropy is {@code −Σ q·log softmax(x)}, where q is 1 at the target but for a share {@code smoothing} that is
     * spread evenly over all classes (Szegedy et al., arXiv 1512.00567). The other results are for the gradient.
     */
    record CrossEntropy(double smoothing) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.computes(this, in.subList(0, 1));
            Shape x = in.get(0).shape();
            Check.that(x.rank() >= 1 && x.dim(-1) > 0, this, "needs rows of classes", in);
            Shape rows = x.without(-1);
            Check.that(in.get(1).equals(new Spec(DType.I64, rows)), this, "needs one I64 target a row", in);
            Spec each = new Spec(in.get(0).dtype(), rows);
            return List.of(each, each, each);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor x = in.get(0);
            Tensor max = x.max(true, -1);
            Tensor sum = x.minus(max).exp().sum(false, -1);
            Tensor logp = x.logSoftmax(-1);
            Tensor loss = logp.gather(-1, in.get(1).unsqueeze(-1)).squeeze(-1).neg();
            if (smoothing != 0) {
                loss = loss.times(1 - smoothing).minus(logp.mean(false, -1).times(smoothing));
            }
            return List.of(loss, max.squeeze(-1), sum);
        }
    }

    /** (logits, targets, max, sum, dloss) → dlogits of {@link CrossEntropy}, from its results: {@code dloss·(softmax − q)}. */
    record CrossEntropyGrad(double smoothing) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 5, 5);
            return Check.like(in.get(0));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            List<Tensor> upstream = new ArrayList<>();
            upstream.add(in.getLast());
            upstream.add(null);
            upstream.add(null);
            return Tape.vjp(new CrossEntropy(smoothing)::fallback, in.subList(0, 2), upstream)
                    .subList(0, 1);
        }
    }

    /**
     * Connectionist temporal classification (Graves et al., ICML 2006): (log-probabilities (N, T, C), targets (N, S) I64, how many
     * of T count (N) I64, how many of S (N) I64) → (N), −log of the probability that the frames spell the targets, blanks and
     * repetitions left out. Infinite where too few frames count, or, with {@code zeroInfinity}, 0; such an item has no gradient.
     * Lengths beyond the axis count as the axis; targets that do not count are not looked at, but must be classes.
     */
    record CtcLoss(int blank, boolean zeroInfinity) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 4, 4);
            CtcMath.check(this, blank, in);
            return Check.one(in.get(0).dtype(), Shape.of(in.get(0).shape().dim(0)));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            return List.of(CtcMath.loss(in, blank, zeroInfinity));
        }
    }

    /** (log-probabilities, targets, lengths, target lengths, dloss (N)) → their gradient (N, T, C) of {@link CtcLoss}. */
    record CtcLossGrad(int blank, boolean zeroInfinity) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 5, 5);
            CtcMath.check(this, blank, in);
            return Check.like(in.get(0));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            var forward = new CtcLoss(blank, zeroInfinity);
            return Tape.vjp(forward::fallback, in.subList(0, 4), in.subList(4, 5))
                    .subList(0, 1);
        }
    }

    /**
     * (x (…, D)) or (x, weight (D), bias (D)) → {@code (x − mean)/√(var + eps)·weight + bias} over the last axis, with the
     * biased variance (Ba et al., arXiv 1607.06450).
     */
    record LayerNorm(double eps) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            return Norms.infer(this, in, 2, -1);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor x = in.get(0);
            Tensor centred = x.minus(x.mean(true, -1));
            Tensor y = centred.times(centred.square().mean(true, -1).plus(eps).rsqrt());
            return List.of(in.size() == 1 ? y : y.times(in.get(1)).plus(in.get(2)));
        }
    }

    /** (x, dy) → dx, or (x, weight, dy) → (dx, dweight, dbias) of {@link LayerNorm}. */
    record LayerNormGrad(double eps) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            return Norms.inferGrad(this, in, 2);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            return Norms.grad(new LayerNorm(eps), in, true);
        }
    }

    /** (x (…, D)) or (x, weight (D)) → {@code x/√(mean(x²) + eps)·weight} (Zhang and Sennrich, arXiv 1910.07467). */
    record RmsNorm(double eps) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            return Norms.infer(this, in, 1, -1);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor x = in.get(0);
            Tensor y = x.times(x.square().mean(true, -1).plus(eps).rsqrt());
            return List.of(in.size() == 1 ? y : y.times(in.get(1)));
        }
    }

    /** (x, dy) → dx, or (x, weight, dy) → (dx, dweight) of {@link RmsNorm}. */
    record RmsNormGrad(double eps) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            return Norms.inferGrad(this, in, 1);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            return Norms.grad(new RmsNorm(eps), in, false);
        }
    }

    /**
     * (x (N, C, …)) or (x, weight (C), bias (C)): normalises each of {@code groups} groups of channels over channels and
     * space (Wu and He, arXiv 1803.08494). With as many groups as channels it is instance norm.
     */
    record GroupNorm(int groups, double eps) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.that(
                    in.get(0).shape().rank() >= 2 && in.get(0).shape().dim(1) % groups == 0,
                    this,
                    "channels do not split into " + groups + " groups",
                    in);
            return Norms.infer(this, in, 2, 1);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor x = in.get(0);
            Tensor rows = x.reshape(x.dim(0), groups, -1);
            Tensor y = rows.layerNorm(eps).reshape(x.shape());
            return List.of(
                    in.size() == 1 ? y : y.times(Norms.perChannel(in.get(1), x)).plus(Norms.perChannel(in.get(2), x)));
        }
    }

    /** (x, dy) → dx, or (x, weight, dy) → (dx, dweight, dbias) of {@link GroupNorm}. */
    record GroupNormGrad(int groups, double eps) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            return Norms.inferGrad(this, in, 2);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            return Norms.grad(new GroupNorm(groups, eps), in, true);
        }
    }

    /**
     * (x (N, C, …), weight (C), bias (C)) → (y, mean (C), variance (C)): normalises each channel over the batch with its own
     * biased statistics, as in training (Ioffe and Szegedy, arXiv 1502.03167).
     */
    record BatchNorm(double eps) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 3, 3);
            Spec y = Norms.infer(this, in, 2, 1).get(0);
            return List.of(y, in.get(1), in.get(1));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor x = in.get(0);
            int[] axes = new int[x.rank() - 1];
            for (int i = 1; i < axes.length; i++) {
                axes[i] = i + 1;
            }
            Tensor mean = x.mean(false, axes);
            Tensor centred = x.minus(Norms.perChannel(mean, x));
            Tensor variance = centred.square().mean(false, axes);
            Tensor scale = variance.plus(eps).rsqrt().times(in.get(1));
            Tensor y = centred.times(Norms.perChannel(scale, x)).plus(Norms.perChannel(in.get(2), x));
            return List.of(y, mean, variance);
        }
    }

    /** (x, weight, dy) → (dx, dweight, dbias) of {@link BatchNorm}. */
    record BatchNormGrad(double eps) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 3, 3);
            return Norms.inferGrad(this, in, 2);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            return Norms.grad(new BatchNorm(eps), in, true);
        }
    }

    /**
     * Scaled dot-product attention (Vaswani et al., arXiv 1706.03762): (q (B,H,T,D), k (B,H,S,D), v (B,H,S,E), [mask
     * broadcastable to (B,H,T,S)]) → (softmax(scale·q·kᵀ + mask)·v (B,H,T,E), log Σ exp of the scores (B,H,T)). A BOOL mask
     * says which keys are seen, a float mask is added. Where {@code causal}, query i sees keys j ≤ i + {@code offset}:
     * offset 0 is aligned at the top left, S − T continues a cache. A row that sees nothing is NaN.
     */
    record Attention(double scale, boolean causal, int offset) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            return AttentionMath.infer(this, in);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            return AttentionMath.of(this, in);
        }
    }

    /** (q, k, v, [mask], out, logsumexp, dout) → (dq, dk, dv) of {@link Attention}. */
    record AttentionGrad(double scale, boolean causal, int offset) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 6, 7);
            return List.copyOf(in.subList(0, 3));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            int operands = in.size() - 3;
            List<Tensor> upstream = new ArrayList<>();
            upstream.add(in.getLast());
            upstream.add(null);
            return Tape.vjp(new Attention(scale, causal, offset)::fallback, in.subList(0, operands), upstream)
                    .subList(0, 3);
        }
    }

    /**
     * (rows (N, D), queries (Q, D)) → the {@code k} greatest dot products of each query (Q, k), descending, and which rows they
     * are of (Q, k) I64; of equal ones the lower row first, NaN before everything.
     */
    record Nearest(int k) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.computes(this, in);
            Shape rows = in.get(0).shape();
            Shape queries = in.get(1).shape();
            Check.that(
                    rows.rank() == 2 && queries.rank() == 2 && rows.dim(1) == queries.dim(1),
                    this,
                    "needs (N, D) and (Q, D)",
                    in);
            Check.that(k >= 0 && k <= rows.dim(0), this, "there are no " + k + " rows", in);
            Shape found = Shape.of(queries.dim(0), k);
            return List.of(new Spec(in.get(0).dtype(), found), new Spec(DType.I64, found));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor scores = in.get(1).matmul(in.get(0).t()); // (Q, N)
            Tensor nearest = scores.topK(1, k);
            return List.of(scores.gather(1, nearest), nearest);
        }
    }

    /**
     * (x (N,C,H,W)) → the maximum of every window; padding counts as −∞. Gradients go to the first maximum. Windows are
     * described as for convolution, groups unused.
     */
    record MaxPool2d(int kernelH, int kernelW, Primitive.Window window) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            Check.computes(this, in);
            Shape x = in.get(0).shape();
            Check.that(x.rank() == 4, this, "needs (N,C,H,W)", in);
            int oh = window.outH(x.dim(2), kernelH);
            int ow = window.outW(x.dim(3), kernelW);
            Check.that(oh > 0 && ow > 0, this, "the window is larger than the padded input", in);
            return Check.one(in.get(0).dtype(), Shape.of(x.dim(0), x.dim(1), oh, ow));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor w = in.get(0)
                    .pad(window, Double.NEGATIVE_INFINITY)
                    .windows(2, kernelH, window.strideH(), window.dilationH())
                    .windows(3, kernelW, window.strideW(), window.dilationW()) // (N,C,H',W',kH,kW)
                    .flatten(4, 6);
            Tensor first = w.argMax(4).unsqueeze(4);
            return List.of(w.gather(4, first).squeeze(4));
        }
    }

    /** (x, dy) → dx of {@link MaxPool2d}. */
    record MaxPool2dGrad(int kernelH, int kernelW, Primitive.Window window) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            return Check.like(in.get(0));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            var forward = new MaxPool2d(kernelH, kernelW, window);
            return Tape.vjp(forward::fallback, in.subList(0, 1), in.subList(1, 2));
        }
    }

    /**
     * One step of Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101): (parameter, gradient, first
     * moment, second moment) → the new parameter and moments. {@code correction1} and {@code correction2} are 1 − βᵗ.
     */
    record AdamWStep(
            double rate, double beta1, double beta2, double eps, double decay, double correction1, double correction2)
            implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 4, 4);
            Check.computes(this, in);
            var shape = in.get(0).shape();
            Check.that(in.stream().allMatch(s -> s.shape().equals(shape)), this, "shapes differ", in);
            return List.of(in.get(0), in.get(2), in.get(3));
        }

        @Override
        public int[] replaces() {
            return new int[] {0, 2, 3};
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor g = in.get(1);
            Tensor m = in.get(2).times(beta1).plus(g.times(1 - beta1));
            Tensor v = in.get(3).times(beta2).plus(g.square().times(1 - beta2));
            Tensor step = m.dividedBy(v.sqrt().times(1 / Math.sqrt(correction2)).plus(eps))
                    .times(rate / correction1);
            return List.of(in.get(0).times(1 - rate * decay).minus(step), m, v);
        }
    }

    /**
     * The discrete Fourier transform of real rows: (x (…, L)) or (x, window (L)) with 1 ≤ L ≤ n → (…, n/2 + 1, 2), real and
     * imaginary parts of {@code Σⱼ xⱼ·windowⱼ·exp(−2πi·j·k/n)}. Rows shorter than n count as followed by zeros.
     */
    record RealFft(int n) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 2);
            return Check.one(in.get(0).dtype(), Fourier.inferBins(this, n, in).concat(Shape.of(2)));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor x = in.size() == 1 ? in.get(0) : in.get(0).times(in.get(1)); // (…, L)
            return List.of(Fourier.product(x, 1, Fourier.matrix(x, x.dim(-1), n), n / 2 + 1, 2));
        }
    }

    /**
     * The transpose of {@link RealFft} without a window: (y (…, n/2 + 1, 2)) → (…, length), {@code Σₖ Re yₖ·cos(2π·j·k/n) −
     * Im yₖ·sin(2π·j·k/n)}. It carries gradients back, and is the inverse transform of suitably weighted bins.
     */
    record RealFftAdjoint(int n, int length) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            Check.computes(this, in);
            Shape y = in.get(0).shape();
            Check.that(
                    length >= 1 && length <= n && y.rank() >= 2 && y.dim(-1) == 2 && y.dim(-2) == n / 2 + 1,
                    this,
                    "needs (…, n/2 + 1, 2) and 1 ≤ length ≤ n",
                    in);
            return Check.one(in.get(0).dtype(), y.range(0, y.rank() - 2).concat(Shape.of(length)));
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor y = in.get(0);
            return List.of(Fourier.product(y, 2, Fourier.matrix(y, length, n).t(), length));
        }
    }

    /**
     * |{@link RealFft}|²: (x (…, L), window (L)) → (…, n/2 + 1); or, with filters (bands, n/2 + 1), each row the weights of
     * a band → (…, bands). Bins of weight zero are left out of a band's sum.
     */
    record PowerSpectrum(int n) implements Fused {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 3);
            Shape bins = Fourier.inferBins(this, n, in);
            if (in.size() == 3) {
                Shape filters = in.get(2).shape();
                Check.that(
                        filters.rank() == 2 && filters.dim(1) == n / 2 + 1,
                        this,
                        "filters must be (bands, n/2 + 1)",
                        in);
                bins = bins.with(bins.rank() - 1, filters.dim(0));
            }
            return Check.one(in.get(0).dtype(), bins);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor power = in.get(0).apply(new RealFft(n), in.get(1)).square().sum(false, -1);
            return List.of(
                    in.size() == 2
                            ? power
                            : Fourier.product(power, 1, in.get(2).t(), in.get(2).dim(0)));
        }
    }
}
