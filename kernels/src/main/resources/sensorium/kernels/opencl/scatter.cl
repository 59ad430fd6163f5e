// Sums into chosen places without atomics: the indices of a line are sorted first (sort.cl, stable), then each element of the
// result finds its run by binary search and adds it up in the order of the operand. T is the type of dy and y.

typedef ACCUMULATE(T) A;

// y[line, j] = Σ dy[line, k] over the k with keys[line, k] = j. The first grid is over the lines in dy and y, the second over k in
// dy; keys and order are (lines, n), or (n) for all where shared.
__kernel void add_chosen(
        Grid2 lines,
        Grid1 over,
        int extent,
        int step,
        int shared,
        __global const long *keys,
        __global const int *order,
        __global const TYPE(T) *dy,
        __global TYPE(T) *y) {
    int id = get_global_id(0);
    if (id >= lines.n * extent) {
        return;
    }
    int line = id % lines.n;
    int j = id / lines.n;
    int n = over.n;
    int at[2];
    locate2(&lines, line, at);
    int begin = shared ? 0 : line * n;
    int low = 0;
    int high = n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (keys[begin + order[begin + middle]] < j) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    A sum = 0;
    for (; low < n; low++) {
        int k = order[begin + low];
        if (keys[begin + k] != j) {
            break;
        }
        int from;
        locate1(&over, k, &from);
        sum += LOAD(T)(dy, at[0] + from);
    }
    STORE(T)(y, at[1] + j * step, sum);
}

// Notes in faults[0] that an index is outside.
__kernel void check(int n, int extent, __global const long *keys, int fault, __global int *faults) {
    int i = get_global_id(0);
    if (i < n && (keys[i] < 0 || keys[i] >= extent)) {
        faults[0] = fault;
    }
}

// The adjoint of sliding windows: y[line, p] = Σ dy[line, i, k] over the windows i and places k with i·hop + k·dilation = p.
__kernel void fold(
        Grid2 lines,
        int extent,
        int step,
        int count,
        int size,
        int hop,
        int dilation,
        int windowStep,
        int placeStep,
        __global const TYPE(T) *dy,
        __global TYPE(T) *y) {
    int id = get_global_id(0);
    if (id >= lines.n * extent) {
        return;
    }
    int line = id % lines.n;
    int p = id / lines.n;
    int at[2];
    locate2(&lines, line, at);
    A sum = 0;
    for (int k = 0; k < size; k++) {
        int start = p - k * dilation;
        int i = start / hop;
        if (start >= 0 && i * hop == start && i < count) {
            sum += LOAD(T)(dy, at[0] + i * windowStep + k * placeStep);
        }
    }
    STORE(T)(y, at[1] + p * step, sum);
}
