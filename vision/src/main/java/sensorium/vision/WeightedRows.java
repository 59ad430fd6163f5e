package sensorium.vision;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Rows of bytes out of weighted sums of rows, in vector code. */
final class WeightedRows {
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    /** As many bytes as {@link #I} has ints, where there are vectors so short: from eight on. */
    private static final boolean WIDE = I.length() >= 8;

    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(WIDE ? 8 * I.length() : 64));

    private WeightedRows() {}

    /**
     * {@code out[i] = (½ + Σₖ weights[k]·in[k, i]) >> bits}, clipped to a byte; exact unless a sum exceeds 31 bits.
     *
     * @param in rows {@code n} bytes long, unsigned, of which row 0 begins at {@code from}
     * @param weights of rows, {@code count} of them from {@code first} on, with {@code bits} fractional bits
     */
    static void sum(byte[] in, int from, int n, int[] weights, int first, int count, int bits, byte[] out, int to) {
        int i = 0;
        if (WIDE) {
            int two = 2 * I.length();
            for (; i <= n - two; i += two) {
                pair(in, from + i, n, weights, first, count, bits, out, to + i);
            }
        }
        for (; i < n; i++) {
            int sum = 1 << bits - 1;
            for (int k = 0; k < count; k++) {
                sum += (in[from + k * n + i] & 0xFF) * weights[first + k];
            }
            out[to + i] = (byte) Math.clamp(sum >> bits, 0, 255);
        }
    }

    /** Two vectors of sums. */
    private static void pair(
            byte[] in, int from, int n, int[] weights, int first, int count, int bits, byte[] out, int to) {
        var a = IntVector.broadcast(I, 1 << bits - 1);
        var b = IntVector.broadcast(I, 1 << bits - 1);
        int at = from;
        for (int k = first; k < first + count; k++, at += n) {
            var w = IntVector.broadcast(I, weights[k]);
            a = a.add(load(in, at).mul(w));
            b = b.add(load(in, at + I.length()).mul(w));
        }
        store(a, bits, out, to);
        store(b, bits, out, to + I.length());
    }

    private static IntVector load(byte[] in, int at) {
        return (IntVector) ByteVector.fromArray(B, in, at).convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 0);
    }

    private static void store(IntVector sum, int bits, byte[] out, int at) {
        var level = sum.lanewise(VectorOperators.ASHR, bits).max(0).min(255);
        ((ByteVector) level.convertShape(VectorOperators.I2B, B, 0)).intoArray(out, at);
    }
}
