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

// For devices with local memory of their own: a group computes a tile of BM × BN, each of its items RM × RN of it from registers, in
// blocks of 4 × 4. Slices of x and w, BK deep, lie in local memory with k outermost, so that an item reads quads of either. There
// are two of each: while one slice is multiplied the next comes from global memory into registers, and is put in the other
// place at the end, so that one barrier a slice is enough. Quads go along whichever axis is contiguous, as one load where they
// are aligned (`wide`: bit 0 for x, 1 for w, 2 for y); what lies outside is 0. Rows in local memory are PAD longer, else the
// quads that are turned on the way would meet in few banks.
#ifdef BM
#define QUAD_F32 float4
#define QUAD_F64 double4
#define QUAD PASTE(QUAD_, T)
#ifdef CORES
#define PAD 8 // each lane of a warp then reads its part of a fragment from another bank
#else
#define PAD 4
#endif
#define ACROSS (BN / RN)
#define ITEMS (BM / RM * ACROSS)
#define QUADS_X (BM * BK / 4 / ITEMS)
#define QUADS_W (BN * BK / 4 / ITEMS)

// Elements p[0], p[step], … of which `there` exist.
QUAD quad(__global const TYPE(T) *p, int step, int there, int whole) {
    if (whole && there >= 4) {
        return *(__global const QUAD *)p;
    }
    return (QUAD)(there > 0 ? p[0] : 0, there > 1 ? p[step] : 0, there > 2 ? p[2 * step] : 0, there > 3 ? p[3 * step] : 0);
}

// Quad e of the slice at k0 of an operand: `side` of its rows (columns of w) from `from` on, `step` apart, of which there are
// `all`; its elements along k are stepK apart. Whether quads go along k is `deep`.
QUAD fetch(
        __global const TYPE(T) *p, int e, int side, int from, int all, int step, int k0, int k, int stepK, int deep, int whole) {
    int r = from + (deep ? e / (BK / 4) : e % (side / 4) * 4);
    int d = k0 + (deep ? e % (BK / 4) * 4 : e / (side / 4));
    int there = deep ? (r < all ? k - d : 0) : (d < k ? all - r : 0);
    return there <= 0 ? (QUAD)(0) : quad(p + r * step + d * stepK, deep ? stepK : step, there, whole);
}

// Puts it where the items look for it: row d of the slice, column r.
void put(__local A *slice, int e, int side, int deep, QUAD v) {
    if (deep) {
        __local A *to = slice + e % (BK / 4) * 4 * (side + PAD) + e / (BK / 4);
        to[0] = v.s0;
        to[side + PAD] = v.s1;
        to[2 * (side + PAD)] = v.s2;
        to[3 * (side + PAD)] = v.s3;
    } else {
        *(__local QUAD *)(slice + e / (side / 4) * (side + PAD) + e % (side / 4) * 4) = v;
    }
}

// The slice at K0, from global memory to registers; and from there to a place in local memory.
#define FETCH(K0)                                                                                        \
    UNROLL for (int i = 0; i < QUADS_X; i++) {                                                           \
        nextX[i] = fetch(xb, t + i * ITEMS, BM, row0, m, rowX, K0, k, stepX, deepX, wide & 1);           \
    }                                                                                                    \
    UNROLL for (int i = 0; i < QUADS_W; i++) {                                                           \
        nextW[i] = fetch(wb, t + i * ITEMS, BN, column0, n, stepW, K0, k, rowW, deepW, wide & 2);        \
    }
#define PUT(PLACE)                                             \
    UNROLL for (int i = 0; i < QUADS_X; i++) {                 \
        put(xs[PLACE], t + i * ITEMS, BM, deepX, nextX[i]);    \
    }                                                          \
    UNROLL for (int i = 0; i < QUADS_W; i++) {                 \
        put(ws[PLACE], t + i * ITEMS, BN, deepW, nextW[i]);    \
    }

#ifndef CORES
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void matmul_tiled(PROBLEM, int wide) {
    __local A xs[2][BK * (BM + PAD)] __attribute__((aligned(32)));
    __local A ws[2][BK * (BN + PAD)] __attribute__((aligned(32)));
    int t = get_local_id(0);
    int tilesN = (n + BN - 1) / BN;
    int tilesM = (m + BM - 1) / BM;
    int tile = get_group_id(0);
    int column0 = tile % tilesN * BN;
    int row0 = tile / tilesN % tilesM * BM;
    int b = tile / tilesN / tilesM;
    int at[2];
    locate2(&batch, b, at);
    __global const TYPE(T) *xb = x + at[0];
    __global const TYPE(T) *wb = w + at[1];
    int deepX = rowX != 1;
    int deepW = stepW != 1;
    int tx = t % ACROSS;
    int ty = t / ACROSS;
    QUAD nextX[QUADS_X];
    QUAD nextW[QUADS_W];
    QUAD sum[RM][RN / 4];
    UNROLL for (int i = 0; i < RM; i++) {
        UNROLL for (int j = 0; j < RN / 4; j++) {
            sum[i][j] = 0;
        }
    }
    int place = 0;
    // One turn more than there are slices: the first only fetches.
    for (int k0 = -BK; k0 < k; k0 += BK) {
        int more = k0 + BK < k;
        if (more) {
            FETCH(k0 + BK)
        }
        if (k0 >= 0) {
            __local const A *xp = xs[place] + ty * 4;
            __local const A *wp = ws[place] + tx * 4;
            for (int d = 0; d < BK; d++) {
                A left[RM];
                QUAD right[RN / 4];
                UNROLL for (int i = 0; i < RM / 4; i++) {
                    QUAD v = *(__local const QUAD *)(xp + d * (BM + PAD) + i * (BM / RM * 4));
                    left[4 * i] = v.s0;
                    left[4 * i + 1] = v.s1;
                    left[4 * i + 2] = v.s2;
                    left[4 * i + 3] = v.s3;
                }
                UNROLL for (int j = 0; j < RN / 4; j++) {
                    right[j] = *(__local const QUAD *)(wp + d * (BN + PAD) + j * (ACROSS * 4));
                }
                UNROLL for (int i = 0; i < RM; i++) {
                    UNROLL for (int j = 0; j < RN / 4; j++) {
                        sum[i][j] = fma((QUAD)(left[i]), right[j], sum[i][j]);
                    }
                }
            }
        }
        place = 1 - place;
        if (more) {
            PUT(place)
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    UNROLL for (int i = 0; i < RM; i++) {
        int row = row0 + i / 4 * (BM / RM * 4) + ty * 4 + i % 4;
        UNROLL for (int j = 0; j < RN / 4; j++) {
            int column = column0 + j * (ACROSS * 4) + tx * 4;
            int there = row < m ? n - column : 0;
            if (there <= 0) {
                continue;
            }
            QUAD v = sum[i][j];
            if (biased) {
                v += quad(bias + column, 1, there, 0);
            }
            __global TYPE(T) *to = y + first + (b * m + row) * n + column;
            if ((wide & 4) && there >= 4) {
                *(__global QUAD *)to = v;
                continue;
            }
            to[0] = v.s0;
            if (there > 1) {
                to[1] = v.s1;
            }
            if (there > 2) {
                to[2] = v.s2;
            }
            if (there > 3) {
                to[3] = v.s3;
            }
        }
    }
}
#else
// The same on the tensor cores of NVIDIA, by their own instructions (PTX ISA, mma.sync): F32 rounded to TF32 or BF16, sums in F32. A
// group is 8 warps, 2 × 4 of them over a tile of 128 × 128; a warp has 64 × 32 of it, in 4 × 4 fragments of 16 × 8. CORES is
// the depth of an instruction: 8 for TF32, 16 for BF16, which has two numbers a register.
#ifndef cl_nv_pragma_unroll
#error "no tensor cores that this source knows"
#endif

#if CORES == 8
#define DEEPER 4
#define LANE 1
#define MMA "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
uint narrow(__local const A *p, int line) {
    uint r;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(p[0]));
    return r;
}
#else
#define DEEPER 8
#define LANE 2
#define MMA "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
uint narrow(__local const A *p, int line) {
    uint r;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(p[line]), "f"(p[0])); // the upper half first
    return r;
}
#endif

__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void matmul_cores(PROBLEM, int wide) {
    __local A xs[2][BK * (BM + PAD)] __attribute__((aligned(32)));
    __local A ws[2][BK * (BN + PAD)] __attribute__((aligned(32)));
    int t = get_local_id(0);
    int tilesN = (n + BN - 1) / BN;
    int tilesM = (m + BM - 1) / BM;
    int tile = get_group_id(0);
    int column0 = tile % tilesN * BN;
    int row0 = tile / tilesN % tilesM * BM;
    int b = tile / tilesN / tilesM;
    int at[2];
    locate2(&batch, b, at);
    __global const TYPE(T) *xb = x + at[0];
    __global const TYPE(T) *wb = w + at[1];
    int deepX = rowX != 1;
    int deepW = stepW != 1;
    int group = t % 32 / 4; // of a warp's lanes, as PTX numbers them
    int lane = t % 4;
    int rows = t / 128 * 64;
    int columns = t / 32 % 4 * 32;
    QUAD nextX[QUADS_X];
    QUAD nextW[QUADS_W];
    A sum[4][4][4];
    UNROLL for (int i = 0; i < 64; i++) {
        sum[i / 16][i / 4 % 4][i % 4] = 0;
    }
    int place = 0;
    for (int k0 = -BK; k0 < k; k0 += BK) {
        int more = k0 + BK < k;
        if (more) {
            FETCH(k0 + BK)
        }
        if (k0 >= 0) {
            UNROLL for (int d = 0; d < BK; d += CORES) {
                __local const A *xp = xs[place] + (d + lane * LANE) * (BM + PAD) + rows + group;
                __local const A *wp = ws[place] + (d + lane * LANE) * (BN + PAD) + columns + group;
                uint left[4][4];
                uint right[4][2];
                UNROLL for (int i = 0; i < 4; i++) {
                    left[i][0] = narrow(xp + i * 16, BM + PAD);
                    left[i][1] = narrow(xp + i * 16 + 8, BM + PAD);
                    left[i][2] = narrow(xp + i * 16 + DEEPER * (BM + PAD), BM + PAD);
                    left[i][3] = narrow(xp + i * 16 + 8 + DEEPER * (BM + PAD), BM + PAD);
                    right[i][0] = narrow(wp + i * 8, BN + PAD);
                    right[i][1] = narrow(wp + i * 8 + DEEPER * (BN + PAD), BN + PAD);
                }
                UNROLL for (int i = 0; i < 4; i++) {
                    UNROLL for (int j = 0; j < 4; j++) {
                        asm volatile(MMA "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                                     : "+f"(sum[i][j][0]), "+f"(sum[i][j][1]), "+f"(sum[i][j][2]), "+f"(sum[i][j][3])
                                     : "r"(left[i][0]), "r"(left[i][1]), "r"(left[i][2]), "r"(left[i][3]),
                                       "r"(right[j][0]), "r"(right[j][1]));
                    }
                }
            }
        }
        place = 1 - place;
        if (more) {
            PUT(place)
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        UNROLL for (int j = 0; j < 4; j++) {
            UNROLL for (int c = 0; c < 4; c++) {
                int row = row0 + rows + 16 * i + group + c / 2 * 8;
                int column = column0 + columns + 8 * j + lane * 2 + c % 2;
                if (row < m && column < n) {
                    y[first + (b * m + row) * n + column] = sum[i][j][c] + (biased ? bias[column] : 0);
                }
            }
        }
    }
}
#endif
#endif

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
