package sensorium.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sensorium.autograd.Tape;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.op.Primitive;
import sensorium.op.Primitive.Window;
import sensorium.op.UnaryKind;

/** Products, convolutions, norms, attention, spectra, resampling. */
public sealed interface Composites permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** (…, M, K) × (…, K, N) → (…, M, N); leading axes broadcast. A vector on the right (K) yields (…, M). */
    default Tensor matmul(Tensor other) {
        if (other.rank() == 1) {
            return matmul(other.unsqueeze(1)).squeeze(-1);
        }
        Tensor a = self();
        if (other.rank() == 2 && a.rank() > 2) {
            // One long product instead of a batch of short ones.
            Shape rows = a.shape().range(0, a.rank() - 1);
            return a.flatten(0, a.rank() - 1)
                    .apply(new Primitive.MatMul(), other)
                    .reshape(rows.concat(Shape.of(other.dim(1))));
        }
        return a.apply(new Primitive.MatMul(), other);
    }

    /**
     * {@code x·weightᵀ + bias} of the last axis: (…, in), weight (out, in), bias (out) or null → (…, out). The weight may be
     * F16 or BF16.
     */
    default Tensor linear(Tensor weight, Tensor bias) {
        return bias == null ? self().apply(new Fused.Linear(), weight) : self().apply(new Fused.Linear(), weight, bias);
    }

    /** {@link #linear(Tensor, Tensor)} and {@code kind} of it, in one piece where no tape runs. */
    default Tensor linear(Tensor weight, Tensor bias, UnaryKind kind) {
        if (Tape.isRecording()) {
            return linear(weight, bias).apply(new Primitive.Unary(kind));
        }
        var op = new Fused.LinearUnary(kind);
        return bias == null ? self().apply(op, weight) : self().apply(op, weight, bias);
    }

    /** (N,C,H,W) ⋆ weight (O, C/groups, kH, kW) [+ bias (O)] → (N,O,H',W'). {@code bias} may be null. */
    default Tensor conv2d(Tensor weight, Tensor bias, Window window) {
        Tensor y = self().apply(new Primitive.Conv2d(window), weight);
        return bias == null ? y : y.plus(bias.reshape(-1, 1, 1));
    }

    /** (N,C,L) ⋆ weight (O, C/groups, k) [+ bias (O)] → (N,O,L'). */
    default Tensor conv1d(Tensor weight, Tensor bias, int stride, int padding, int dilation, int groups) {
        return self().unsqueeze(2)
                .conv2d(weight.unsqueeze(2), bias, new Window(1, stride, 0, padding, 1, dilation, groups))
                .squeeze(2);
    }

    /**
     * The transpose of convolution: (N,C,H,W), weight (C, O/groups, kH, kW) → (N, O, H', W') with {@code H' = (H−1)·stride −
     * 2·pad + dilation·(kH−1) + outputPadding + 1}.
     */
    default Tensor convTranspose2d(Tensor weight, Tensor bias, Window window, int outputPadH, int outputPadW) {
        Tensor x = self();
        int h = (x.dim(2) - 1) * window.strideH()
                - 2 * window.padH()
                + window.dilationH() * (weight.dim(2) - 1)
                + outputPadH
                + 1;
        int w = (x.dim(3) - 1) * window.strideW()
                - 2 * window.padW()
                + window.dilationW() * (weight.dim(3) - 1)
                + outputPadW
                + 1;
        Tensor y = x.apply(new Primitive.Conv2dInputGrad(window, h, w), weight);
        return bias == null ? y : y.plus(bias.reshape(-1, 1, 1));
    }

    default Tensor convTranspose1d(Tensor weight, Tensor bias, int stride, int padding, int outputPadding) {
        return self().unsqueeze(2)
                .convTranspose2d(
                        weight.unsqueeze(2), bias, new Window(1, stride, 0, padding, 1, 1, 1), 0, outputPadding)
                .squeeze(2);
    }

    default Tensor maxPool2d(int kernelH, int kernelW, Window window) {
        return self().apply(new Fused.MaxPool2d(kernelH, kernelW, window));
    }

    /** Means of windows; padding counts as zeros. */
    default Tensor avgPool2d(int kernelH, int kernelW, Window window) {
        return self().pad(window, 0)
                .windows(2, kernelH, window.strideH(), 1)
                .windows(3, kernelW, window.strideW(), 1) // (N,C,H',W',kH,kW)
                .mean(4, 5);
    }

    /** Means over an h × w grid of nearly equal cells; cells may overlap by a row where extents do not divide. */
    default Tensor adaptiveAvgPool2d(int h, int w) {
        return Resampling.adaptive(Resampling.adaptive(self(), 2, h), 3, w);
    }

    /** Resizes height and width of (N,C,H,W) (or, on other ranks, the last two axes). */
    default Tensor interpolate(int height, int width, Resampling mode) {
        Tensor y = mode.apply(self(), self().rank() - 2, height, 0);
        return mode.apply(y, y.rank() - 1, width, 0);
    }

    /** {@link #interpolate} where the given factors, not the ratio of extents, map coordinates. */
    default Tensor interpolate(double scaleH, double scaleW, Resampling mode) {
        Tensor x = self();
        int h = (int) Math.floor(x.dim(-2) * scaleH);
        int w = (int) Math.floor(x.dim(-1) * scaleW);
        return mode.apply(mode.apply(x, x.rank() - 2, h, scaleH), x.rank() - 1, w, scaleW);
    }

    /** Every window of (N,C,H,W) as a column: (N, C·kH·kW, H'·W'), as a convolution sees it (im2col). */
    default Tensor unfold(int kernelH, int kernelW, Window window) {
        Tensor w = self().pad(window, 0)
                .windows(2, kernelH, window.strideH(), window.dilationH())
                .windows(3, kernelW, window.strideW(), window.dilationW()); // (N,C,H',W',kH,kW)
        return w.permute(0, 1, 4, 5, 2, 3).reshape(w.dim(0), w.dim(1) * kernelH * kernelW, w.dim(2) * w.dim(3));
    }

    /**
     * Samples (N,C,H,W) bilinearly at {@code grid} (N,h,w,2) of (x, y), where −1 and 1 are the outer edges of the picture, or
     * the centres of its outer pixels if {@code alignCorners}; zeros outside. Yields (N,C,h,w).
     */
    default Tensor gridSample(Tensor grid, boolean alignCorners) {
        return Resampling.sample(self(), grid, alignCorners);
    }

    /** Normalises the last axis; {@code weight} and {@code bias} (D). */
    default Tensor layerNorm(Tensor weight, Tensor bias, double eps) {
        return self().apply(new Fused.LayerNorm(eps), weight, bias);
    }

    default Tensor layerNorm(double eps) {
        return self().apply(new Fused.LayerNorm(eps));
    }

    default Tensor rmsNorm(Tensor weight, double eps) {
        return self().apply(new Fused.RmsNorm(eps), weight);
    }

    /** Normalises groups of channels of (N, C, …); {@code weight} and {@code bias} (C). */
    default Tensor groupNorm(int groups, Tensor weight, Tensor bias, double eps) {
        return self().apply(new Fused.GroupNorm(groups, eps), weight, bias);
    }

    /** Normalises channels by the batch: result, mean, biased variance. */
    default List<Tensor> batchNorm(Tensor weight, Tensor bias, double eps) {
        return Dispatch.run(new Fused.BatchNorm(eps), List.of(self(), weight, bias));
    }

    /** This as queries (B,H,T,D) over keys and values (B,H,S,D); see {@link Fused.Attention}. {@code mask} may be null. */
    default Tensor attention(Tensor keys, Tensor values, Tensor mask, Fused.Attention how) {
        List<Tensor> in = new ArrayList<>(List.of(self(), keys, values));
        if (mask != null) {
            in.add(mask);
        }
        return Dispatch.run(how, in).get(0);
    }

    /**
     * The Fourier transform of real rows (…, L), followed by zeros up to length n ≥ L: (…, n/2 + 1, 2), real and imaginary
     * parts of {@code Σⱼ xⱼ·exp(−2πi·j·k/n)}.
     */
    default Tensor rfft(int n) {
        return self().apply(new Fused.RealFft(n));
    }

    /**
     * The real rows of length n whose transform this (…, n/2 + 1, 2) is. Of bin 0, and of bin n/2 for even n, only the real
     * part counts.
     */
    default Tensor irfft(int n) {
        // Every bin stands for its mirror image too, but those that are their own.
        double[] weights = new double[n / 2 + 1];
        Arrays.fill(weights, 2.0 / n);
        weights[0] = 1.0 / n;
        if (n % 2 == 0) {
            weights[n / 2] = 1.0 / n;
        }
        Tensor scale = Tensor.of(self(), weights).to(self().dtype()).unsqueeze(1);
        return self().times(scale).apply(new Fused.RealFftAdjoint(n, n));
    }

    /**
     * |rfft|² of rows (…, L) under a window (L): (…, n/2 + 1), or what filters (bands, n/2 + 1) sum of it: (…, bands).
     * {@code filters} may be null.
     */
    default Tensor powerSpectrum(int n, Tensor window, Tensor filters) {
        return filters == null
                ? self().apply(new Fused.PowerSpectrum(n), window)
                : self().apply(new Fused.PowerSpectrum(n), window, filters);
    }

    /** Unit vectors along an axis: {@code x / max(‖x‖, eps)}. */
    default Tensor normalize(int axis, double eps) {
        return self().dividedBy(self().norm(true, axis).maximum(Tensor.full(self(), eps)));
    }
}
