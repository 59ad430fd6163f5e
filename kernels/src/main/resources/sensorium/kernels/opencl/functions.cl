// The functions that are computed element by element: f_ of one operand or two, g_ the derivative of one of a single operand. T is
// the type of the operands, FLOATS whether it has a fraction; arithmetic is in A.

typedef ACCUMULATE(T) A;

#ifdef FLOATS
#define C(x) ((A)(x))

A f_neg(A x) { return -x; }
A f_abs(A x) { return fabs(x); }
A f_sign(A x) { return isnan(x) ? x : sign(x); }
A f_square(A x) { return x * x; }
A f_sqrt(A x) { return sqrt(x); }
A f_rsqrt(A x) { return 1 / sqrt(x); }
A f_reciprocal(A x) { return 1 / x; }
A f_exp(A x) { return exp(x); }
A f_expm1(A x) { return expm1(x); }
A f_log(A x) { return log(x); }
A f_log1p(A x) { return log1p(x); }
A f_sin(A x) { return sin(x); }
A f_cos(A x) { return cos(x); }
// Some drivers end a little below 1, which matters where it is taken from 1.
A f_tanh(A x) { return fabs(x) > 22 ? copysign((A)1, x) : tanh(x); }
A f_sigmoid(A x) { return 1 / (1 + exp(-x)); }
A f_erf(A x) { return erf(x); }
A f_relu(A x) { return x > 0 || isnan(x) ? x : 0; }
A f_gelu(A x) { return C(0.5) * x * (1 + erf(x * C(0.70710678118654752))); }
A f_gelu_tanh(A x) {
    return C(0.5) * x * (1 + f_tanh(C(0.79788456080286536) * (x + C(0.044715) * x * x * x)));
}
// Far to the left eˣ has no full precision any more while x·eˣ still does: its root is multiplied twice.
A f_silu(A x) {
    if (x > -60) {
        return x / (1 + exp(-x));
    }
    A root = exp(C(0.5) * x);
    return x * root * root;
}
A f_softplus(A x) { return fmax(x, (A)0) + log1p(exp(-fabs(x))); }
A f_floor(A x) { return floor(x); }
A f_ceil(A x) { return ceil(x); }
A f_round(A x) { return rint(x); }
#else
A f_neg(A x) { return -x; }
A f_abs(A x) { return x < 0 ? -x : x; }
A f_sign(A x) { return (x > 0) - (x < 0); }
A f_square(A x) { return x * x; }
A f_not(A x) { return x == 0; }
#endif

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

// Derivatives.
#ifdef FLOATS
A g_neg(A x) { return -1; }
A g_abs(A x) { return f_sign(x); }
A g_sign(A x) { return 0; }
A g_square(A x) { return 2 * x; }
A g_sqrt(A x) { return C(0.5) / sqrt(x); }
A g_rsqrt(A x) { return C(-0.5) / (x * sqrt(x)); }
A g_reciprocal(A x) { return -1 / (x * x); }
A g_exp(A x) { return exp(x); }
A g_expm1(A x) { return exp(x); }
A g_log(A x) { return 1 / x; }
A g_log1p(A x) { return 1 / (1 + x); }
A g_sin(A x) { return cos(x); }
A g_cos(A x) { return -sin(x); }
A g_tanh(A x) {
    A t = f_tanh(x);
    return 1 - t * t;
}
A g_sigmoid(A x) {
    A s = f_sigmoid(x);
    return s * (1 - s);
}
A g_erf(A x) { return C(1.1283791670955126) * exp(-x * x); }
A g_relu(A x) { return x > 0; }
A g_gelu(A x) {
    return C(0.5) * (1 + erf(x * C(0.70710678118654752))) + x * C(0.3989422804014327) * exp(C(-0.5) * x * x);
}
A g_gelu_tanh(A x) {
    A t = f_tanh(C(0.79788456080286536) * (x + C(0.044715) * x * x * x));
    A inner = C(0.79788456080286536) * (1 + C(0.134145) * x * x);
    return C(0.5) * (1 + t + x * (1 - t * t) * inner);
}
A g_silu(A x) {
    A s = f_sigmoid(x);
    return s + x * s * (1 - s);
}
A g_softplus(A x) { return f_sigmoid(x); }
A g_floor(A x) { return 0; }
A g_ceil(A x) { return 0; }
A g_round(A x) { return 0; }
#endif
