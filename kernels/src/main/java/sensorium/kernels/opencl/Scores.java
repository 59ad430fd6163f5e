package sensorium.kernels.opencl;

import java.util.Map;
import sensorium.backend.Operand;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.op.Fused;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** Attention as products with {@code attention.cl} between them; the scores (B, H, T, S) are in memory meanwhile. */
final class Scores {
    private Scores() {}

    /** (q, k, v, [mask]) → (out, lse). */
    static void attention(Fused.Attention op, Call c) {
        DType type = c.type(0);
        Layout scores = scores(c);
        DeviceStorage weights = c.temporary(type, scores.shape().size());
        Products.multiply(c, type, c.x(0), c.layout(0), c.x(1), turned(c.layout(1)), null, weights);
        Operand mask = c.inputs() > 3 ? c.in(3) : null;
        launch(c, "weights", mask, op.causal(), op.offset(), op.scale(), weights, c.y(1));
        Products.multiply(c, type, weights, scores, c.x(2), c.layout(2), null, c.y(0));
    }

    /** (q, k, v, [mask], out, lse, dout) → (dq, dk, dv). */
    static void attentionGrad(Fused.AttentionGrad op, Call c) {
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
        DType type = c.type(0);
        Shape all = scores(c).shape();
        // Without a mask its arguments are there, but not looked at.
        Layout layout = mask == null ? scores(c) : mask.layout().expand(all);
        boolean seen = mask != null && mask.dtype() == DType.BOOL;
        Layout rows = Movement.without(layout, 3);
        Grid grid = Grid.of(rows.shape(), rows);
        Object[] first = {
            grid,
            all.dim(3),
            all.dim(2),
            Math.toIntExact(layout.stride(3)),
            mask == null ? 0 : seen ? 1 : 2,
            causal ? 1 : 0,
            offset,
            Elementwise.constant(type, scale),
            mask == null ? c.x(0) : mask.storage(),
            mask == null ? c.x(0) : mask.storage()
        };
        Object[] arguments = new Object[first.length + others.length];
        System.arraycopy(first, 0, arguments, 0, first.length);
        System.arraycopy(others, 0, arguments, first.length, others.length);
        int group = c.groupSize();
        c.launchGroups(
                c.kernel("attention.cl", name, Map.of("T", type, "GROUP", group)), grid.size(), group, arguments);
    }
}
