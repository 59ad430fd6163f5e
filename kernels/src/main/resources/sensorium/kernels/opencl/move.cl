// The same elements elsewhere, whatever they mean: T is an unsigned type as wide as an element. One work-item an element;
// the side that is contiguous is walked in order, so that at least its accesses coalesce.

// y[where the grid's second operand says] = x[where its first says]: copies, paddings and the parts of a concatenation.
__kernel void copy(Grid2 g, __global const T *x, __global T *y) {
    int i = get_global_id(0);
    if (i < g.n) {
        int at[2];
        locate2(&g, i, at);
        y[at[1]] = x[at[0]];
    }
}

__kernel void fill(int n, T value, __global T *y) {
    int i = get_global_id(0);
    if (i < n) {
        y[i] = value;
    }
}

__kernel void where(
        Grid3 g, __global const uchar *condition, __global const T *a, __global const T *b, __global T *y) {
    int i = get_global_id(0);
    if (i < g.n) {
        int at[3];
        locate3(&g, i, at);
        y[i] = condition[at[0]] ? a[at[1]] : b[at[2]];
    }
}

// y[i] = x[at + index·step], where the grid's operands are x (standing still along the axis) and the indices. An index outside
// reads nothing and is noted in faults[0].
__kernel void take(
        Grid2 g,
        __global const T *x,
        __global const long *indices,
        int extent,
        int step,
        __global T *y,
        int fault,
        __global int *faults) {
    int i = get_global_id(0);
    if (i < g.n) {
        int at[2];
        locate2(&g, i, at);
        long index = indices[at[1]];
        bool inside = index >= 0 && index < extent;
        y[i] = inside ? x[at[0] + (int)index * step] : (T)0;
        if (!inside) {
            faults[0] = fault;
        }
    }
}
