// Philox 4×32-10 (Salmon et al. 2011): number i of (seed, stream) depends on nothing else, so the device draws what every other
// backend draws. One work-item a number. T is F32 or F64; normals are computed in double precision.

typedef ACCUMULATE(T) A;

uint4 philox(ulong block, ulong seed, ulong stream) {
    uint4 c = (uint4)((uint)block, (uint)(block >> 32), (uint)stream, (uint)(stream >> 32));
    uint2 key = (uint2)((uint)seed, (uint)(seed >> 32));
    for (int round = 0; round < 10; round++) {
        uint low0 = 0xD2511F53u * c.x;
        uint low1 = 0xCD9E8D57u * c.z;
        uint high0 = mul_hi(0xD2511F53u, c.x);
        uint high1 = mul_hi(0xCD9E8D57u, c.z);
        c = (uint4)(high1 ^ c.y ^ key.x, low1, high0 ^ c.w ^ key.y, low0);
        key += (uint2)(0x9E3779B9u, 0xBB67AE85u);
    }
    return c;
}

uint word(uint4 block, int lane) {
    return lane == 0 ? block.x : lane == 1 ? block.y : lane == 2 ? block.z : block.w;
}

__kernel void uniform(int n, ulong seed, ulong stream, __global TYPE(T) *y) {
    int i = get_global_id(0);
    if (i < n) {
        STORE(T)(y, i, (word(philox(i >> 2, seed, stream), i & 3) >> 8) * 0x1p-24f);
    }
}

#ifdef HAS_DOUBLE
// Box and Muller: numbers 2j and 2j + 1 come from one pair of words.
__kernel void normal(int n, ulong seed, ulong stream, __global TYPE(T) *y) {
    int i = get_global_id(0);
    if (i < n) {
        uint4 block = philox(i >> 2, seed, stream);
        double u = (word(block, i & 2) + 0.5) * 0x1p-32;
        double v = (word(block, (i & 2) + 1) + 0.5) * 0x1p-32;
        double radius = sqrt(-2 * log(u));
        double angle = 2 * M_PI * v;
        STORE(T)(y, i, radius * ((i & 1) == 0 ? cos(angle) : sin(angle)));
    }
}
#endif
