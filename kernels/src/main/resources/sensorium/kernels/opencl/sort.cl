// Merge sort of indices, one launch a doubling of the runs: each work-item finds by binary search where its element goes in the
// pair of runs that are merged, so nothing is written twice and equal elements keep their order.
// Keys lie by `lines` (without the axis) and `step`; orders are contiguous, (lines, n). T is the type of the keys.

typedef ACCUMULATE(T) A;

// −1, 0, 1; NaN is greater than everything; turned round where descending
int compare(A a, A b, int descending) {
#ifdef FLOATS
    int c = isnan(a) ? (isnan(b) ? 0 : 1) : isnan(b) ? -1 : (a > b) - (a < b);
#else
    int c = (a > b) - (a < b);
#endif
    return descending ? -c : c;
}

// width: length of the sorted runs that `from` holds; 1 means that `from` is not read, each element being a run
__kernel void merge_runs(
        Grid1 lines,
        int n,
        int step,
        int width,
        int descending,
        __global const TYPE(T) *keys,
        __global const int *from,
        __global int *to) {
    int id = get_global_id(0);
    if (id >= lines.n * n) {
        return;
    }
    int line = id / n;
    int i = id - line * n;
    int base;
    locate1(&lines, line, &base);
    __global const int *order = from + line * n;
    int me = width == 1 ? i : order[i];
    A key = LOAD(T)(keys, base + me * step);
    int run = i / width;
    bool left = (run & 1) == 0;
    int low = min(n, (run ^ 1) * width); // the other run
    int start = low;
    int high = min(n, low + width);
    while (low < high) { // how many of the other run come before this element
        int middle = (low + high) / 2;
        int there = width == 1 ? middle : order[middle];
        int c = compare(LOAD(T)(keys, base + there * step), key, descending);
        if (c < 0 || (c == 0 && !left)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    to[line * n + (run & ~1) * width + (i - run * width) + (low - start)] = me;
}

// What no run needed merging for: 0, 1, 2, … of every line
__kernel void identity(int n, int all, __global int *to) {
    int i = get_global_id(0);
    if (i < all) {
        to[i] = i % n;
    }
}

// The order as I64, at the places of the result; the grid is over its lines.
__kernel void widen(Grid1 lines, int n, int step, __global const int *order, __global long *y) {
    int id = get_global_id(0);
    if (id < lines.n * n) {
        int line = id / n;
        int base;
        locate1(&lines, line, &base);
        y[base + (id - line * n) * step] = order[id];
    }
}
