package sensorium.kernels.opencl;

import java.util.Arrays;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;
import sensorium.tensor.ShapeException;

/**
 * How the elements of one shape lie in several operands, as kernels get it ({@code GRID} in {@code types.cl}): extents,
 * and for each operand an offset and strides. Neighbouring axes that all operands walk as one are merged, so that most ops
 * reach the device with one axis or two.
 */
final class Grid {
    /** Most axes that a kernel walks. */
    static final int RANK = 8;

    private final int size;
    private final int[] packed;

    private Grid(int size, int[] packed) {
        this.size = size;
        this.packed = packed;
    }

    /**
     * @param shape what the work-items number, row-major
     * @param layouts of the operands, each of that shape
     * @throws ShapeException if more than {@value #RANK} axes are left after merging
     */
    static Grid of(Shape shape, Layout... layouts) {
        int rank = 0;
        int[] dims = new int[shape.rank()];
        long[][] strides = new long[layouts.length][shape.rank()];
        for (int axis = 0; axis < shape.rank(); axis++) {
            int d = shape.dim(axis);
            if (d == 1) {
                continue;
            }
            if (rank > 0 && merges(layouts, strides, rank - 1, axis, d)) {
                dims[rank - 1] *= d;
                rank--;
            } else {
                dims[rank] = d;
            }
            for (int k = 0; k < layouts.length; k++) {
                strides[k][rank] = layouts[k].stride(axis);
            }
            rank++;
        }
        if (rank > RANK) {
            throw new ShapeException("[opencl] " + shape + " has more than " + RANK + " axes that do not merge");
        }
        int k = layouts.length;
        int[] packed = new int[2 + RANK + k + k * RANK];
        packed[0] = Math.toIntExact(shape.size());
        packed[1] = rank;
        System.arraycopy(dims, 0, packed, 2, rank);
        for (int i = 0; i < k; i++) {
            packed[2 + RANK + i] = Math.toIntExact(layouts[i].offset());
            for (int axis = 0; axis < rank; axis++) {
                packed[2 + RANK + k + i * RANK + axis] = Math.toIntExact(strides[i][axis]);
            }
        }
        return new Grid(packed[0], packed);
    }

    /** Whether in every operand a step along the axis before is {@code d} steps along this one. */
    private static boolean merges(Layout[] layouts, long[][] strides, int before, int axis, int d) {
        for (int k = 0; k < layouts.length; k++) {
            if (strides[k][before] != layouts[k].stride(axis) * d) {
                return false;
            }
        }
        return true;
    }

    /** Number of elements. */
    int size() {
        return size;
    }

    /** The bytes of the kernel's struct. */
    int[] packed() {
        return packed;
    }

    @Override
    public String toString() {
        return "Grid" + Arrays.toString(packed);
    }
}
