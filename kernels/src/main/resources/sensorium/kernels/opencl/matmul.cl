// Matrix products y[b] (M, N) = x[b] (M, K) · w[b] (K, N), operands by strides, y contiguous. T is F32 or F64.

typedef ACCUMULATE(T) A;

#define ROWS 4

// One work-item a column of ROWS rows: neighbours read neighbouring elements of a row of w, and all the same elements of x. No
// local memory: what is read again lies in caches. The grid is over the batch, its operands x and w.
__kernel void matmul_columns(
        Grid2 batch,
        int m,
        int n,
        int k,
        int rowX,
        int stepX,
        int rowW,
        int stepW,
        __global const TYPE(T) *x,
        __global const TYPE(T) *w,
        __global TYPE(T) *y) {
    int id = get_global_id(0);
    int strips = (m + ROWS - 1) / ROWS;
    if (id >= batch.n * strips * n) {
        return;
    }
    int j = id % n;
    int row = id / n % strips * ROWS;
    int b = id / n / strips;
    int at[2];
    locate2(&batch, b, at);
    // Rows beyond the last are read as the last, and not written.
    __global const TYPE(T) *x0 = x + at[0] + row * rowX;
    __global const TYPE(T) *x1 = x + at[0] + min(row + 1, m - 1) * rowX;
    __global const TYPE(T) *x2 = x + at[0] + min(row + 2, m - 1) * rowX;
    __global const TYPE(T) *x3 = x + at[0] + min(row + 3, m - 1) * rowX;
    __global const TYPE(T) *wj = w + at[1] + j * stepW;
    A y0 = 0;
    A y1 = 0;
    A y2 = 0;
    A y3 = 0;
    for (int i = 0; i < k; i++) {
        A v = wj[i * rowW];
        y0 = fma(x0[i * stepX], v, y0);
        y1 = fma(x1[i * stepX], v, y1);
        y2 = fma(x2[i * stepX], v, y2);
        y3 = fma(x3[i * stepX], v, y3);
    }
    __global TYPE(T) *to = y + (b * m + row) * n + j;
    to[0] = y0;
    if (row + 1 < m) {
        to[n] = y1;
    }
    if (row + 2 < m) {
        to[2 * n] = y2;
    }
    if (row + 3 < m) {
        to[3 * n] = y3;
    }
}
