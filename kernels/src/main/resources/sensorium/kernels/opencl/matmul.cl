// Matrix products y[b] (M, N) = x[b] (M, K) · w[b] (K, N), plus a bias (N) where `biased`. Operands by strides, y contiguous; the grid
// is over the batch, its operands x and w; y begins at `first`. T is F32 or F64. Every element is a sum in the order of k, whatever the kernel.

typedef ACCUMULATE(T) A;

#define VECTOR_F32 float8
#define VECTOR_F64 double8
#define VECTOR PASTE(VECTOR_, T)

#define PROBLEM                                                                                           \
    Grid2 batch, int m, int n, int k, int rowX, int stepX, int rowW, int stepW, int biased, int first,    \
            __global const TYPE(T) *x, __global const TYPE(T) *w, __global const TYPE(T) *bias,           \
            __global TYPE(T) *y

// For devices with local memory of their own: a group of 256 computes a tile of 64 × 64. Slices of x and w, 16 deep, move to
// local memory, each item carrying four elements of either along whichever axis is contiguous; then each item multiplies a
// 4 × 4 block from registers. Two barriers a slice: before it is read, and before it is replaced. What lies outside is 0.
#define TILE 64
#define DEPTH 16
#define SIDE 16

__kernel void matmul_tiled(PROBLEM) {
    __local A xs[DEPTH][TILE + 1];
    __local A ws[DEPTH][TILE + 1];
    int t = get_local_id(0);
    int tilesN = (n + TILE - 1) / TILE;
    int tilesM = (m + TILE - 1) / TILE;
    int tile = get_group_id(0);
    int column0 = tile % tilesN * TILE;
    int row0 = tile / tilesN % tilesM * TILE;
    int b = tile / tilesN / tilesM;
    int at[2];
    locate2(&batch, b, at);
    int tx = t % SIDE;
    int ty = t / SIDE;
    A sum[4][4];
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            sum[i][j] = 0;
        }
    }
    for (int k0 = 0; k0 < k; k0 += DEPTH) {
        for (int e = t; e < DEPTH * TILE; e += SIDE * SIDE) {
            int r = rowX == 1 ? e % TILE : e / DEPTH;
            int d = rowX == 1 ? e / TILE : e % DEPTH;
            xs[d][r] = row0 + r < m && k0 + d < k ? x[at[0] + (row0 + r) * rowX + (k0 + d) * stepX] : 0;
            int c = stepW == 1 ? e % TILE : e / DEPTH;
            d = stepW == 1 ? e / TILE : e % DEPTH;
            ws[d][c] = column0 + c < n && k0 + d < k ? w[at[1] + (k0 + d) * rowW + (column0 + c) * stepW] : 0;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int d = 0; d < DEPTH; d++) {
            A left[4];
            A right[4];
            for (int i = 0; i < 4; i++) {
                left[i] = xs[d][ty * 4 + i];
                right[i] = ws[d][tx + SIDE * i];
            }
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 4; j++) {
                    sum[i][j] = fma(left[i], right[j], sum[i][j]);
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int i = 0; i < 4; i++) {
        int row = row0 + ty * 4 + i;
        for (int j = 0; j < 4; j++) {
            int column = column0 + tx + SIDE * j;
            if (row < m && column < n) {
                y[first + (b * m + row) * n + column] = sum[i][j] + (biased ? bias[column] : 0);
            }
        }
    }
}

// For processors, whose local memory is only more of the same: an item computes ROWS rows of 8 columns, a vector of w at a time
// against one element of each row of x. Rows of w are contiguous. Rows beyond the last are read as the last, and not written;
// an item at the right edge goes column by column.
#define ROWS 4
#define COLUMNS 8

void store_row(__global TYPE(T) *to, VECTOR v, __global const TYPE(T) *bias, int biased) {
    vstore8(biased ? v + vload8(0, bias) : v, 0, to);
}

__kernel void matmul_vectors(PROBLEM) {
    int id = get_global_id(0);
    int strips = (m + ROWS - 1) / ROWS;
    int blocks = (n + COLUMNS - 1) / COLUMNS;
    if (id >= batch.n * strips * blocks) {
        return;
    }
    int j = id % blocks * COLUMNS;
    int row = id / blocks % strips * ROWS;
    int b = id / blocks / strips;
    int at[2];
    locate2(&batch, b, at);
    __global const TYPE(T) *x0 = x + at[0] + row * rowX;
    __global const TYPE(T) *x1 = x + at[0] + min(row + 1, m - 1) * rowX;
    __global const TYPE(T) *x2 = x + at[0] + min(row + 2, m - 1) * rowX;
    __global const TYPE(T) *x3 = x + at[0] + min(row + 3, m - 1) * rowX;
    __global const TYPE(T) *wj = w + at[1] + j;
    __global TYPE(T) *to = y + first + (b * m + row) * n + j;
    if (j + COLUMNS <= n) {
        VECTOR y0 = 0;
        VECTOR y1 = 0;
        VECTOR y2 = 0;
        VECTOR y3 = 0;
        for (int i = 0; i < k; i++) {
            VECTOR v = vload8(0, wj + i * rowW);
            y0 = fma((VECTOR)(x0[i * stepX]), v, y0);
            y1 = fma((VECTOR)(x1[i * stepX]), v, y1);
            y2 = fma((VECTOR)(x2[i * stepX]), v, y2);
            y3 = fma((VECTOR)(x3[i * stepX]), v, y3);
        }
        store_row(to, y0, bias + j, biased);
        if (row + 1 < m) {
            store_row(to + n, y1, bias + j, biased);
        }
        if (row + 2 < m) {
            store_row(to + 2 * n, y2, bias + j, biased);
        }
        if (row + 3 < m) {
            store_row(to + 3 * n, y3, bias + j, biased);
        }
        return;
    }
    for (int r = 0; r < min(ROWS, m - row); r++) {
        for (int c = 0; c < n - j; c++) {
            A sum = 0;
            for (int i = 0; i < k; i++) {
                sum = fma(x0[r * rowX + i * stepX], wj[i * rowW + c], sum);
            }
            to[r * n + c] = sum + (biased ? bias[j + c] : 0);
        }
    }
}
