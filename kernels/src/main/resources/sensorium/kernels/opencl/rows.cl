// Softmax, norms and cross-entropy: a work-group a row. Its items stride through the row together, so neighbours read neighbouring elements,
// and sums go over the group in local memory, by the same tree each time. A row is read two or three times: from the cache,
// but for the first. Each launch has exactly GROUP items a row. T is the type of everything, F32 or F64.

typedef ACCUMULATE(T) A;

A group_sum(A v, __local A *s) {
    int t = get_local_id(0);
    s[t] = v;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int half_ = GROUP / 2; half_ > 0; half_ /= 2) {
        if (t < half_) {
            s[t] += s[t + half_];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    A r = s[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return r;
}

A group_max(A v, __local A *s) {
    int t = get_local_id(0);
    s[t] = v;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int half_ = GROUP / 2; half_ > 0; half_ /= 2) {
        if (t < half_) {
            s[t] = fmax(s[t], s[t + half_]);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    A r = s[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return r;
}

// exp(x − max) / Σ exp(x − max), or where `logs` x − max − log Σ exp(x − max)
__kernel void softmax(
        Grid2 rows, int n, int stepX, int stepY, int logs, __global const TYPE(T) *x, __global TYPE(T) *y) {
    __local A scratch[GROUP];
    int at[2];
    locate2(&rows, get_group_id(0), at);
    __global const TYPE(T) *from = x + at[0];
    __global TYPE(T) *to = y + at[1];
    A m = -INFINITY;
    for (int k = get_local_id(0); k < n; k += GROUP) {
        m = fmax(m, from[k * stepX]);
    }
    m = group_max(m, scratch);
    A sum = 0;
    for (int k = get_local_id(0); k < n; k += GROUP) {
        sum += exp(from[k * stepX] - m);
    }
    sum = group_sum(sum, scratch);
    A shift = log(sum);
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A v = from[k * stepX] - m;
        to[k * stepY] = logs ? v - shift : exp(v) / sum;
    }
}

// From the result y: y·(dy − Σ y·dy), or where `logs` dy − eʸ·Σ dy
__kernel void softmax_grad(
        Grid3 rows,
        int n,
        int stepY,
        int stepDy,
        int stepDx,
        int logs,
        __global const TYPE(T) *y,
        __global const TYPE(T) *dy,
        __global TYPE(T) *dx) {
    __local A scratch[GROUP];
    int at[3];
    locate3(&rows, get_group_id(0), at);
    __global const TYPE(T) *result = y + at[0];
    __global const TYPE(T) *slope = dy + at[1];
    A sum = 0;
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A d = slope[k * stepDy];
        sum += logs ? d : d * result[k * stepY];
    }
    sum = group_sum(sum, scratch);
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A v = result[k * stepY];
        A d = slope[k * stepDy];
        dx[at[2] + k * stepDx] = logs ? d - exp(v) * sum : v * (d - sum);
    }
}

// Which weight element k of this row has. A row of a layer is a whole one, and each element has its own: groups 1, channels 0, run
// 1. A row of a picture is one of its `groups`, of as many `channels`, each a run of elements.
#define WEIGHT(k) ((int)get_group_id(0) % groups * channels + (k) / run)

// (x − mean)/√(var + eps)·w + b, or, where not centred, x/√(mean(x²) + eps)·w. w and b are contiguous, and are looked at where
// `weighted` and `biased`; y is contiguous.
__kernel void norm(
        Grid1 rows,
        int n,
        int step,
        int groups,
        int channels,
        int run,
        int centred,
        int weighted,
        int biased,
        A eps,
        __global const TYPE(T) *x,
        __global const TYPE(T) *w,
        __global const TYPE(T) *b,
        __global TYPE(T) *y) {
    __local A scratch[GROUP];
    int at;
    locate1(&rows, get_group_id(0), &at);
    __global const TYPE(T) *from = x + at;
    __global TYPE(T) *to = y + (long)get_group_id(0) * n;
    A mean = 0;
    if (centred) {
        for (int k = get_local_id(0); k < n; k += GROUP) {
            mean += from[k * step];
        }
        mean = group_sum(mean, scratch) / n;
    }
    A square = 0;
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A v = from[k * step] - mean;
        square += v * v;
    }
    A scale = 1 / sqrt(group_sum(square, scratch) / n + eps);
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A v = (from[k * step] - mean) * scale;
        to[k] = (weighted ? v * w[WEIGHT(k)] : v) + (biased ? b[WEIGHT(k)] : 0);
    }
}

// dx of norm: with x̂ the normalised x and g = dy·w, scale·(g − mean(g) − x̂·mean(g·x̂)), without mean(g) where not centred. Also
// dy·x̂, where `weighted`: its sum over the rows is dw. Results are contiguous.
__kernel void norm_grad(
        Grid2 rows,
        int n,
        int stepX,
        int stepDy,
        int groups,
        int channels,
        int run,
        int centred,
        int weighted,
        A eps,
        __global const TYPE(T) *x,
        __global const TYPE(T) *w,
        __global const TYPE(T) *dy,
        __global TYPE(T) *dx,
        __global TYPE(T) *product) {
    __local A scratch[GROUP];
    int at[2];
    locate2(&rows, get_group_id(0), at);
    __global const TYPE(T) *from = x + at[0];
    __global const TYPE(T) *slope = dy + at[1];
    long row = (long)get_group_id(0) * n;
    A mean = 0;
    if (centred) {
        for (int k = get_local_id(0); k < n; k += GROUP) {
            mean += from[k * stepX];
        }
        mean = group_sum(mean, scratch) / n;
    }
    A square = 0;
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A v = from[k * stepX] - mean;
        square += v * v;
    }
    A scale = 1 / sqrt(group_sum(square, scratch) / n + eps);
    A sum = 0;
    A dot = 0;
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A g = weighted ? slope[k * stepDy] * w[WEIGHT(k)] : slope[k * stepDy];
        sum += g;
        dot += g * ((from[k * stepX] - mean) * scale);
    }
    sum = centred ? group_sum(sum, scratch) / n : 0;
    dot = group_sum(dot, scratch) / n;
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A v = (from[k * stepX] - mean) * scale;
        A d = slope[k * stepDy];
        dx[row + k] = scale * ((weighted ? d * w[WEIGHT(k)] : d) - sum - v * dot);
        if (weighted) {
            product[row + k] = d * v;
        }
    }
}

// −(1 − smoothing)·log softmax(x)[target] − smoothing·mean(log softmax(x)), the maximum, and Σ exp(x − max). Targets and results
// are contiguous. A target outside of the row is a fault.
__kernel void cross_entropy(
        Grid1 rows,
        int n,
        int step,
        A smoothing,
        __global const TYPE(T) *x,
        __global const long *targets,
        __global TYPE(T) *loss,
        __global TYPE(T) *max_,
        __global TYPE(T) *sum_,
        int fault,
        __global int *faults) {
    __local A scratch[GROUP];
    int at;
    locate1(&rows, get_group_id(0), &at);
    __global const TYPE(T) *from = x + at;
    A m = -INFINITY;
    A unordered = 0;
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A v = from[k * step];
        m = fmax(m, v); // which passes over NaN
        unordered = isnan(v) ? 1 : unordered;
    }
    m = group_max(m, scratch);
    unordered = group_max(unordered, scratch);
    A sum = 0;
    A all = 0;
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A v = from[k * step] - m;
        sum += exp(v);
        all += v;
    }
    sum = group_sum(sum, scratch);
    all = group_sum(all, scratch);
    if (get_local_id(0) == 0) {
        int row = get_group_id(0);
        long target = targets[row];
        if (target < 0 || target >= n) {
            *faults = fault;
            target = 0;
        }
        A shift = log(sum);
        A l = -(1 - smoothing) * (from[target * step] - m - shift);
        loss[row] = smoothing == 0 ? l : l - smoothing * (all / n - shift);
        max_[row] = unordered > 0 ? (A)NAN : m;
        sum_[row] = sum;
    }
}

// dloss·(softmax(x) − q) from the maximum and the sum; q is 1 − smoothing at the target, and smoothing / n everywhere besides.
__kernel void cross_entropy_grad(
        Grid1 rows,
        int n,
        int step,
        A smoothing,
        __global const TYPE(T) *x,
        __global const long *targets,
        __global const TYPE(T) *max_,
        __global const TYPE(T) *sum_,
        __global const TYPE(T) *dloss,
        __global TYPE(T) *dx) {
    int row = get_group_id(0);
    int at;
    locate1(&rows, row, &at);
    __global TYPE(T) *to = dx + (long)row * n;
    for (int k = get_local_id(0); k < n; k += GROUP) {
        A q = smoothing / n + (k == targets[row] ? 1 - smoothing : 0);
        to[k] = dloss[row] * (exp(x[at + k * step] - max_[row]) / sum_[row] - q);
    }
}
