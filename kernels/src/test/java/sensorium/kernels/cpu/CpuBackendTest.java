package sensorium.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.backend.Backend;
import sensorium.backend.Backends;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.memory.HostMemory;
import sensorium.op.BinaryKind;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.op.Op;
import sensorium.op.Primitive;
import sensorium.op.Primitive.Window;
import sensorium.op.UnaryKind;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/** Every op with a fast kernel against the reference, in guarded memory, with one thread and with two. */
class CpuBackendTest {
    private static final Backend REFERENCE = new ReferenceBackend(new HostMemory(true));
    private static final Backend ONE = new CpuBackend(new HostMemory(true), 1);
    private static final Backend TWO = new CpuBackend(new HostMemory(true), 2);

    /** @param tolerance absolute, and relative to the largest element */
    record Case(String name, Supplier<List<Tensor>> body, double tolerance) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Uniform in [−2, 2), the same on every backend. */
    private static Tensor x(int... shape) {
        int n = 1;
        long seed = 17;
        for (int d : shape) {
            n *= d;
            seed = 31 * seed + d;
        }
        var r = new SplittableRandom(seed);
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) r.nextDouble(-2, 2);
        }
        return Tensor.of(v, shape);
    }

    private static final class Table {
        final List<Case> cases = new ArrayList<>();

        void op(String name, Op op, Supplier<List<Tensor>> inputs) {
            add(name, () -> Dispatch.run(op, inputs.get()), 2e-5);
        }

        void add(String name, Supplier<List<Tensor>> body, double tolerance) {
            cases.add(new Case(name, body, tolerance));
        }
    }

    static Stream<Case> elementwise() {
        var t = new Table();
        for (var kind : UnaryKind.values()) {
            if (kind == UnaryKind.NOT) {
                continue;
            }
            t.op(kind + " contiguous", new Primitive.Unary(kind), () -> List.of(positive(kind, x(3, 137))));
            t.op(
                    kind + " strided",
                    new Primitive.Unary(kind),
                    () -> List.of(positive(kind, x(9, 21)).t()));
            if (kind != UnaryKind.IS_NAN) {
                t.op(kind + " gradient", new Fused.UnaryGrad(kind), () -> List.of(positive(kind, x(5, 67)), x(5, 67)));
            }
        }
        for (var kind : BinaryKind.values()) {
            if (kind == BinaryKind.AND || kind == BinaryKind.OR || kind == BinaryKind.POW) {
                continue;
            }
            var op = new Primitive.Binary(kind);
            t.op(kind + " same shape", op, () -> List.of(x(7, 53), x(53, 7).t()));
            t.op(kind + " row", op, () -> List.of(x(4, 7, 53), x(53)));
            t.op(kind + " column", op, () -> List.of(x(4, 7, 1), x(4, 7, 33)));
            t.op(kind + " channel", op, () -> List.of(x(2, 5, 4, 9), x(5, 1, 1)));
            t.op(kind + " outer", op, () -> List.of(x(19, 1), x(1, 35)));
            t.op(kind + " one", op, () -> List.of(x(1), x(40_000)));
            t.op(kind + " flipped", op, () -> List.of(x(6, 20).flip(1), x(6, 40).slice(1, 1, 40, 2)));
            t.op(kind + " scalar", new Primitive.Scalar(kind, 0.75, false), () -> List.of(x(1000)));
            t.op(kind + " scalar first", new Primitive.Scalar(kind, 0.75, true), () -> List.of(x(31, 5).t()));
        }
        t.op("where", new Primitive.Where(), () -> List.of(x(7, 1, 50).gt(0), x(50), x(7, 3, 1)));
        t.op("where row", new Primitive.Where(), () -> List.of(x(7, 1).gt(0), x(7, 61), x(1)));
        return t.cases.stream();
    }

    /** Inside the function's domain, away from where its slope explodes. */
    private static Tensor positive(UnaryKind kind, Tensor x) {
        return switch (kind) {
            case SQRT, RSQRT, LOG, RECIPROCAL, LOG1P -> x.abs().plus(0.1);
            default -> x;
        };
    }

    static Stream<Case> movement() {
        var t = new Table();
        var copy = new Primitive.Copy();
        t.op("copy transposed", copy, () -> List.of(x(70, 45).t()));
        t.op("copy heads", copy, () -> List.of(x(2, 7, 3, 16).permute(0, 2, 1, 3)));
        t.op("copy back", copy, () -> List.of(x(2, 3, 7, 16).permute(0, 3, 1, 2)));
        t.op("copy flipped", copy, () -> List.of(x(4, 5, 6).flip(2).flip(0)));
        t.op("copy expanded", copy, () -> List.of(x(5, 1).expand(3, 5, 33)));
        t.op("copy windows", copy, () -> List.of(x(2, 30).windows(1, 5, 3, 2)));
        t.op("copy scalar", copy, () -> List.of(x(1).reshape()));
        t.op("copy long", copy, () -> List.of(x(40_001).slice(0, 1, 40_001)));
        t.op("copy I64", copy, () -> List.of(x(6, 7).to(DType.I64).t()));
        t.op("copy BOOL", copy, () -> List.of(x(6, 70).gt(0).t()));
        t.op("copy F64", copy, () -> List.of(x(6, 7).to(DType.F64).t()));
        t.op("copy F16", copy, () -> List.of(x(6, 7).to(DType.F16).t()));
        t.op(
                "concat",
                new Primitive.Concat(1),
                () -> List.of(x(3, 2, 5), x(3, 4, 5), x(5, 1, 3).permute(2, 1, 0)));
        t.op("pad", new Primitive.Pad(List.of(1, 0, 2), List.of(0, 3, 1), -1.5), () -> List.of(x(3, 4, 5)));
        t.op(
                "cast U8",
                new Primitive.Cast(DType.F32),
                () -> List.of(x(77).times(60).abs().to(DType.U8)));
        t.op(
                "cast I64",
                new Primitive.Cast(DType.F32),
                () -> List.of(x(77).times(60).to(DType.I64)));
        t.op(
                "cast I32",
                new Primitive.Cast(DType.F32),
                () -> List.of(x(77).times(60).to(DType.I32)));
        t.op("cast BOOL", new Primitive.Cast(DType.F32), () -> List.of(x(77).gt(0)));
        t.op(
                "cast to BOOL",
                new Primitive.Cast(DType.BOOL),
                () -> List.of(x(77).gt(0).to(DType.F32)));
        t.op("cast F64", new Primitive.Cast(DType.F32), () -> List.of(x(77).to(DType.F64)));
        t.op("index select", new Primitive.IndexSelect(1), () -> List.of(x(2, 9, 21), indices(9, 3, 4)));
        t.op("embedding", new Primitive.IndexSelect(0), () -> List.of(x(30, 64), indices(30, 100)));
        t.op("index add", new Primitive.IndexAdd(1, 9), () -> List.of(x(2, 3, 4, 21), indices(9, 3, 4)));
        t.op("embedding gradient", new Primitive.IndexAdd(0, 30), () -> List.of(x(100, 150), indices(30, 100)));
        t.op("argmax", new Primitive.ArgReduce(true, 1), () -> List.of(x(9, 77)));
        t.op("argmin", new Primitive.ArgReduce(false, 1), () -> List.of(x(9, 77)));
        t.op(
                "argmax NaN",
                new Primitive.ArgReduce(true, 0),
                () -> List.of(Tensor.of(new float[] {1, Float.NaN, 7, Float.NaN}, 4)));
        t.op("argmax ties", new Primitive.ArgReduce(true, 0), () -> List.of(Tensor.of(new float[] {1, 7, 7, 2}, 4)));
        var uniform = Primitive.Random.Distribution.UNIFORM;
        var normal = Primitive.Random.Distribution.NORMAL;
        var shape = Shape.of(5001);
        t.op("uniform", new Primitive.Random(uniform, DType.F32, shape, 7, 1L << 40), List::of);
        t.op("normal", new Primitive.Random(normal, DType.F32, shape, -7, 3), List::of);
        t.op("fill", new Primitive.Fill(DType.F32, shape, 1.25), List::of);
        return t.cases.stream();
    }

    private static Tensor indices(int bound, int... shape) {
        return x(shape).plus(2).times(bound / 4.0).to(DType.I64);
    }

    static Stream<Case> reductions() {
        var t = new Table();
        for (var kind : Primitive.Reduce.Kind.values()) {
            t.op(kind + " last", new Primitive.Reduce(kind, List.of(2), false), () -> List.of(x(3, 5, 67)));
            t.op(kind + " first", new Primitive.Reduce(kind, List.of(0), true), () -> List.of(x(130, 37)));
            t.op(kind + " middle", new Primitive.Reduce(kind, List.of(1), false), () -> List.of(x(3, 70, 5)));
            t.op(kind + " channels", new Primitive.Reduce(kind, List.of(0, 2, 3), true), () -> List.of(x(3, 5, 7, 7)));
            t.op(
                    kind + " all",
                    new Primitive.Reduce(kind, List.of(0, 1), false),
                    () -> List.of(x(13, 17).t()));
            t.op(kind + " none", new Primitive.Reduce(kind, List.of(), false), () -> List.of(x(13, 17)));
            t.op(kind + " empty", new Primitive.Reduce(kind, List.of(1), false), () -> List.of(x(3, 0, 4)));
            t.op(
                    kind + " NaN",
                    new Primitive.Reduce(kind, List.of(1), false),
                    () -> List.of(Tensor.of(new float[] {1, Float.NaN, 3, 4, 5, 6}, 2, 3)));
        }
        t.add("sum tall", () -> List.of(x(9000, 3).sum(0)), 1e-4);
        t.add("max tall", () -> List.of(x(9000, 3).max(false, 0)), 0);
        return t.cases.stream();
    }

    static Stream<Case> products() {
        var t = new Table();
        t.op("matrices", new Primitive.MatMul(), () -> List.of(x(17, 40), x(40, 70)));
        t.op(
                "transposed",
                new Primitive.MatMul(),
                () -> List.of(x(40, 17).t(), x(70, 40).t()));
        t.op(
                "linear",
                new Primitive.MatMul(),
                () -> List.of(x(3, 5, 40), x(70, 40).t()));
        t.op("batched", new Primitive.MatMul(), () -> List.of(x(2, 3, 17, 16), x(2, 3, 16, 17)));
        t.op(
                "heads",
                new Primitive.MatMul(),
                () -> List.of(x(2, 9, 3, 16).permute(0, 2, 1, 3), x(2, 9, 3, 16).permute(0, 2, 3, 1)));
        t.op("broadcast", new Primitive.MatMul(), () -> List.of(x(2, 1, 6, 7), x(5, 7, 4)));
        t.op("flipped", new Primitive.MatMul(), () -> List.of(x(6, 7).flip(0), x(7, 4).flip(1)));
        t.op("outer", new Primitive.MatMul(), () -> List.of(x(50, 1), x(1, 50)));
        t.op("inner", new Primitive.MatMul(), () -> List.of(x(1, 500), x(500, 1)));
        t.op("empty", new Primitive.MatMul(), () -> List.of(x(3, 0), x(0, 4)));
        return t.cases.stream();
    }

    static Stream<Case> rows() {
        var t = new Table();
        t.op("softmax", new Fused.Softmax(2), () -> List.of(x(3, 5, 67)));
        t.op("softmax strided", new Fused.Softmax(1), () -> List.of(x(67, 5).t()));
        t.op("softmax other axis", new Fused.Softmax(0), () -> List.of(x(67, 5)));
        t.op("softmax gradient", new Fused.SoftmaxGrad(1), () -> List.of(x(5, 67).softmax(1), x(5, 67)));
        t.op("log-softmax", new Fused.LogSoftmax(1), () -> List.of(x(5, 10)));
        t.op("log-softmax gradient", new Fused.LogSoftmaxGrad(1), () -> List.of(x(5, 67).logSoftmax(1), x(5, 67)));
        t.op(
                "masked softmax",
                new Fused.Softmax(1),
                () -> List.of(Tensor.where(x(9, 20).gt(0), x(9, 20), Tensor.full(x(1), Double.NEGATIVE_INFINITY))));
        t.op("layer norm", new Fused.LayerNorm(1e-5), () -> List.of(x(7, 67), x(67), x(67)));
        t.op("layer norm plain", new Fused.LayerNorm(1e-5), () -> List.of(x(7, 64)));
        t.op("layer norm gradient", new Fused.LayerNormGrad(1e-5), () -> List.of(x(150, 67), x(67), x(150, 67)));
        t.op("layer norm plain gradient", new Fused.LayerNormGrad(1e-5), () -> List.of(x(7, 67), x(67, 7).t()));
        t.op("rms norm", new Fused.RmsNorm(1e-6), () -> List.of(x(7, 67), x(67)));
        t.op("rms norm plain", new Fused.RmsNorm(1e-6), () -> List.of(x(7, 67)));
        t.op("rms norm gradient", new Fused.RmsNormGrad(1e-6), () -> List.of(x(70, 67), x(67), x(70, 67)));
        t.op(
                "rms norm plain gradient",
                new Fused.RmsNormGrad(1e-6),
                () -> List.of(x(70, 67), x(67, 70).t()));
        t.op("group norm", new Fused.GroupNorm(3, 1e-5), () -> List.of(x(2, 6, 5, 7), x(6), x(6)));
        t.op("group norm plain", new Fused.GroupNorm(6, 1e-5), () -> List.of(x(2, 6, 5, 7)));
        t.op(
                "group norm gradient",
                new Fused.GroupNormGrad(3, 1e-5),
                () -> List.of(x(2, 6, 5, 7), x(6), x(7, 5, 6, 2).permute(3, 2, 1, 0)));
        t.op(
                "group norm plain gradient",
                new Fused.GroupNormGrad(2, 1e-5),
                () -> List.of(x(2, 6, 5), x(5, 6, 2).permute(2, 1, 0)));
        t.op("batch norm", new Fused.BatchNorm(1e-5), () -> List.of(x(4, 6, 5, 7), x(6), x(6)));
        t.op(
                "batch norm gradient",
                new Fused.BatchNormGrad(1e-5),
                () -> List.of(x(4, 6, 5, 7), x(6), x(7, 5, 6, 4).permute(3, 2, 1, 0)));
        t.op("batch norm of rows", new Fused.BatchNorm(1e-5), () -> List.of(x(40, 6), x(6), x(6)));
        t.op(
                "AdamW",
                new Fused.AdamWStep(1e-3, .9, .999, 1e-8, .05, .1, .001),
                () -> List.of(x(77, 3), x(3, 77).t(), x(77, 3).times(.1), x(77, 3).square()));
        var step = new Fused.AdamWStep(1e-3, .9, .999, 1e-8, .05, .1, .001);
        t.add(
                "AdamW in place",
                () -> Dispatch.consume(
                        step,
                        List.of(x(9001), x(3, 9001).slice(0, 1, 2).reshape(9001), x(9001).abs(), x(9001).square())),
                2e-5);
        return t.cases.stream();
    }

    static Stream<Case> pooling() {
        var t = new Table();
        pool(t, "2x2", new Window(2, 2, 0, 0, 1, 1, 1), 2, 2);
        pool(t, "3x3 padded", new Window(2, 2, 1, 1, 1, 1, 1), 3, 3);
        pool(t, "dilated", new Window(1, 2, 2, 1, 2, 3, 1), 3, 2);
        t.op("gather", new Primitive.Gather(1), () -> List.of(x(9, 10), indices(10, 9, 1)));
        t.op("gather middle", new Primitive.Gather(1), () -> List.of(x(3, 7, 5), indices(7, 3, 9, 5)));
        t.op("gather smaller", new Primitive.Gather(1), () -> List.of(x(3, 7, 5), indices(7, 2, 9, 4)));
        t.op("scatter", new Primitive.ScatterAdd(1, Shape.of(9, 10)), () -> List.of(x(9, 3), indices(10, 9, 3)));
        t.op("scatter first", new Primitive.ScatterAdd(0, Shape.of(4, 10)), () -> List.of(x(9, 10), indices(4, 9, 10)));
        return t.cases.stream();
    }

    private static void pool(Table t, String name, Window w, int kh, int kw) {
        t.op(name + " pooling", new Fused.MaxPool2d(kh, kw, w), () -> List.of(x(3, 4, 13, 14)));
        t.op(name + " pooling gradient", new Fused.MaxPool2dGrad(kh, kw, w), () -> {
            Tensor input = x(3, 4, 13, 14).times(3).round();
            return List.of(input, x(3, 4, w.outH(13, kh), w.outW(14, kw)));
        });
    }

    static Stream<Case> attention() {
        var t = new Table();
        attend(t, "heads", false, 0, 2, 3, 49, 49, 16, 16, null);
        attend(t, "cross", false, 0, 1, 2, 13, 100, 20, 7, null);
        attend(t, "causal", true, 0, 2, 2, 60, 60, 17, 17, null);
        attend(t, "causal with a cache", true, 40, 1, 2, 5, 45, 8, 8, null);
        attend(t, "causal, first keys unseen", true, -2, 1, 1, 7, 7, 8, 8, null);
        attend(t, "long", false, 0, 1, 1, 130, 1100, 8, 8, null);
        attend(t, "long and causal", true, 300, 1, 1, 700, 1000, 4, 4, null);
        attend(t, "padded", false, 0, 2, 3, 19, 37, 8, 8, () -> x(2, 1, 1, 37).gt(-1));
        attend(t, "bool", false, 0, 2, 3, 19, 37, 8, 8, () -> x(19, 37).gt(0));
        attend(
                t,
                "bool strided",
                false,
                0,
                2,
                3,
                19,
                37,
                8,
                8,
                () -> x(37, 19).gt(0).t());
        attend(t, "bool per query", false, 0, 1, 1, 9, 6, 8, 8, () -> x(9, 1).gt(-5));
        attend(t, "added", true, 3, 2, 3, 19, 37, 8, 8, () -> x(3, 19, 37));
        attend(t, "added per query", false, 0, 2, 3, 19, 37, 8, 8, () -> x(2, 1, 19, 1));
        return t.cases.stream();
    }

    private static void attend(
            Table t,
            String name,
            boolean causal,
            int offset,
            int b,
            int h,
            int queries,
            int keys,
            int d,
            int e,
            Supplier<Tensor> mask) {
        var op = new Fused.Attention(1 / Math.sqrt(d), causal, offset);
        Supplier<List<Tensor>> inputs = () -> {
            List<Tensor> in = new ArrayList<>();
            in.add(x(b, queries, h, d).permute(0, 2, 1, 3));
            in.add(x(b, keys, h, d).permute(0, 2, 1, 3));
            in.add(x(b, h, keys, e));
            if (mask != null) {
                in.add(mask.get());
            }
            return in;
        };
        t.op(name + " attention", op, inputs);
        t.op(name + " attention gradient", new Fused.AttentionGrad(1 / Math.sqrt(d), causal, offset), () -> {
            List<Tensor> in = inputs.get();
            in.addAll(Dispatch.run(op, in));
            in.add(x(b, queries, h, e).permute(0, 2, 1, 3));
            return in;
        });
    }

    static Stream<Case> convolutions() {
        var t = new Table();
        conv(t, "3x3", new Window(1, 1, 1, 1, 1, 1, 1), 3, 5, 7, 14, 14, 3, 3);
        conv(t, "first layer", new Window(1, 1, 1, 1, 1, 1, 1), 2, 1, 16, 28, 28, 3, 3);
        conv(t, "stride 2", new Window(2, 2, 1, 1, 1, 1, 1), 2, 3, 9, 15, 14, 3, 3);
        conv(t, "stride over kernel", new Window(3, 4, 0, 0, 1, 1, 1), 2, 3, 4, 13, 17, 2, 2);
        conv(t, "patches", new Window(4, 4, 0, 0, 1, 1, 1), 2, 3, 20, 16, 16, 4, 4);
        conv(t, "pointwise", new Window(1, 1, 0, 0, 1, 1, 1), 2, 9, 20, 5, 7, 1, 1);
        conv(t, "pointwise groups", new Window(1, 1, 0, 0, 1, 1, 3), 4, 9, 21, 15, 7, 1, 1);
        conv(t, "pointwise stride 2", new Window(2, 2, 0, 0, 1, 1, 1), 2, 9, 20, 5, 7, 1, 1);
        conv(t, "dilated", new Window(1, 2, 2, 3, 2, 3, 1), 2, 4, 6, 13, 17, 3, 3);
        conv(t, "groups", new Window(1, 1, 1, 2, 1, 1, 3), 2, 6, 9, 8, 9, 3, 5);
        conv(t, "depthwise", new Window(2, 1, 1, 1, 1, 1, 8), 2, 8, 8, 9, 9, 3, 3);
        conv(t, "depthwise, many channels", new Window(1, 2, 2, 1, 2, 1, 37), 3, 37, 37, 11, 13, 3, 3);
        conv(t, "wide padding", new Window(2, 2, 4, 4, 1, 1, 1), 1, 2, 3, 5, 5, 3, 3);
        conv(t, "deep", new Window(1, 1, 1, 1, 1, 1, 1), 1, 40, 33, 6, 6, 3, 3);
        conv(t, "rows", new Window(1, 2, 0, 2, 1, 1, 1), 3, 8, 12, 1, 50, 1, 5);
        conv(t, "tiles", new Window(1, 1, 1, 1, 1, 1, 1), 2, 40, 33, 13, 15, 3, 3);
        conv(t, "tiles of small maps", new Window(1, 1, 1, 1, 1, 1, 1), 70, 17, 20, 4, 4, 3, 3);
        conv(t, "tiles, padding", new Window(1, 1, 2, 0, 1, 1, 1), 1, 16, 100, 17, 30, 3, 3);
        conv(t, "depthwise rows", new Window(1, 1, 1, 1, 1, 1, 5), 2, 5, 5, 7, 57, 3, 3);
        for (double odd : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 3e38}) {
            var w = new Window(1, 1, 1, 1, 1, 1, 1);
            Supplier<Tensor> image = () -> with(odd, x(2, 16, 18, 19));
            t.op("tiles with " + odd, new Primitive.Conv2d(w), () -> List.of(image.get(), x(20, 16, 3, 3)));
            t.op(
                    "tiles with " + odd + ", gradient of the input",
                    new Primitive.Conv2dInputGrad(w, 18, 19),
                    () -> List.of(image.get(), x(16, 20, 3, 3)));
            t.op(
                    "tiles with " + odd + ", gradient of the weight",
                    new Primitive.Conv2dWeightGrad(w, 3, 3),
                    () -> List.of(image.get(), x(2, 20, 18, 19)));
        }
        conv(t, "many images", new Window(1, 1, 1, 1, 1, 1, 1), 70, 16, 4, 30, 30, 3, 3);
        return t.cases.stream();
    }

    /** The same with another number in its midst. */
    private static Tensor with(double number, Tensor x) {
        float[] v = x.toFloats();
        v[v.length / 2] = (float) number;
        return Tensor.of(v, x.shape().dims());
    }

    private static void conv(
            Table t, String name, Window w, int n, int c, int o, int height, int width, int kh, int kw) {
        int oh = w.outH(height, kh);
        int ow = w.outW(width, kw);
        Supplier<Tensor> x = () -> x(n, height, width, c).permute(0, 3, 1, 2);
        Supplier<Tensor> weight = () -> x(o, c / w.groups(), kh, kw);
        t.op(name + " forward", new Primitive.Conv2d(w), () -> List.of(x.get(), weight.get()));
        t.op(
                name + " input gradient",
                new Primitive.Conv2dInputGrad(w, height, width),
                () -> List.of(x(n, o, oh, ow), weight.get()));
        t.op(
                name + " weight gradient",
                new Primitive.Conv2dWeightGrad(w, kh, kw),
                () -> List.of(x.get(), x(n, o, oh, ow)));
    }

    @ParameterizedTest
    @MethodSource({"pooling", "attention", "convolutions", "elementwise", "movement", "reductions", "products", "rows"})
    void agreesWithTheReference(Case c) {
        List<Tensor> expected = Backends.with(REFERENCE, c.body);
        List<Tensor> one = Backends.with(ONE, c.body);
        List<Tensor> two = Backends.with(TWO, c.body);
        assertThat(one).hasSameSizeAs(expected);
        for (int i = 0; i < one.size(); i++) {
            assertThat(one.get(i).shape()).isEqualTo(expected.get(i).shape());
            double[] wanted = expected.get(i).to(DType.F64).toDoubles();
            double[] actual = one.get(i).to(DType.F64).toDoubles();
            assertThat(two.get(i).to(DType.F64).toDoubles()).as("two threads").isEqualTo(actual);
            double largest = 1;
            for (double w : wanted) {
                largest = Double.isFinite(w) ? Math.max(largest, Math.abs(w)) : largest;
            }
            for (int j = 0; j < wanted.length; j++) {
                if (Double.isFinite(wanted[j])) {
                    assertThat(Math.abs(actual[j] - wanted[j]))
                            .as("output %d element %d: %s, expected %s", i, j, actual[j], wanted[j])
                            .isLessThanOrEqualTo(c.tolerance * largest);
                } else {
                    assertThat(Double.compare(actual[j], wanted[j]))
                            .as("output %d element %d: %s, expected %s", i, j, actual[j], wanted[j])
                            .isZero();
                }
            }
        }
    }

    @Test
    void columnsFarApartAreReadWhereTheyLie() {
        Backends.with(Backends.open("cpu"), () -> {
            int far = (1 << 21) + 24;
            Tensor wide = Tensor.generate(
                    new Primitive.Random(Primitive.Random.Distribution.NORMAL, DType.F32, Shape.of(3, far), 0, 1));
            Tensor turned = wide.slice(1, far - 5, far).t(); // (5, 3), columns 2²¹ + 24 elements apart
            Tensor b = Tensor.generate(
                    new Primitive.Random(Primitive.Random.Distribution.NORMAL, DType.F32, Shape.of(3, 60), 0, 2));
            assertThat(turned.matmul(b).toFloats())
                    .isEqualTo(turned.contiguous().matmul(b).toFloats());
            return null;
        });
    }
}
