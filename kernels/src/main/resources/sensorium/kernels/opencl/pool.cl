// The maximum of every window of planes, which are contiguous, (N·C, H, W) to (N·C, H', W'). Padding counts as −∞, NaN as larger
// than all, and of equals the first wins. The gradient asks of every window over an element whether that element won it, so
// nothing is added by two. T is F32 or F64.

typedef ACCUMULATE(T) A;

typedef struct {
    int planes, h, w, kh, kw, oh, ow;
    int strideH, strideW, padH, padW, dilationH, dilationW;
} Pool;

// Which of the kh·kw places of window (i, j) wins; its value through `extreme`.
int winner(const Pool *d, __global const TYPE(T) *plane, int i, int j, A *extreme) {
    int best = 0;
    for (int p = 0; p < d->kh; p++) {
        int row = i * d->strideH - d->padH + p * d->dilationH;
        for (int q = 0; q < d->kw; q++) {
            int column = j * d->strideW - d->padW + q * d->dilationW;
            int inside = row >= 0 && row < d->h && column >= 0 && column < d->w;
            A v = inside ? plane[row * d->w + column] : -INFINITY;
            int place = p * d->kw + q;
            if (place == 0 || (!isnan(*extreme) && (isnan(v) || v > *extreme))) {
                best = place;
                *extreme = v;
            }
        }
    }
    return best;
}

__kernel void max_pool(Pool d, __global const TYPE(T) *x, __global TYPE(T) *y) {
    int id = get_global_id(0);
    if (id >= d.planes * d.oh * d.ow) {
        return;
    }
    A extreme;
    winner(&d, x + id / d.ow / d.oh * d.h * d.w, id / d.ow % d.oh, id % d.ow, &extreme);
    y[id] = extreme;
}

__kernel void max_pool_grad(Pool d, __global const TYPE(T) *x, __global const TYPE(T) *dy, __global TYPE(T) *dx) {
    int id = get_global_id(0);
    if (id >= d.planes * d.h * d.w) {
        return;
    }
    int column = id % d.w;
    int row = id / d.w % d.h;
    int plane = id / d.w / d.h;
    A sum = 0;
    A extreme;
    for (int p = 0; p < d.kh; p++) {
        int i = window_over(row, d.padH, p, d.dilationH, d.strideH, d.oh);
        if (i < 0) {
            continue;
        }
        for (int q = 0; q < d.kw; q++) {
            int j = window_over(column, d.padW, q, d.dilationW, d.strideW, d.ow);
            if (j < 0) {
                continue;
            }
            if (winner(&d, x + plane * d.h * d.w, i, j, &extreme) == p * d.kw + q) {
                sum += dy[(plane * d.oh + i) * d.ow + j];
            }
        }
    }
    dx[id] = sum;
}
