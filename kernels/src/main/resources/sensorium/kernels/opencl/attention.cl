// Attention: `attend` for GPUs in one kernel that never writes the scores; `decode` for one query; and for other devices, other types and the gradients what
// lies between products, a work-group a row of scores: scale, masks and softmax in one pass over a row that stays in the cache.
// T is F32 or F64, for `attend` F32.

typedef ACCUMULATE(T) A;

A group_reduce(A v, __local A *s, int greatest) {
    int t = get_local_id(0);
    s[t] = v;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int half_ = GROUP / 2; half_ > 0; half_ /= 2) {
        if (t < half_) {
            s[t] = greatest ? fmax(s[t], s[t + half_]) : s[t] + s[t + half_];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    A r = s[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return r;
}

// masked: 0 no mask, 1 a BOOL one says which keys are seen, 2 numbers are added; the grid is over its rows (B, H, T), keys lie
// stepMask apart. Where causal, query i sees keys up to i + offset.
#define MASK                                                                                     \
    Grid1 rows, int keys, int queries, int stepMask, int masked, int causal, int offset, A scale, \
            __global const uchar *seen, __global const TYPE(T) *added

#define HIDDEN(j) ((causal && (j) > row % queries + offset) || (masked == 1 && !seen[at + (j) * stepMask]))
// Of key j, whose product with the query is given.
#define SCORE(j, product) (HIDDEN(j) ? -INFINITY : scale * (product) + (masked == 2 ? added[at + (j) * stepMask] : 0))

// Products q·k become weights, in place; and lse = log Σ exp of each row's scores.
__kernel void weights(MASK, __global TYPE(T) *scores, __global TYPE(T) *lse) {
    __local A scratch[GROUP];
    int row = get_group_id(0);
    __global TYPE(T) *line = scores + (long)row * keys;
    int at;
    locate1(&rows, row, &at);
    A m = -INFINITY;
    for (int j = get_local_id(0); j < keys; j += GROUP) {
        A s = SCORE(j, line[j]);
        line[j] = s;
        m = fmax(m, s);
    }
    m = group_reduce(m, scratch, 1);
    A sum = 0;
    for (int j = get_local_id(0); j < keys; j += GROUP) {
        A e = exp(line[j] - m);
        line[j] = e;
        sum += e;
    }
    sum = group_reduce(sum, scratch, 0);
    for (int j = get_local_id(0); j < keys; j += GROUP) {
        line[j] = line[j] / sum;
    }
    if (get_local_id(0) == 0) {
        lse[row] = m + log(sum);
    }
}

// Products q·k become weights again, with the lse of the forward pass; dout·vᵀ becomes the slopes of the products q·k:
// scale·weight·(dout·v − Σ dout·out), and 0 for hidden keys, also in a row that sees nothing and has NaN for weights.
__kernel void slopes(
        MASK,
        int width,
        __global const TYPE(T) *out,
        __global const TYPE(T) *lse,
        __global const TYPE(T) *dout,
        __global TYPE(T) *scores,
        __global TYPE(T) *dscores) {
    __local A scratch[GROUP];
    int row = get_group_id(0);
    __global TYPE(T) *line = scores + (long)row * keys;
    __global TYPE(T) *slope = dscores + (long)row * keys;
    int at;
    locate1(&rows, row, &at);
    A dot = 0;
    for (int e = get_local_id(0); e < width; e += GROUP) {
        dot += out[(long)row * width + e] * dout[(long)row * width + e];
    }
    dot = group_reduce(dot, scratch, 0);
    A shift = lse[row];
    for (int j = get_local_id(0); j < keys; j += GROUP) {
        A p = exp(SCORE(j, line[j]) - shift);
        line[j] = p;
        slope[j] = HIDDEN(j) ? 0 : scale * p * (slope[j] - dot);
    }
}

// One query at a time, as in decoding with a cache: a group takes SPAN keys of a row, so that a long cache gives work to all units,
// and leaves of them the greatest score, the sum of the weights and the weighted values; `merge` puts the spans of a row together,
// scaled to the greatest score of all. LANES items share a key, for its channels adjoin.
#ifdef SPAN
#define LANES 8
#define CHANNELS 64
#define PARTS (GROUP / CHANNELS)

__kernel void decode(
        MASK,
        Grid3 heads,
        int width,
        int widthV,
        int rowQ,
        int stepQ,
        int rowK,
        int stepK,
        int rowV,
        int stepV,
        __global const TYPE(T) *q,
        __global const TYPE(T) *k,
        __global const TYPE(T) *v,
        int spans,
        __global TYPE(T) *parts) {
    __local A products_[SPAN * LANES];
    __local A weight[SPAN];
    __local A scratch[GROUP];
    int t = get_local_id(0);
    int row = get_group_id(0) / spans;
    int k0 = get_group_id(0) % spans * SPAN;
    int count = min(SPAN, keys - k0);
    int begin[3];
    locate3(&heads, row / queries, begin);
    int at;
    locate1(&rows, row, &at);
    __global const TYPE(T) *query = q + begin[0] + row % queries * rowQ;
    for (int e = t; e < count * LANES; e += GROUP) {
        __global const TYPE(T) *key = k + begin[1] + (k0 + e / LANES) * rowK;
        A s = 0;
        for (int d = e % LANES; d < width; d += LANES) {
            s = fma(query[d * stepQ], key[d * stepK], s);
        }
        products_[e] = s;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    A m = -INFINITY;
    for (int j = t; j < count; j += GROUP) {
        A s = 0;
        for (int lane = 0; lane < LANES; lane++) {
            s += products_[j * LANES + lane];
        }
        s = SCORE(k0 + j, s);
        weight[j] = s;
        m = fmax(m, s);
    }
    m = group_reduce(m, scratch, 1);
    A shift = m == -INFINITY ? 0 : m; // nothing seen here
    A sum = 0;
    for (int j = t; j < count; j += GROUP) {
        A e = exp(weight[j] - shift);
        weight[j] = e;
        sum += e;
    }
    sum = group_reduce(sum, scratch, 0);
    __global TYPE(T) *part = parts + (long)get_group_id(0) * (widthV + 2);
    if (t == 0) {
        part[0] = m;
        part[1] = sum;
    }
    for (int d0 = 0; d0 < widthV; d0 += CHANNELS) {
        int d = d0 + t % CHANNELS;
        A o = 0;
        if (d < widthV) {
            for (int j = t / CHANNELS; j < count; j += PARTS) {
                o = fma(weight[j], v[begin[2] + (k0 + j) * rowV + d * stepV], o);
            }
        }
        scratch[t] = o;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (t < CHANNELS && d < widthV) {
            for (int p = 1; p < PARTS; p++) {
                o += scratch[p * CHANNELS + t];
            }
            part[2 + d] = o;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
}

__kernel void merge(
        int spans, int widthV, __global const TYPE(T) *parts, __global TYPE(T) *out, __global TYPE(T) *lse) {
    long row = get_group_id(0);
    int entry = widthV + 2;
    __global const TYPE(T) *mine = parts + row * spans * entry;
    A m = -INFINITY;
    for (int s = 0; s < spans; s++) {
        m = fmax(m, mine[s * entry]);
    }
    A shift = m == -INFINITY ? 0 : m;
    A sum = 0;
    for (int s = 0; s < spans; s++) {
        sum += mine[s * entry + 1] * exp(mine[s * entry] - shift);
    }
    for (int d = get_local_id(0); d < widthV; d += GROUP) {
        A o = 0;
        for (int s = 0; s < spans; s++) {
            o += mine[s * entry + 2 + d] * exp(mine[s * entry] - shift);
        }
        out[row * widthV + d] = o / sum; // 0 / 0, NaN, for a row that sees nothing
    }
    if (get_local_id(0) == 0) {
        lse[row] = sum == 0 ? NAN : m + log(sum);
    }
}
#endif

#ifdef D
#define PAD 4

// Rows from..from + count of an operand, turned: to[channel][row]; 0 for rows and channels that are not there.
void turn(__local A *to, __global const TYPE(T) *p, int from, int count, int rows, int row, int width, int step) {
    for (int e = get_local_id(0); e < count * D; e += get_local_size(0)) {
        int d = e % D;
        int r = e / D;
        to[d * (count + PAD) + r] = from + r < rows && d < width ? p[(from + r) * row + d * step] : 0;
    }
}

// s[i][j] += Σ left[channel][4 rows from i] · right[channel][4 rows from j]
void products(A s[4][4], __local const A *left, int lineL, __local const A *right, int lineR, int width) {
    for (int d = 0; d < width; d++) {
        A l[4] __attribute__((aligned(16)));
        A r[4] __attribute__((aligned(16)));
        *(float4 *)l = *(__local const float4 *)(left + d * lineL);
        *(float4 *)r = *(__local const float4 *)(right + d * lineR);
        UNROLL for (int i = 0; i < 4; i++) {
            UNROLL for (int j = 0; j < 4; j++) {
                s[i][j] = fma(l[i], r[j], s[i][j]);
            }
        }
    }
}
#endif

// A group has QUERIES rows of q in local memory and goes along the keys in blocks of KEYS, with the softmax of what it has seen so far
// (Milakov and Gimelshein, arXiv:1805.02867; Dao et al., arXiv:2205.14135): where the greatest score grows, sums and results so far are
// scaled down. An item has a block of 4 × 4 scores, then 4 rows of results in quads ACROSS quads apart. Everything lies with the
// summed index outermost, as in matmul.cl: q and k by their channels, weights by their keys, which take the place of k once the
// scores are known. v comes in two halves, so that all is within 48 KB. Width D is 64 or 128; narrower heads are filled with 0.
#ifdef QUERIES
#define ACROSS (KEYS / 4)
#define ITEMS (QUERIES / 4 * ACROSS)
#define QUADS (D / 4 / ACROSS)
#define HALF (KEYS / 2)

__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void attend(
        MASK,
        Grid3 heads,
        int width,
        int widthV,
        int rowQ,
        int stepQ,
        int rowK,
        int stepK,
        int rowV,
        int stepV,
        __global const TYPE(T) *q,
        __global const TYPE(T) *k,
        __global const TYPE(T) *v,
        __global TYPE(T) *out,
        __global TYPE(T) *lse) {
    __local A qs[D * (QUERIES + PAD)] __attribute__((aligned(16)));
    __local A ks[D * (KEYS + PAD)] __attribute__((aligned(16)));
    __local A vs[HALF * D] __attribute__((aligned(16)));
    __local A partial[QUERIES * ACROSS];
    int t = get_local_id(0);
    int tx = t % ACROSS;
    int ty = t / ACROSS;
    int blocks = (queries + QUERIES - 1) / QUERIES;
    int head = get_group_id(0) / blocks;
    int q0 = get_group_id(0) % blocks * QUERIES;
    int begin[3];
    locate3(&heads, head, begin);
    turn(qs, q + begin[0], q0, QUERIES, queries, rowQ, width, stepQ);
    int line[4]; // the item's rows of scores; beyond the last it is the last again, and not written
    int mask[4];
    A m[4];
    A sum[4];
    float4 o[4][QUADS];
    UNROLL for (int i = 0; i < 4; i++) {
        line[i] = head * queries + min(q0 + ty * 4 + i, queries - 1);
        locate1(&rows, line[i], &mask[i]);
        m[i] = -INFINITY;
        sum[i] = 0;
        UNROLL for (int c = 0; c < QUADS; c++) {
            o[i][c] = 0;
        }
    }
    int end = causal ? min(keys, min(q0 + QUERIES, queries) + offset) : keys; // what no row of the group sees begins here
    for (int k0 = 0; k0 < end; k0 += KEYS) {
        barrier(CLK_LOCAL_MEM_FENCE);
        turn(ks, k + begin[1], k0, KEYS, keys, rowK, width, stepK);
        barrier(CLK_LOCAL_MEM_FENCE);
        A s[4][4] = {{0}};
        products(s, qs + ty * 4, QUERIES + PAD, ks + tx * 4, KEYS + PAD, width);
        UNROLL for (int i = 0; i < 4; i++) {
            int row = line[i];
            int at = mask[i];
            A greatest = -INFINITY;
            UNROLL for (int j = 0; j < 4; j++) {
                int key = k0 + tx * 4 + j;
                s[i][j] = key < keys ? SCORE(key, s[i][j]) : -INFINITY;
                greatest = fmax(greatest, s[i][j]);
            }
            partial[(ty * 4 + i) * ACROSS + tx] = greatest;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        UNROLL for (int i = 0; i < 4; i++) {
            A greatest = m[i];
            for (int x = 0; x < ACROSS; x++) {
                greatest = fmax(greatest, partial[(ty * 4 + i) * ACROSS + x]);
            }
            A shift = greatest == -INFINITY ? 0 : greatest; // nothing seen yet
            A shrink = exp(m[i] - shift);
            m[i] = greatest;
            sum[i] *= shrink;
            UNROLL for (int c = 0; c < QUADS; c++) {
                o[i][c] *= shrink;
            }
            UNROLL for (int j = 0; j < 4; j++) {
                A e = exp(s[i][j] - shift);
                sum[i] += e;
                ks[(tx * 4 + j) * (QUERIES + PAD) + ty * 4 + i] = e;
            }
        }
        for (int half_ = 0; half_ < 2; half_++) {
            int v0 = k0 + half_ * HALF;
            for (int e = t; e < HALF * D; e += ITEMS) {
                int d = e % D;
                int r = v0 + e / D;
                vs[e] = r < keys && d < widthV ? v[begin[2] + r * rowV + d * stepV] : 0;
            }
            barrier(CLK_LOCAL_MEM_FENCE);
            for (int j = 0; j < HALF; j++) {
                A left[4] __attribute__((aligned(16)));
                *(float4 *)left = *(__local const float4 *)(ks + (half_ * HALF + j) * (QUERIES + PAD) + ty * 4);
                UNROLL for (int c = 0; c < QUADS; c++) {
                    float4 right = *(__local const float4 *)(vs + j * D + (c * ACROSS + tx) * 4);
                    UNROLL for (int i = 0; i < 4; i++) {
                        o[i][c] = fma((float4)(left[i]), right, o[i][c]);
                    }
                }
            }
            barrier(CLK_LOCAL_MEM_FENCE);
        }
    }
    UNROLL for (int i = 0; i < 4; i++) {
        partial[(ty * 4 + i) * ACROSS + tx] = sum[i];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    UNROLL for (int i = 0; i < 4; i++) {
        A all = 0;
        for (int x = 0; x < ACROSS; x++) {
            all += partial[(ty * 4 + i) * ACROSS + x];
        }
        if (q0 + ty * 4 + i >= queries) {
            continue;
        }
        UNROLL for (int c = 0; c < QUADS; c++) {
            A r[4] __attribute__((aligned(16)));
            *(float4 *)r = o[i][c] / all; // 0 / 0, NaN, for a row that sees nothing
            UNROLL for (int j = 0; j < 4; j++) {
                int column = (c * ACROSS + tx) * 4 + j;
                if (column < widthV) {
                    out[line[i] * widthV + column] = r[j];
                }
            }
        }
        if (tx == 0) {
            lse[line[i]] = all == 0 ? NAN : m[i] + log(all);
        }
    }
}
#endif

// Σ dout·out of each row, which the gradients of its scores have in common.
__kernel void dots(int width, __global const TYPE(T) *out, __global const TYPE(T) *dout, __global TYPE(T) *dot_) {
    __local A scratch[GROUP];
    long row = get_group_id(0);
    A sum = 0;
    for (int e = get_local_id(0); e < width; e += GROUP) {
        sum += out[row * width + e] * dout[row * width + e];
    }
    sum = group_reduce(sum, scratch, 0);
    if (get_local_id(0) == 0) {
        dot_[row] = sum;
    }
}

// The gradients without the scores in memory: each block of SIDE queries × SIDE keys has its weights computed again, from lse, and
// their slopes. A group keeps to its SIDE keys and goes along the queries for dk and dv (KEEPS_KEYS 1), or the other way round for dq:
// so each result is a sum that one group makes in one order, and nothing is added by atomics. 64 items; one has 4 × 4 scores, then
// 4 rows of results at every eighth of D channels. Width D is 64.
#ifdef SIDE
#define EIGHTH (D / 8)
#define LINE (SIDE + PAD)

// sum[i][j] += Σ factor[r][4 rows from i] · turned[channel 8·j][r]
void accumulate(A sum[4][EIGHTH], __local const A *factor, __local const A *turned) {
    for (int r = 0; r < SIDE; r++) {
        A l[4] __attribute__((aligned(16)));
        *(float4 *)l = *(__local const float4 *)(factor + r * LINE);
        UNROLL for (int j = 0; j < EIGHTH; j++) {
            A v = turned[8 * j * LINE + r];
            UNROLL for (int i = 0; i < 4; i++) {
                sum[i][j] = fma(l[i], v, sum[i][j]);
            }
        }
    }
}

// Four rows of a contiguous result.
void store_rows(__global TYPE(T) *y, A sum[4][EIGHTH], int first, int rows, int width, int tx) {
    for (int i = 0; i < 4 && first + i < rows; i++) {
        for (int j = 0; j < EIGHTH; j++) {
            if (tx + 8 * j < width) {
                y[(long)(first + i) * width + tx + 8 * j] = sum[i][j];
            }
        }
    }
}

__kernel __attribute__((reqd_work_group_size(64, 1, 1))) void attend_grad(
        MASK,
        Grid3 heads,
        int width,
        int widthV,
        int rowQ,
        int stepQ,
        int rowK,
        int stepK,
        int rowV,
        int stepV,
        __global const TYPE(T) *q,
        __global const TYPE(T) *k,
        __global const TYPE(T) *v,
        __global const TYPE(T) *dout,
        __global const TYPE(T) *lse,
        __global const TYPE(T) *dot_,
        __global TYPE(T) *first,
        __global TYPE(T) *second) {
    __local A qs[D * LINE] __attribute__((aligned(16)));
    __local A ks[D * LINE] __attribute__((aligned(16)));
    __local A vs[D * LINE] __attribute__((aligned(16)));
    __local A gs[D * LINE] __attribute__((aligned(16))); // dout
    __local A ps[SIDE * LINE] __attribute__((aligned(16)));
    __local A ss[SIDE * LINE] __attribute__((aligned(16)));
    int t = get_local_id(0);
    int tx = t % 8;
    int ty = t / 8;
    int blocks = ((KEEPS_KEYS ? keys : queries) + SIDE - 1) / SIDE;
    int head = get_group_id(0) / blocks;
    int kept = get_group_id(0) % blocks * SIDE;
    int begin[3];
    locate3(&heads, head, begin);
    A sum1[4][EIGHTH] = {{0}}; // dq, or dk
    A sum2[4][EIGHTH] = {{0}}; // dv
    int from = 0;
    int end = KEEPS_KEYS ? queries : keys;
    if (causal && KEEPS_KEYS && masked == 0 && offset >= 0) {
        from = max(0, kept - offset) / SIDE * SIDE; // queries before see none of these keys, but see some
    } else if (causal && !KEEPS_KEYS) {
        end = min(keys, min(kept + SIDE, queries) + offset);
    }
    for (int other = from; other < end; other += SIDE) {
        int q0 = KEEPS_KEYS ? other : kept;
        int k0 = KEEPS_KEYS ? kept : other;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (KEEPS_KEYS || other == from) {
            turn(qs, q + begin[0], q0, SIDE, queries, rowQ, width, stepQ);
            turn(gs, dout + (long)head * queries * widthV, q0, SIDE, queries, widthV, widthV, 1);
        }
        if (!KEEPS_KEYS || other == from) {
            turn(ks, k + begin[1], k0, SIDE, keys, rowK, width, stepK);
            turn(vs, v + begin[2], k0, SIDE, keys, rowV, widthV, stepV);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        A s[4][4] = {{0}};
        A slope[4][4] = {{0}};
        products(s, qs + ty * 4, LINE, ks + tx * 4, LINE, width);
        products(slope, gs + ty * 4, LINE, vs + tx * 4, LINE, widthV);
        for (int i = 0; i < 4; i++) {
            int query = q0 + ty * 4 + i;
            int row = head * queries + min(query, queries - 1);
            int at;
            locate1(&rows, row, &at);
            for (int j = 0; j < 4; j++) {
                int key = k0 + tx * 4 + j;
                A p = 0;
                A d = 0;
                if (query < queries && key < keys) {
                    p = exp(SCORE(key, s[i][j]) - lse[row]);
                    d = HIDDEN(key) ? 0 : scale * p * (slope[i][j] - dot_[row]);
                }
                // The index that is summed over comes first.
                int to = KEEPS_KEYS ? (ty * 4 + i) * LINE + tx * 4 + j : (tx * 4 + j) * LINE + ty * 4 + i;
                ps[to] = p;
                ss[to] = d;
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        accumulate(sum1, ss + ty * 4, (KEEPS_KEYS ? qs : ks) + tx * LINE);
        if (KEEPS_KEYS) {
            accumulate(sum2, ps + ty * 4, gs + tx * LINE);
        }
    }
    int all = KEEPS_KEYS ? keys : queries;
    store_rows(first + (long)head * all * width, sum1, kept + ty * 4, all, width, tx);
    if (KEEPS_KEYS) {
        store_rows(second + (long)head * all * widthV, sum2, kept + ty * 4, all, widthV, tx);
    }
}
#endif
