// y[i] = f(a[i], b[i]) with broadcasting by strides of 0, and f(x[i], c) or f(c, x[i]) with a constant. One work-item an
// element, y contiguous. T is the type of the operands; comparisons yield BOOL.

typedef ACCUMULATE(T) A;

A f_add(A a, A b) { return a + b; }
A f_sub(A a, A b) { return a - b; }
A f_mul(A a, A b) { return a * b; }

#ifdef FLOATS
A f_div(A a, A b) { return a / b; }
// Java's power of 1 to what is no number, and of ±1 to infinity, is NaN; C's is 1.
A f_pow(A a, A b) { return isnan(b) || (fabs(a) == 1 && isinf(b)) ? (A)NAN : pow(a, b); }
A f_max(A a, A b) { return a > b || isnan(a) ? a : b; }
A f_min(A a, A b) { return a < b || isnan(a) ? a : b; }
#else
// The processor traps where the quotient overflows; division by zero is reported by divides().
A f_div(A a, A b) { return b == -1 ? -a : b == 0 ? 0 : a / b; }
A f_max(A a, A b) { return max(a, b); }
A f_min(A a, A b) { return min(a, b); }
#endif

A f_eq(A a, A b) { return a == b; }
A f_ne(A a, A b) { return a != b; }
A f_lt(A a, A b) { return a < b; }
A f_le(A a, A b) { return a <= b; }
A f_gt(A a, A b) { return a > b; }
A f_ge(A a, A b) { return a >= b; }
A f_and(A a, A b) { return a != 0 && b != 0; }
A f_or(A a, A b) { return a != 0 || b != 0; }

#define BINARY(name, R)                                                                                       \
    __kernel void binary_##name(                                                                                     \
            Grid2 g, __global const TYPE(T) *a, __global const TYPE(T) *b, __global TYPE(R) *y) {             \
        int i = get_global_id(0);                                                                             \
        if (i < g.n) {                                                                                        \
            int at[2];                                                                                        \
            locate2(&g, i, at);                                                                               \
            STORE(R)(y, i, f_##name(LOAD(T)(a, at[0]), LOAD(T)(b, at[1])));                                   \
        }                                                                                                     \
    }                                                                                                         \
    __kernel void binary_##name##_constant(                                                                       \
            Grid1 g, __global const TYPE(T) *x, A c, int first, __global TYPE(R) *y) {                        \
        int i = get_global_id(0);                                                                             \
        if (i < g.n) {                                                                                        \
            int at;                                                                                           \
            locate1(&g, i, &at);                                                                              \
            A v = LOAD(T)(x, at);                                                                             \
            STORE(R)(y, i, first ? f_##name(c, v) : f_##name(v, c));                                          \
        }                                                                                                     \
    }

BINARY(add, T)
BINARY(sub, T)
BINARY(mul, T)
BINARY(div, T)
#ifdef FLOATS
BINARY(pow, T)
#endif
BINARY(max, T)
BINARY(min, T)
BINARY(eq, BOOL)
BINARY(ne, BOOL)
BINARY(lt, BOOL)
BINARY(le, BOOL)
BINARY(gt, BOOL)
BINARY(ge, BOOL)
BINARY(and, BOOL)
BINARY(or, BOOL)

#ifndef FLOATS
// Notes in faults[0] that some divisor is zero: results are not what they seem, and the host says so when it reads.
__kernel void divides(Grid1 g, __global const TYPE(T) *b, int fault, __global int *faults) {
    int i = get_global_id(0);
    if (i < g.n) {
        int at;
        locate1(&g, i, &at);
        if (b[at] == 0) {
            faults[0] = fault;
        }
    }
}
#endif
