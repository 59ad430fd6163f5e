package sensorium.kernels.opencl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sensorium.backend.Operand;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.op.Fused;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/**
 * Launches attention: {@code attention.cl}. On GPUs a kernel does all and the scores are nowhere; elsewhere, and for wide
 * heads, the scores (B, H, T, S) are in memory between products. A single query, as in decoding with a cache, has a kernel of its
 * own everywhere.
 */
final class Scores {
    /** Local memory that {@code attend} and {@code attend_grad} need at most. */
    private static final long LOCAL_BYTES = 48 << 10;
    /** Queries and keys of a block of {@code attend_grad}. */
    private static final int SIDE = 32;
    /** Keys that a group of {@code decode} takes. */
    private static final int SPAN = 256;

    private Scores() {}

    /** (q, k, v, [mask]) → (out, lse). */
    static void attention(Fused.Attention op, Call c) {
        DType type = c.type(0);
        int widest = Math.max(c.shape(0).dim(3), c.shape(2).dim(3));
        if (c.shape(0).dim(2) == 1) {
            decode(op, c);
            return;
        }
        if (widest <= 128 && oneKernel(c)) {
            attend(op, widest <= 64 ? 64 : 128, c);
            return;
        }
        Layout scores = scores(c);
        DeviceStorage weights = c.temporary(type, scores.shape().size());
        Products.multiply(c, type, c.x(0), c.layout(0), c.x(1), turned(c.layout(1)), null, weights);
        Operand mask = c.inputs() > 3 ? c.in(3) : null;
        launch(c, "weights", mask, op.causal(), op.offset(), op.scale(), weights, c.y(1));
        Products.multiply(c, type, weights, scores, c.x(2), c.layout(2), null, c.y(0));
    }

    /** (q, k, v, [mask], out, lse, dout) → (dq, dk, dv). */
    static void attentionGrad(Fused.AttentionGrad op, Call c) {
        if (Math.max(c.shape(0).dim(3), c.shape(2).dim(3)) <= 64 && oneKernel(c)) {
            attendGrad(op, c);
            return;
        }
        DType type = c.type(0);
        Layout scores = scores(c);
        int last = c.inputs() - 1;
        DeviceStorage weights = c.temporary(type, scores.shape().size());
        DeviceStorage slopes = c.temporary(type, scores.shape().size());
        Products.multiply(c, type, c.x(0), c.layout(0), c.x(1), turned(c.layout(1)), null, weights);
        Products.multiply(c, type, c.x(last), c.layout(last), c.x(2), turned(c.layout(2)), null, slopes);
        Operand mask = c.inputs() > 6 ? c.in(3) : null;
        launch(
                c,
                "slopes",
                mask,
                op.causal(),
                op.offset(),
                op.scale(),
                c.shape(2).dim(3),
                c.packed(last - 2),
                c.packed(last - 1),
                c.packed(last),
                weights,
                slopes);
        Products.multiply(c, type, slopes, scores, c.x(1), c.layout(1), null, c.y(0));
        Products.multiply(c, type, slopes, turned(scores), c.x(0), c.layout(0), null, c.y(1));
        Products.multiply(c, type, weights, turned(scores), c.x(last), c.layout(last), null, c.y(2));
    }

    /** Whether this is for the kernels that never write the scores. */
    private static boolean oneKernel(Call c) {
        return c.isGpu() && c.type(0) == DType.F32 && c.queue().localBytes() >= LOCAL_BYTES;
    }

    /** A single query of each head: a group a span of keys, then one a head that puts the spans together. */
    private static void decode(Fused.Attention op, Call c) {
        DType type = c.type(0);
        Shape all = scores(c).shape();
        int widthV = c.shape(2).dim(3);
        long rows = all.range(0, 3).size();
        int spans = Math.ceilDiv(all.dim(3), SPAN);
        DeviceStorage parts = c.temporary(type, rows * spans * (widthV + 2));
        Operand mask = c.inputs() > 3 ? c.in(3) : null;
        List<Object> arguments = new ArrayList<>(mask(c, mask, op.causal(), op.offset(), op.scale()));
        arguments.addAll(heads(c));
        arguments.addAll(List.of(spans, parts));
        var defines = Map.of("T", type, "GROUP", c.groupSize(), "SPAN", SPAN);
        c.launchGroups(c.kernel("attention.cl", "decode", defines), rows * spans, c.groupSize(), arguments.toArray());
        c.launchGroups(
                c.kernel("attention.cl", "merge", defines), rows, c.groupSize(), spans, widthV, parts, c.y(0), c.y(1));
    }

    private static void attend(Fused.Attention op, int width, Call c) {
        int block = width == 64 ? 64 : 32; // of queries, of keys: as many as there is local memory for
        int items = block / 4 * (block / 4);
        Operand mask = c.inputs() > 3 ? c.in(3) : null;
        List<Object> arguments = new ArrayList<>(mask(c, mask, op.causal(), op.offset(), op.scale()));
        arguments.addAll(heads(c));
        arguments.addAll(List.of(c.y(0), c.y(1)));
        var defines = Map.of("T", c.type(0), "GROUP", c.groupSize(), "D", width, "QUERIES", block, "KEYS", block);
        Shape all = scores(c).shape();
        long groups = (long) all.dim(0) * all.dim(1) * Math.ceilDiv(all.dim(2), block);
        c.launchGroups(c.kernel("attention.cl", "attend", defines), groups, items, arguments.toArray());
    }

    private static void attendGrad(Fused.AttentionGrad op, Call c) {
        int last = c.inputs() - 1;
        Shape all = scores(c).shape();
        DeviceStorage lse = c.packed(last - 1);
        DeviceStorage slope = c.packed(last);
        DeviceStorage dots = c.temporary(c.type(0), all.range(0, 3).size());
        Map<String, Object> rows = Map.of("T", c.type(0), "GROUP", c.groupSize());
        c.launchGroups(
                c.kernel("attention.cl", "dots", rows),
                all.range(0, 3).size(),
                c.groupSize(),
                c.shape(2).dim(3),
                c.packed(last - 2),
                slope,
                dots);
        Operand mask = c.inputs() > 6 ? c.in(3) : null;
        for (int keys = 0; keys < 2; keys++) {
            List<Object> arguments = new ArrayList<>(mask(c, mask, op.causal(), op.offset(), op.scale()));
            arguments.addAll(heads(c));
            arguments.addAll(List.of(slope, lse, dots, keys == 1 ? c.y(1) : c.y(0), c.y(2)));
            Map<String, Object> defines = new HashMap<>(rows);
            defines.putAll(Map.of("D", 64, "SIDE", SIDE, "KEEPS_KEYS", keys));
            long groups = (long) all.dim(0) * all.dim(1) * Math.ceilDiv(all.dim(keys == 1 ? 3 : 2), SIDE);
            c.launchGroups(c.kernel("attention.cl", "attend_grad", defines), groups, 64, arguments.toArray());
        }
    }

    /** Where q, k and v lie, and they. */
    private static List<Object> heads(Call c) {
        Shape heads = scores(c).shape().range(0, 2);
        Layout[] head = new Layout[3];
        for (int i = 0; i < head.length; i++) {
            head[i] = Movement.without(Movement.without(c.layout(i), 3), 2).expand(heads);
        }
        List<Object> arguments = new ArrayList<>();
        arguments.add(Grid.of(heads, head));
        arguments.add(c.shape(0).dim(3));
        arguments.add(c.shape(2).dim(3));
        for (int i = 0; i < head.length; i++) {
            arguments.add(Math.toIntExact(c.layout(i).stride(2)));
            arguments.add(Math.toIntExact(c.layout(i).stride(3)));
        }
        arguments.addAll(List.of(c.x(0), c.x(1), c.x(2)));
        return arguments;
    }

    private static Layout scores(Call c) {
        Shape q = c.shape(0);
        return Layout.contiguous(
                Shape.of(q.dim(0), q.dim(1), q.dim(2), c.shape(1).dim(2)));
    }

    /** With the last two of four axes exchanged. */
    private static Layout turned(Layout layout) {
        return layout.permute(0, 1, 3, 2);
    }

    /** A group a row of scores; the mask's arguments come first. */
    private static void launch(
            Call c, String name, Operand mask, boolean causal, int offset, double scale, Object... others) {
        List<Object> arguments = new ArrayList<>(mask(c, mask, causal, offset, scale));
        arguments.addAll(List.of(others));
        int group = c.groupSize();
        Shape all = scores(c).shape();
        c.launchGroups(
                c.kernel("attention.cl", name, Map.of("T", c.type(0), "GROUP", group)),
                all.range(0, 3).size(),
                group,
                arguments.toArray());
    }

    /** {@code MASK} of the kernels; without a mask its arguments are there, but not looked at. */
    private static List<Object> mask(Call c, Operand mask, boolean causal, int offset, double scale) {
        Shape all = scores(c).shape();
        Layout layout = mask == null ? scores(c) : mask.layout().expand(all);
        boolean seen = mask != null && mask.dtype() == DType.BOOL;
        Layout rows = Movement.without(layout, 3);
        Object place = mask == null ? c.x(0) : mask.storage();
        return List.of(
                Grid.of(rows.shape(), rows),
                all.dim(3),
                all.dim(2),
                Math.toIntExact(layout.stride(3)),
                mask == null ? 0 : seen ? 1 : 2,
                causal ? 1 : 0,
                offset,
                Elementwise.constant(c.type(0), scale),
                place,
                place);
    }
}
