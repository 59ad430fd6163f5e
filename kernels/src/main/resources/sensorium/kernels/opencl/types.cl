// What every program begins with. Before it stand macros: HAS_DOUBLE where the device computes in double precision, and
// the element types of the operands under names that each file explains.
//
// Element types are called as in Java: F32 F64 F16 BF16 I32 I64 U8 BOOL. LOAD(T)(p, i) reads element i and STORE(T)(p, i, v)
// writes it; F16 and BF16 are read as float. Arithmetic is in A: float, double, or long for all integers, whose
// results wrap around as they are stored.

#ifdef HAS_DOUBLE
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif
// One rounding for each operation that is written down; products ask for fma themselves.
#pragma OPENCL FP_CONTRACT OFF

// Before a loop whose counter must be known when it is compiled; other compilers see that by themselves.
#ifdef cl_nv_pragma_unroll
#define UNROLL _Pragma("unroll")
#else
#define UNROLL
#endif

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define TYPE(T) PASTE(TYPE_, T)
#define LOAD(T) PASTE(LOAD_, T)
#define STORE(T) PASTE(STORE_, T)
#define ACCUMULATE(T) PASTE(ACCUMULATE_, T)

#define TYPE_F32 float
#define TYPE_F64 double
#define TYPE_F16 half
#define TYPE_BF16 ushort
#define TYPE_I32 int
#define TYPE_I64 long
#define TYPE_U8 uchar
#define TYPE_BOOL uchar

#define LOAD_F32(p, i) ((p)[i])
#define LOAD_F64(p, i) ((p)[i])
#define LOAD_F16(p, i) vload_half(i, p)
#define LOAD_BF16(p, i) as_float((uint)(p)[i] << 16)
#define LOAD_I32(p, i) ((long)(p)[i])
#define LOAD_I64(p, i) ((p)[i])
#define LOAD_U8(p, i) ((long)(p)[i])
#define LOAD_BOOL(p, i) ((long)(p)[i])

#define STORE_F32(p, i, v) ((p)[i] = (float)(v))
#define STORE_F64(p, i, v) ((p)[i] = (double)(v))
#define STORE_F16(p, i, v) vstore_half_rte((float)(v), i, p)
#define STORE_BF16(p, i, v) ((p)[i] = to_bfloat((float)(v)))
#define STORE_I32(p, i, v) ((p)[i] = (int)(v))
#define STORE_I64(p, i, v) ((p)[i] = (long)(v))
#define STORE_U8(p, i, v) ((p)[i] = (uchar)(v))
#define STORE_BOOL(p, i, v) ((p)[i] = (uchar)((v) != 0))

// The type of arithmetic on T.
#define ACCUMULATE_F32 float
#define ACCUMULATE_F64 double
#define ACCUMULATE_F16 float
#define ACCUMULATE_BF16 float
#define ACCUMULATE_I32 long
#define ACCUMULATE_I64 long
#define ACCUMULATE_U8 long
#define ACCUMULATE_BOOL long

// The upper half of a float, rounded to nearest even.
ushort to_bfloat(float f) {
    uint bits = as_uint(f);
    return isnan(f) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

// How the elements of one shape lie in K operands (Grid.java packs it): n elements, extents of the axes, and for each operand
// an offset and strides. locateK finds where element i lies in each.
#define RANK 8
#define GRID(K)                                                            \
    typedef struct {                                                       \
        int n;                                                             \
        int rank;                                                          \
        int dims[RANK];                                                    \
        int offset[K];                                                     \
        int stride[K][RANK];                                               \
    } Grid##K;                                                             \
    void locate##K(const Grid##K *g, int i, int *at) {                     \
        for (int k = 0; k < K; k++) {                                      \
            at[k] = g->offset[k];                                          \
        }                                                                  \
        for (int axis = g->rank - 1; axis >= 0; axis--) {                  \
            int rest = i;                                                  \
            if (axis > 0) {                                                \
                i /= g->dims[axis];                                        \
                rest -= i * g->dims[axis];                                 \
            }                                                              \
            for (int k = 0; k < K; k++) {                                  \
                at[k] += rest * g->stride[k][axis];                        \
            }                                                              \
        }                                                                  \
    }

GRID(1)
GRID(2)
GRID(3)

// Which window has an element of the picture under this tap of it, along one axis; −1 for none.
int window_over(int at, int pad, int tap, int dilation, int stride, int windows) {
    int first = at + pad - tap * dilation;
    int i = first / stride;
    return first >= 0 && i * stride == first && i < windows ? i : -1;
}
