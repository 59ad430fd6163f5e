package sensorium.kernels.cpu;

import java.util.List;
import sensorium.op.Primitive.Reduce.Kind;
import sensorium.tensor.Shape;

/** The reduce op: runs of adjoining axes, the last first, as reductions of a middle axis. */
final class ReduceOps {
    private final WorkPool pool;

    ReduceOps(WorkPool pool) {
        this.pool = pool;
    }

    static boolean has(Kind kind) {
        return kind != Kind.PROD;
    }

    void reduce(Call c, Kind kind, List<Integer> axes) {
        var by = switch (kind) {
            case SUM, MEAN -> Reductions.Kind.SUM;
            case MAX -> Reductions.Kind.MAX;
            case MIN -> Reductions.Kind.MIN;
            case PROD -> throw new IllegalArgumentException("no kernel for products");
        };
        Shape shape = c.shape(0);
        long x = c.x(0);
        long reduced = 1;
        int end = axes.size();
        while (end > 0) {
            int begin = end - 1;
            while (begin > 0 && axes.get(begin - 1) == axes.get(begin) - 1) {
                begin--;
            }
            int first = axes.get(begin);
            int last = axes.get(end - 1);
            int outer = (int) shape.range(0, first).size();
            int extent = (int) shape.range(first, last + 1).size();
            int inner = (int) shape.range(last + 1, shape.rank()).size();
            long to = begin == 0 ? c.y(0) : c.room(4L * outer * inner);
            Reductions.middle(pool, by, x, to, outer, extent, inner);
            // What is left of this run no longer counts, but the axes before it keep their numbers.
            for (int axis = first; axis <= last; axis++) {
                shape = shape.with(axis, 1);
            }
            x = to;
            reduced *= extent;
            end = begin;
        }
        if (axes.isEmpty()) {
            c.copyTo(0, c.y(0), Call.rowMajor(c.shape(0)));
        }
        if (kind == Kind.MEAN) {
            Rows.scale(c.y(0), 1f / reduced, (int) c.result(0).size());
        }
    }
}
