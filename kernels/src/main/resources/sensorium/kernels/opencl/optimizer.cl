// A step of an optimiser is one pass over its state: one work-item an element, everything read once and written once. Results
// may take the operands' places: an item reads its elements before it writes them. T is F32 or F64.

typedef ACCUMULATE(T) A;

// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101). keep: 1 − rate·decay; rate: by 1 − β₁ᵗ; root:
// 1/√(1 − β₂ᵗ)
__kernel void adamw(
        int n,
        A keep,
        A beta1,
        A rest1,
        A beta2,
        A rest2,
        A root,
        A eps,
        A rate,
        __global const TYPE(T) *p,
        __global const TYPE(T) *gradient,
        __global const TYPE(T) *m,
        __global const TYPE(T) *v,
        __global TYPE(T) *newP,
        __global TYPE(T) *newM,
        __global TYPE(T) *newV) {
    int i = get_global_id(0);
    if (i < n) {
        A g = gradient[i];
        A first = m[i] * beta1 + g * rest1;
        A second = v[i] * beta2 + g * g * rest2;
        newP[i] = p[i] * keep - first / (sqrt(second) * root + eps) * rate;
        newM[i] = first;
        newV[i] = second;
    }
}
