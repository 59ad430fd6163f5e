package sensorium.op;

import java.util.Arrays;
import java.util.List;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Spec;

/** Ops that only change the layout: the result shares its storage with the operand. */
public sealed interface View extends Op {
    /** The layout of the result, or null if strides cannot express it and the operand must be copied first. */
    Layout apply(Layout layout);

    @Override
    default List<Spec> infer(List<Spec> in) {
        return List.of(new Spec(
                in.get(0).dtype(), apply(Layout.contiguous(in.get(0).shape())).shape()));
    }

    /** The same elements in row-major order under another shape. */
    record Reshape(Shape shape) implements View {
        @Override
        public Layout apply(Layout l) {
            if (l.shape().size() != shape.size()) {
                throw new ShapeException("[reshape] " + l.shape() + " has "
                        + l.shape().size() + " elements, " + shape + " has " + shape.size());
            }
            return l.reshape(shape);
        }
    }

    /** Reorders axes: axis i of the result is axis {@code axes[i]} of the operand. */
    record Permute(List<Integer> axes) implements View {
        @Override
        public Layout apply(Layout l) {
            int[] a = axes.stream().mapToInt(Integer::intValue).toArray();
            int[] sorted = a.clone();
            Arrays.sort(sorted);
            for (int i = 0; i < sorted.length; i++) {
                if (sorted.length != l.shape().rank() || sorted[i] != i) {
                    throw new ShapeException("[permute] " + axes + " is no order of the axes of " + l.shape());
                }
            }
            return l.permute(a);
        }

        /** The permutation that undoes this one. */
        public Permute inverse() {
            Integer[] inv = new Integer[axes.size()];
            for (int i = 0; i < inv.length; i++) {
                inv[axes.get(i)] = i;
            }
            return new Permute(List.of(inv));
        }
    }

    /** Broadcasts to a larger shape. */
    record Expand(Shape shape) implements View {
        @Override
        public Layout apply(Layout l) {
            if (!Shape.broadcast(l.shape(), shape).equals(shape)) {
                throw new ShapeException("[expand] " + l.shape() + " does not broadcast to " + shape);
            }
            return l.expand(shape);
        }
    }

    /** {@code count} elements along {@code axis}: start, start+step, …; a negative step walks back. */
    record Slice(int axis, int start, int count, int step) implements View {
        @Override
        public Layout apply(Layout l) {
            int extent = l.shape().dim(axis);
            int last = start + (count - 1) * step;
            if (count < 0 || step == 0 || (count > 0 && (start < 0 || start >= extent || last < 0 || last >= extent))) {
                throw new ShapeException("[slice] axis " + axis + " of " + l.shape() + " has no elements " + start
                        + ", … " + last + " (step " + step + ")");
            }
            return l.slice(axis, start, count, step);
        }
    }

    /**
     * Sliding windows over an axis, as an extra last axis: {@code (…, L, …) → (…, n, …, size)} with
     * {@code n = (L − dilation·(size−1) − 1)/step + 1}. Overlapping windows share memory.
     */
    record Windows(int axis, int size, int step, int dilation) implements View {
        public int count(int extent) {
            return (extent - dilation * (size - 1) - 1) / step + 1;
        }

        @Override
        public Layout apply(Layout l) {
            int extent = l.shape().dim(axis);
            if (size < 1 || step < 1 || dilation < 1 || dilation * (size - 1) + 1 > extent) {
                throw new ShapeException("[windows] " + size + " elements " + dilation + " apart do not fit into axis "
                        + axis + " of " + l.shape());
            }
            return l.windows(axis, count(extent), size, step, dilation);
        }
    }
}
