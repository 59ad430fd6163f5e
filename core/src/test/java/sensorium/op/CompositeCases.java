package sensorium.op;

import static sensorium.op.Sample.floats;

import sensorium.op.OpCase.Budget;
import sensorium.op.Primitive.Window;
import sensorium.tensor.Movement.PadMode;
import sensorium.tensor.Resampling;
import sensorium.tensor.Resampling.Mode;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/** Methods on tensors that are made of several ops. */
final class CompositeCases {
    private static final Budget NORM = Budget.norm(32);
    private static final Window SAME = new Window(1, 1, 1, 1, 1, 1, 1);
    private static final Window HALVE = new Window(2, 2, 0, 0, 1, 1, 1);

    private CompositeCases() {}

    static void add(Table t) {
        elementwise(t);
        movement(t);
        reductions(t);
        layers(t);
        resampling(t);
        spectra(t);
    }

    private static void elementwise(Table t) {
        Sample x = floats(3, 5, 7).in(-4, 4);
        t.composite("quickGelu", NORM, 2, in -> in.get(0).quickGelu(), x);
        t.composite("logSigmoid", NORM, 2, in -> in.get(0).logSigmoid(), x);
        t.composite("mish", NORM, 2, in -> in.get(0).mish(), x);
        t.composite("hardSwish", NORM, 2, in -> in.get(0).hardSwish(), x);
        t.composite("elu", NORM, 2, in -> in.get(0).elu(0.7), x);
        t.composite("leakyRelu", NORM, 2, in -> in.get(0).leakyRelu(0.1), x);
        t.composite("clamp", Budget.EXACT, 2, in -> in.get(0).clamp(-1, 2), x);
        t.composite("subtractedFrom", Budget.ulps(1), 2, in -> in.get(0).subtractedFrom(3), x);
        t.composite("normalize", NORM, 2, in -> in.get(0).normalize(-1, 1e-12), x);
    }

    private static void movement(Table t) {
        for (PadMode mode : PadMode.values()) {
            t.composite("pad", Budget.norm(8), 2, in -> in.get(0).pad(1, 2, 3, mode), floats(2, 5));
        }
        t.composite("repeat", Budget.norm(8), 2, in -> in.get(0).repeat(1, 3), floats(2, 5));
        t.composite("pixelShuffle", Budget.EXACT, 2, in -> in.get(0).pixelShuffle(2), floats(2, 8, 3, 2));
        t.composite("pixelUnshuffle", Budget.EXACT, 2, in -> in.get(0).pixelUnshuffle(2), floats(2, 2, 4, 6));
        t.composite("stack", Budget.EXACT, 2, in -> Tensor.stack(1, in), floats(2, 3), floats(2, 3));
        t.composite("chunk", Budget.norm(8), 2, in -> in.get(0).chunk(1, 3).get(1), floats(2, 6));
        t.composite(
                "scatterAdd",
                Budget.norm(8),
                2,
                in -> in.get(0).scatterAdd(0, in.get(1), Shape.of(4)),
                floats(7),
                Sample.indices(4, 7));
        t.composite("select", Budget.EXACT, 2, in -> in.get(0).select(1, 2), floats(2, 3));
    }

    private static void reductions(Table t) {
        Sample x = floats(3, 5, 7);
        t.composite("variance", NORM, 2, in -> in.get(0).variance(false, 0, 2), x);
        t.composite("norm", NORM, 2, in -> in.get(0).norm(true, 1), x);
        t.composite("logSumExp", NORM, 2, in -> in.get(0).logSumExp(false, 1), x);
        Sample special = floats(3, 2)
                .with(Sample.these(
                        Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, 1000, 999, Double.POSITIVE_INFINITY, 1));
        t.composite("logSumExp", NORM, 0, in -> in.get(0).logSumExp(true, 1), special);
        t.composite("sort", Budget.EXACT, 2, in -> in.get(0).sort(1, true), x.with(Sample.distinct()));
        t.composite(
                "topK", Budget.EXACT, 2, in -> in.get(0).gather(2, in.get(0).topK(2, 3)), x.with(Sample.distinct()));
        t.composite("softmax", NORM, 2, in -> in.get(0).softmax(-2), x);
        t.composite("logSoftmax", NORM, 2, in -> in.get(0).logSoftmax(-1), x);
    }

    private static void layers(Table t) {
        Sample image = floats(2, 4, 6, 7);
        Sample weight = floats(6, 4, 3, 3);
        t.composite("matmul", NORM, 2, in -> in.get(0).matmul(in.get(1)), floats(2, 3, 5), floats(5));
        t.composite("matmul", NORM, 2, in -> in.get(0).matmul(in.get(1)), floats(2, 3, 5), floats(5, 4));
        t.composite("linear", Budget.norm(16), 2, in -> in.get(0).linear(in.get(1), null), floats(2, 3), floats(4, 3));
        t.composite("conv2d", NORM, 2, in -> in.get(0).conv2d(in.get(1), in.get(2), SAME), image, weight, floats(6));
        t.composite(
                "conv1d",
                NORM,
                2,
                in -> in.get(0).conv1d(in.get(1), in.get(2), 2, 3, 2, 1),
                floats(2, 3, 11),
                floats(4, 3, 3),
                floats(4));
        t.composite(
                "convTranspose2d",
                NORM,
                2,
                in -> in.get(0).convTranspose2d(in.get(1), in.get(2), new Window(2, 2, 1, 1, 1, 1, 1), 1, 1),
                floats(2, 4, 3, 3),
                floats(4, 3, 3, 3),
                floats(3));
        t.composite(
                "convTranspose1d",
                NORM,
                2,
                in -> in.get(0).convTranspose1d(in.get(1), in.get(2), 2, 1, 1),
                floats(2, 3, 5),
                floats(3, 4, 3),
                floats(4));
        t.composite(
                "maxPool2d", Budget.EXACT, 2, in -> in.get(0).maxPool2d(2, 2, HALVE), image.with(Sample.distinct()));
        t.composite("avgPool2d", NORM, 2, in -> in.get(0).avgPool2d(3, 2, SAME), image);
        t.composite("adaptiveAvgPool2d", NORM, 2, in -> in.get(0).adaptiveAvgPool2d(4, 3), image);
        t.composite("layerNorm", NORM, 2, in -> in.get(0).layerNorm(1e-5), floats(3, 7));
        t.composite("rmsNorm", NORM, 2, in -> in.get(0).rmsNorm(in.get(1), 1e-5), floats(3, 7), floats(7));
        t.composite(
                "groupNorm",
                NORM,
                2,
                in -> in.get(0).groupNorm(2, in.get(1), in.get(2), 1e-5),
                image,
                floats(4),
                floats(4));
        t.composite(
                "batchNorm",
                NORM,
                2,
                in -> in.get(0).batchNorm(in.get(1), in.get(2), 1e-5).get(0),
                image,
                floats(4),
                floats(4));
        Sample q = floats(1, 2, 3, 4);
        Sample k = floats(1, 2, 5, 4);
        var causal = new Fused.Attention(0.5, true, 2);
        t.composite("attention", NORM, 2, in -> in.get(0).attention(in.get(1), in.get(2), null, causal), q, k, k);
        t.composite(
                "attention",
                NORM,
                2,
                in -> in.get(0).attention(in.get(1), in.get(2), in.get(3), causal),
                q,
                k,
                k,
                floats(2, 1, 5));
        // The same tensor as queries, keys and values: three gradients meet in one.
        t.composite("attention", NORM, 2, in -> in.get(0).attention(in.get(0), in.get(0), null, causal), q);
    }

    private static void resampling(Table t) {
        Sample image = floats(1, 2, 5, 7);
        for (Mode mode : Mode.values()) {
            boolean linear = mode == Mode.BILINEAR || mode == Mode.BICUBIC;
            for (boolean flag : linear ? new boolean[] {false, true} : new boolean[] {false}) {
                var aligned = new Resampling(mode, flag, false);
                t.composite("interpolate", NORM, 2, in -> in.get(0).interpolate(8, 3, aligned), image);
                var smooth = new Resampling(mode, false, flag);
                t.composite("interpolate", NORM, 2, in -> in.get(0).interpolate(3, 4, smooth), image);
            }
        }
        t.composite("unfold", Budget.norm(8), 2, in -> in.get(0).unfold(3, 2, SAME), image);
        for (boolean corners : new boolean[] {false, true}) {
            t.composite(
                    "gridSample",
                    NORM,
                    2,
                    in -> in.get(0).gridSample(in.get(1), corners),
                    image,
                    Sample.floats(1, 3, 4, 2).in(-1.2, 1.2));
        }
        t.composite("interpolate", NORM, 2, in -> in.get(0).interpolate(1.7, 0.6, Resampling.BICUBIC), image);
    }

    private static void spectra(Table t) {
        t.composite("rfft", NORM, 2, in -> in.get(0).rfft(12), floats(2, 3, 10));
        t.composite("rfft", NORM, 2, in -> in.get(0).windows(0, 6, 2, 1).rfft(6), floats(17));
        t.composite("irfft", NORM, 2, in -> in.get(0).irfft(10), floats(3, 6, 2));
        t.composite("irfft", NORM, 2, in -> in.get(0).rfft(9).irfft(9), floats(3, 9));
        t.composite(
                "powerSpectrum",
                NORM,
                2,
                in -> in.get(0).windows(1, 8, 3, 1).powerSpectrum(9, in.get(1), in.get(2)),
                floats(2, 23),
                floats(8),
                floats(3, 5));
        t.composite(
                "powerSpectrum", NORM, 2, in -> in.get(0).powerSpectrum(8, in.get(1), null), floats(3, 8), floats(8));
    }
}
