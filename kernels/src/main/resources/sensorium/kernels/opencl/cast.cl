// y[i] = (R) x[i], one work-item an element: toward zero and saturating to integers, x ≠ 0 to BOOL, to nearest even to floats.
// T is the type of x, R that of y. iota makes start + i·step on the way; it computes in double precision.

typedef ACCUMULATE(T) A;

#ifdef FLOATS
long to_long(A x) {
    return isnan(x) ? 0 : x >= (A)9223372036854775808.0f ? LONG_MAX : x <= -(A)9223372036854775808.0f ? LONG_MIN : (long)x;
}
#else
long to_long(A x) { return x; }
#endif

#define TO_F32(x) ((float)(x))
#define TO_F64(x) (x)
#define TO_F16(x) ((float)(x))
#define TO_BF16(x) ((float)(x))
#define TO_I64(x) to_long(x)
#define TO_I32(x) clamp(to_long(x), (long)INT_MIN, (long)INT_MAX)
#define TO_U8(x) clamp(to_long(x), 0L, 255L)
#define TO_BOOL(x) ((x) != 0)

__kernel void cast(Grid1 g, __global const TYPE(T) *x, __global TYPE(R) *y) {
    int i = get_global_id(0);
    if (i < g.n) {
        int at;
        locate1(&g, i, &at);
        A v = LOAD(T)(x, at);
        STORE(R)(y, i, PASTE(TO_, R)(v));
    }
}

#ifdef FLOATS
__kernel void iota(int n, A start, A step, __global TYPE(R) *y) {
    int i = get_global_id(0);
    if (i < n) {
        A v = start + i * step;
        STORE(R)(y, i, PASTE(TO_, R)(v));
    }
}
#endif
