// What lies between the two products of attention, a work-group a row of scores: scale, masks and softmax in one pass over a row that
// stays in the cache. The scores are in memory; a version that never writes them is the next step. T is F32 or F64.

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
#define SCORE(j)                                                                              \
    (HIDDEN(j) ? -INFINITY : scale * line[j] + (masked == 2 ? added[at + (j) * stepMask] : 0))

// Products q·k become weights, in place; and lse = log Σ exp of each row's scores.
__kernel void weights(MASK, __global TYPE(T) *scores, __global TYPE(T) *lse) {
    __local A scratch[GROUP];
    int row = get_group_id(0);
    __global TYPE(T) *line = scores + (long)row * keys;
    int at;
    locate1(&rows, row, &at);
    A m = -INFINITY;
    for (int j = get_local_id(0); j < keys; j += GROUP) {
        A s = SCORE(j);
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
        A p = exp(SCORE(j) - shift);
        line[j] = p;
        slope[j] = HIDDEN(j) ? 0 : scale * p * (slope[j] - dot);
    }
}
