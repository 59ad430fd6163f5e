package sensorium.backend.reference;

import sensorium.backend.Operand;
import sensorium.op.Primitive.Window;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** Matrix products and convolutions, as their definitions. */
final class ProductKernels {
    private ProductKernels() {}

    static void matmul(Operand x, Operand w, Operand y) {
        int m = x.shape().dim(-2);
        int inner = x.shape().dim(-1);
        int n = w.shape().dim(-1);
        double[] a = Elements.doubles(x);
        double[] b = Elements.doubles(w);
        double[] r = new double[Elements.count(y)];
        Shape batch = y.shape().range(0, y.shape().rank() - 2);
        long[] batchA = batches(x.shape(), batch);
        long[] batchB = batches(w.shape(), batch);
        for (int g = 0; g < batchA.length; g++) {
            int fromA = (int) batchA[g] * m * inner;
            int fromB = (int) batchB[g] * inner * n;
            for (int i = 0; i < m; i++) {
                int row = (g * m + i) * n;
                for (int k = 0; k < inner; k++) {
                    double aik = a[fromA + i * inner + k];
                    for (int j = 0; j < n; j++) {
                        r[row + j] += aik * b[fromB + k * n + j];
                    }
                }
            }
        }
        Elements.store(r, y);
    }

    /** Which matrix of an operand serves each of the product's. */
    private static long[] batches(Shape operand, Shape batch) {
        return Rows.offsets(
                Layout.contiguous(operand.range(0, operand.rank() - 2)).expand(batch));
    }

    static void conv2d(Window window, Operand x, Operand w, Operand y) {
        double[] xs = Elements.doubles(x);
        double[] ws = Elements.doubles(w);
        double[] ys = new double[Elements.count(y)];
        taps(window, x.shape(), w.shape(), y.shape(), (xi, step, wi, yi, n) -> {
            for (int j = 0; j < n; j++) {
                ys[yi + j] += xs[xi + j * step] * ws[wi];
            }
        });
        Elements.store(ys, y);
    }

    static void conv2dInputGrad(Window window, Operand dy, Operand w, Operand dx) {
        double[] dys = Elements.doubles(dy);
        double[] ws = Elements.doubles(w);
        double[] dxs = new double[Elements.count(dx)];
        taps(window, dx.shape(), w.shape(), dy.shape(), (xi, step, wi, yi, n) -> {
            for (int j = 0; j < n; j++) {
                dxs[xi + j * step] += dys[yi + j] * ws[wi];
            }
        });
        Elements.store(dxs, dx);
    }

    static void conv2dWeightGrad(Window window, Operand x, Operand dy, Operand dw) {
        double[] xs = Elements.doubles(x);
        double[] dys = Elements.doubles(dy);
        double[] dws = new double[Elements.count(dw)];
        taps(window, x.shape(), dw.shape(), dy.shape(), (xi, step, wi, yi, n) -> {
            for (int j = 0; j < n; j++) {
                dws[wi] += xs[xi + j * step] * dys[yi + j];
            }
        });
        Elements.store(dws, dw);
    }

    /** Multiplications of a convolution along a row: {@code n} elements of the input, {@code step} apart, and of the output meet a weight. */
    private interface Tap {
        void meet(int x, int step, int w, int y, int n);
    }

    /** Every multiplication of a convolution x (N,C,H,W) ⋆ w (O,C/groups,kH,kW) → y (N,O,H',W'). */
    private static void taps(Window window, Shape x, Shape w, Shape y, Tap tap) {
        int perGroup = w.dim(1);
        int outPerGroup = w.dim(0) / window.groups();
        for (int n = 0; n < y.dim(0); n++) {
            for (int o = 0; o < y.dim(1); o++) {
                for (int c = 0; c < perGroup; c++) {
                    int plane = n * x.dim(1) + o / outPerGroup * perGroup + c;
                    for (int kh = 0; kh < w.dim(2); kh++) {
                        for (int kw = 0; kw < w.dim(3); kw++) {
                            int wi = ((o * perGroup + c) * w.dim(2) + kh) * w.dim(3) + kw;
                            int shift = kw * window.dilationW() - window.padW();
                            int from = Math.max(0, Math.ceilDiv(-shift, window.strideW()));
                            int to = Math.min(y.dim(3), Math.ceilDiv(x.dim(3) - shift, window.strideW()));
                            if (from >= to) {
                                continue;
                            }
                            for (int i = 0; i < y.dim(2); i++) {
                                int h = i * window.strideH() - window.padH() + kh * window.dilationH();
                                if (h < 0 || h >= x.dim(2)) {
                                    continue;
                                }
                                int yi = ((n * y.dim(1) + o) * y.dim(2) + i) * y.dim(3);
                                int xi = (plane * x.dim(2) + h) * x.dim(3);
                                tap.meet(
                                        xi + from * window.strideW() + shift,
                                        window.strideW(),
                                        wi,
                                        yi + from,
                                        to - from);
                            }
                        }
                    }
                }
            }
        }
    }
}
