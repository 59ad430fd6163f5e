// y[i] = f(x[i]), one work-item an element: x is read by its strides, y is contiguous, so neighbours write neighbouring
// elements. Bound by memory, whatever f is. T is the type of x and y.

#include "functions.cl"

#define UNARY(name)                                                                                        \
    __kernel void unary_##name(Grid1 g, __global const TYPE(T) *x, __global TYPE(T) *y) {                          \
        int i = get_global_id(0);                                                                          \
        if (i < g.n) {                                                                                     \
            int at;                                                                                        \
            locate1(&g, i, &at);                                                                           \
            STORE(T)(y, i, f_##name(LOAD(T)(x, at)));                                                      \
        }                                                                                                  \
    }

UNARY(neg)
UNARY(abs)
UNARY(sign)
UNARY(square)
#ifdef FLOATS
UNARY(sqrt)
UNARY(rsqrt)
UNARY(reciprocal)
UNARY(exp)
UNARY(expm1)
UNARY(log)
UNARY(log1p)
UNARY(sin)
UNARY(cos)
UNARY(tanh)
UNARY(sigmoid)
UNARY(erf)
UNARY(relu)
UNARY(gelu)
UNARY(gelu_tanh)
UNARY(silu)
UNARY(softplus)
UNARY(floor)
UNARY(ceil)
UNARY(round)

// dx = dy·f′(x)
#define GRAD(name)                                                                                         \
    __kernel void grad_##name(                                                                             \
            Grid2 g, __global const TYPE(T) *x, __global const TYPE(T) *dy, __global TYPE(T) *dx) {        \
        int i = get_global_id(0);                                                                          \
        if (i < g.n) {                                                                                     \
            int at[2];                                                                                     \
            locate2(&g, i, at);                                                                            \
            STORE(T)(dx, i, LOAD(T)(dy, at[1]) * g_##name(LOAD(T)(x, at[0])));                             \
        }                                                                                                  \
    }

GRAD(neg)
GRAD(abs)
GRAD(sign)
GRAD(square)
GRAD(sqrt)
GRAD(rsqrt)
GRAD(reciprocal)
GRAD(exp)
GRAD(expm1)
GRAD(log)
GRAD(log1p)
GRAD(sin)
GRAD(cos)
GRAD(tanh)
GRAD(sigmoid)
GRAD(erf)
GRAD(relu)
GRAD(gelu)
GRAD(gelu_tanh)
GRAD(silu)
GRAD(softplus)
GRAD(floor)
GRAD(ceil)
GRAD(round)

__kernel void unary_is_nan(Grid1 g, __global const TYPE(T) *x, __global uchar *y) {
    int i = get_global_id(0);
    if (i < g.n) {
        int at;
        locate1(&g, i, &at);
        y[i] = isnan(LOAD(T)(x, at));
    }
}
#else
UNARY(not)
#endif
