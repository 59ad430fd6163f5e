package sensorium.random;

/**
 * Philox 4×32-10, a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). The i-th
 * number under (seed, stream) depends on nothing else, so every backend, thread count and order of work draws the same.
 *
 * @param seed the key: what a user chooses
 * @param stream which of the seed's independent sequences, for example a step, a layer or an item: see {@link #keyed}
 */
public record Philox(long seed, long stream) {
    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;

    /** A stream number from what identifies the draw, for example (epoch, item): mixed by SplitMix64's finaliser. */
    public static Philox keyed(long seed, long... what) {
        long h = 0x9E3779B97F4A7C15L;
        for (long w : what) {
            h = mix(h ^ w) + 0x9E3779B97F4A7C15L;
        }
        return new Philox(seed, h);
    }

    private static long mix(long z) {
        long x = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
        return x ^ x >>> 31;
    }

    /** Word {@code lane} (0–3) of 128-bit block {@code block}: 32 random bits. */
    public int bits(long block, int lane) {
        int c0 = (int) block;
        int c1 = (int) (block >>> 32);
        int c2 = (int) stream;
        int c3 = (int) (stream >>> 32);
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int round = 0; round < 10; round++) {
            long p0 = Integer.toUnsignedLong(M0) * Integer.toUnsignedLong(c0);
            long p1 = Integer.toUnsignedLong(M1) * Integer.toUnsignedLong(c2);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += W0;
            k1 += W1;
        }
        return switch (lane) {
            case 0 -> c0;
            case 1 -> c1;
            case 2 -> c2;
            default -> c3;
        };
    }

    /** 32 random bits number {@code i}. */
    public int bits(long i) {
        return bits(i >>> 2, (int) (i & 3));
    }

    /** Uniform in [0, 1), a multiple of 2⁻²⁴: exact in a float. */
    public float uniform(long i) {
        return (bits(i) >>> 8) * 0x1p-24f;
    }

    /** Uniform in [{@code low}, {@code high}). */
    public double uniform(long i, double low, double high) {
        return low + (high - low) * uniform(i);
    }

    /** Uniform in 0 … {@code bound} − 1. */
    public int below(long i, int bound) {
        return (int) (Integer.toUnsignedLong(bits(i)) * bound >>> 32);
    }

    /** Normal with mean 0 and variance 1 (Box and Muller 1958). */
    public double normal(long i) {
        // Numbers 2j and 2j+1 come from one pair of words, so that both halves of the pair are used.
        long block = i >>> 2;
        int pair = (int) (i & 2);
        double u = (Integer.toUnsignedLong(bits(block, pair)) + 0.5) * 0x1p-32;
        double v = (Integer.toUnsignedLong(bits(block, pair + 1)) + 0.5) * 0x1p-32;
        double radius = StrictMath.sqrt(-2 * StrictMath.log(u));
        double angle = 2 * Math.PI * v;
        return radius * ((i & 1) == 0 ? StrictMath.cos(angle) : StrictMath.sin(angle));
    }

    /** A random order of 0 … n − 1 (Fisher and Yates). */
    public int[] permutation(int n) {
        int[] p = new int[n];
        for (int i = 0; i < n; i++) {
            p[i] = i;
        }
        for (int i = n - 1; i > 0; i--) {
            int j = below(i, i + 1);
            int t = p[i];
            p[i] = p[j];
            p[j] = t;
        }
        return p;
    }
}
