// Many elements into few without atomics or barriers: work-item (output o, part s of p) combines elements s, s + p, s + 2p, …
// in that order, and a later launch combines the parts. Neighbouring items read neighbouring elements: parts are counted
// fastest where the reduced axes lie innermost, else outputs. The order of every sum follows from shapes alone.
// T is the type of x, R that of y.

typedef ACCUMULATE(T) A;

A f_sum(A a, A b) { return a + b; }
A f_prod(A a, A b) { return a * b; }
#ifdef FLOATS
A f_max(A a, A b) { return a > b || isnan(a) ? a : b; }
A f_min(A a, A b) { return a < b || isnan(a) ? a : b; }
#else
A f_max(A a, A b) { return max(a, b); }
A f_min(A a, A b) { return min(a, b); }
#endif

// divisor: 1, or of a mean's last launch the number of elements
#define REDUCE(name)                                                                                     \
    __kernel void reduce_##name(                                                                                  \
            Grid1 keep, Grid1 over, int parts, int inner, A neutral, A divisor,                          \
            __global const TYPE(T) *x, __global TYPE(R) *y) {                                            \
        int i = get_global_id(0);                                                                        \
        if (i >= keep.n * parts) {                                                                       \
            return;                                                                                      \
        }                                                                                                \
        int o = inner ? i / parts : i % keep.n;                                                          \
        int s = inner ? i % parts : i / keep.n;                                                          \
        int base;                                                                                        \
        locate1(&keep, o, &base);                                                                        \
        A r = neutral;                                                                                   \
        if (over.rank <= 1) {                                                                            \
            int step = over.rank == 0 ? 0 : over.stride[0][0];                                           \
            for (int k = s; k < over.n; k += parts) {                                                    \
                r = f_##name(r, LOAD(T)(x, base + over.offset[0] + k * step));                           \
            }                                                                                            \
        } else {                                                                                         \
            for (int k = s; k < over.n; k += parts) {                                                    \
                int at;                                                                                  \
                locate1(&over, k, &at);                                                                  \
                r = f_##name(r, LOAD(T)(x, base + at));                                                  \
            }                                                                                            \
        }                                                                                                \
        STORE(R)(y, i, DIVIDED(r, divisor));                                                             \
    }

#ifdef FLOATS
#define DIVIDED(r, divisor) ((r) / (divisor))
#else
#define DIVIDED(r, divisor) (r)
#endif

REDUCE(sum)
REDUCE(prod)
REDUCE(max)
REDUCE(min)

// The first greatest (sign 1) or least (sign -1) of n elements `step` apart; NaN beats everything.
__kernel void arg_extreme(Grid1 keep, int n, int step, int sign, __global const TYPE(T) *x, __global long *y) {
    int o = get_global_id(0);
    if (o >= keep.n) {
        return;
    }
    int at;
    locate1(&keep, o, &at);
    int best = 0;
    A extreme = LOAD(T)(x, at);
    for (int k = 1; k < n; k++) {
        A v = LOAD(T)(x, at + k * step);
#ifdef FLOATS
        bool better = !isnan(extreme) && (isnan(v) || (sign > 0 ? v > extreme : v < extreme));
#else
        bool better = sign > 0 ? v > extreme : v < extreme;
#endif
        if (better) {
            best = k;
            extreme = v;
        }
    }
    y[o] = best;
}

// Running sums along an axis, one work-item a line; the grid's operands are x and y without that axis.
__kernel void running_sum(
        Grid2 lines, int n, int stepX, int stepY, int reverse, __global const TYPE(T) *x, __global TYPE(R) *y) {
    int i = get_global_id(0);
    if (i >= lines.n) {
        return;
    }
    int at[2];
    locate2(&lines, i, at);
    A r = 0;
    for (int j = 0; j < n; j++) {
        int k = reverse ? n - 1 - j : j;
        r += LOAD(T)(x, at[0] + k * stepX);
        STORE(R)(y, at[1] + k * stepY, r);
    }
}
