// y[i] = f(a[i], b[i]) with broadcasting by strides of 0, and f(x[i], c) or f(c, x[i]) with a constant. One work-item an
// element, y contiguous. T is the type of the operands; comparisons yield BOOL.

#include "functions.cl"

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
