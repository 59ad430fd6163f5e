package sensorium.op;

import static sensorium.op.Sample.floats;

import sensorium.op.OpCase.Budget;
import sensorium.op.Primitive.Window;

/** Matrix products and convolutions. */
final class ProductCases {
    private ProductCases() {}

    static void add(Table t) {
        var matmul = new Primitive.MatMul();
        t.floats(matmul, Budget.norm(16), 2, floats(3, 5), floats(5, 7));
        t.floats(matmul, Budget.norm(16), 2, floats(1, 1), floats(1, 1));
        t.floats(matmul, Budget.norm(16), 2, floats(2, 3, 5), floats(2, 5, 4));
        t.floats(matmul, Budget.norm(16), 2, floats(2, 1, 3, 5), floats(3, 5, 2));
        t.floats(matmul, Budget.norm(16), 2, floats(2, 3, 4, 5), floats(5, 2));
        t.floats(matmul, Budget.norm(16), 2, floats(3, 5), floats(2, 5, 2));
        t.floats(matmul, Budget.norm(32), 0, floats(37, 130), floats(130, 67));
        t.floats(matmul, Budget.norm(32), 0, floats(1, 259), floats(259, 33));
        t.floats(matmul, Budget.norm(16), 1, floats(3, 0), floats(0, 4));
        t.floats(matmul, Budget.norm(16), 0, floats(0, 3), floats(3, 4));
        t.floats(matmul, Budget.norm(16), 0, floats(0, 2, 3), floats(3, 4));
        t.floats(
                matmul,
                Budget.norm(16),
                0,
                floats(3, 2).with(Sample.these(1, Double.NaN, Double.POSITIVE_INFINITY, 2, 1, 3)),
                floats(2, 3).with(Sample.these(1, 2, 3)));

        convolution(t, new Window(1, 1, 0, 0, 1, 1, 1), 2, 3, 4, 5, 6, 3, 3);
        convolution(t, new Window(2, 1, 1, 0, 1, 2, 1), 1, 2, 3, 7, 6, 3, 2);
        convolution(t, new Window(1, 2, 2, 1, 2, 1, 2), 2, 4, 6, 5, 7, 3, 3);
        convolution(t, new Window(1, 1, 1, 1, 1, 1, 4), 1, 4, 4, 5, 5, 3, 3); // depthwise
        convolution(t, new Window(1, 1, 0, 0, 1, 1, 1), 2, 5, 3, 4, 3, 1, 1); // pointwise
        convolution(t, new Window(2, 2, 0, 0, 1, 1, 1), 1, 3, 4, 5, 6, 2, 2); // leaves a row over
        convolution(t, new Window(1, 1, 0, 0, 1, 1, 1), 0, 3, 4, 5, 6, 3, 3); // empty batch
        convolution(
                t, new Window(3, 2, 1, 1, 2, 1, 1), 2, 3, 4, 11, 9, 2, 3); // strides that dilation shares and doesn't
        convolution(t, new Window(2, 2, 3, 3, 2, 2, 3), 2, 6, 3, 8, 9, 3, 3); // padding wider than a kernel's half
        convolution(t, new Window(1, 1, 4, 3, 1, 1, 1), 1, 2, 3, 4, 5, 2, 2); // windows that see padding alone
        convolution(t, new Window(2, 2, 0, 0, 1, 1, 1), 2, 5, 4, 6, 7, 1, 1); // pixels that no kernel sees
        convolution(t, new Window(1, 1, 1, 1, 1, 1, 1), 3, 90, 5, 7, 7, 3, 3); // depth in parts, blocks over images
        convolution(t, new Window(1, 1, 1, 1, 1, 1, 1), 4, 9, 11, 7, 7, 3, 3); // small maps
        convolution(t, new Window(1, 1, 1, 2, 1, 1, 1), 3, 12, 10, 5, 6, 2, 3);
        convolution(t, new Window(1, 1, 4, 0, 1, 1, 1), 2, 8, 8, 4, 9, 5, 5);
        convolution(t, new Window(1, 1, 1, 1, 1, 1, 1), 1, 4, 9, 6, 53, 3, 3); // rows of many vectors
        convolution(t, new Window(2, 2, 1, 1, 1, 1, 1), 1, 4, 9, 6, 75, 3, 3);
        convolution(t, new Window(1, 1, 0, 1, 1, 1, 1), 2, 20, 40, 1, 37, 1, 3); // a sequence
        convolution(t, new Window(2, 2, 1, 1, 1, 1, 6), 2, 6, 6, 9, 75, 3, 3); // depthwise
        convolution(t, new Window(1, 1, 2, 2, 1, 1, 3), 2, 3, 3, 7, 19, 5, 5);
        convolution(t, new Window(1, 1, 1, 1, 1, 1, 3), 2, 3, 3, 6, 37, 3, 3); // rows of some vectors and a part of one
        convolution(t, new Window(1, 1, 0, 2, 1, 1, 2), 2, 2, 2, 3, 18, 3, 3);
        convolution(t, new Window(1, 1, 2, 0, 1, 1, 2), 1, 2, 2, 1, 20, 3, 3); // one row
        convolution(t, new Window(1, 1, 1, 1, 1, 1, 2), 1, 2, 2, 2, 16, 3, 3);
        // Enough channels and pixels for 3 x 3 in tiles of 2 x 2; whole tiles and halves, few images and many.
        convolution(t, new Window(1, 1, 1, 1, 1, 1, 1), 0, 2, 17, 19, 13, 11, 3, 3);
        convolution(t, new Window(1, 1, 0, 2, 1, 1, 1), 0, 1, 16, 21, 22, 25, 3, 3);
        convolution(t, new Window(1, 1, 2, 0, 1, 1, 1), 0, 33, 20, 16, 3, 4, 3, 3);
        convolution(t, new Window(1, 1, 1, 1, 1, 1, 1), 0, 1, 40, 80, 16, 16, 3, 3);
        convolution(t, new Window(1, 1, 1, 1, 1, 1, 1), 0, 7, 24, 40, 14, 14, 3, 3);
    }

    private static void convolution(Table t, Window w, int n, int c, int o, int h, int v, int kh, int kw) {
        convolution(t, w, n == 0 ? 0 : 2, n, c, o, h, v, kh, kw);
    }

    private static void convolution(Table t, Window w, int order, int n, int c, int o, int h, int v, int kh, int kw) {
        int oh = w.outH(h, kh);
        int ow = w.outW(v, kw);
        Sample x = floats(n, c, h, v);
        Sample weight = floats(o, c / w.groups(), kh, kw);
        Sample dy = floats(n, o, oh, ow);
        t.floats(new Primitive.Conv2d(w), Budget.norm(16), order, x, weight);
        t.floats(new Primitive.Conv2dInputGrad(w, h, v), Budget.norm(16), order, dy, weight);
        t.floats(new Primitive.Conv2dWeightGrad(w, kh, kw), Budget.norm(16), order, x, dy);
    }
}
