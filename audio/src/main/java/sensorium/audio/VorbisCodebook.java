package sensorium.audio;

import java.util.Arrays;
import sensorium.audio.AudioFile.Malformed;

/** A Huffman code whose words may stand for vectors (Vorbis I, section 3). */
final class VorbisCodebook {
    private static final int MAX_ENTRIES = 1 << 17;
    private static final int MAX_VALUES = 1 << 20; // a hundred times what encoders write
    private static final int UNUSED = 0;
    private static final int TABLE_BITS = 9;

    private final int dimensions;
    private final int[] children; // [2 · node + bit]: a node, or ~entry of a leaf, or 0 for none
    private final int[] table; // by the next TABLE_BITS bits: entry << 5 | length, or ~node to go on from
    private final float[] vectors; // [entry · dimensions + i], or null

    VorbisCodebook(VorbisBits bits) throws Malformed {
        require(bits.read(24) == 0x564342, "codebook without its mark");
        dimensions = bits.read(16);
        int entries = bits.read(24);
        require(dimensions > 0 && entries > 0 && entries <= MAX_ENTRIES, "impossible codebook size");
        int[] lengths = lengths(bits, entries);
        children = tree(lengths);
        table = table();
        vectors = vectors(bits, entries);
    }

    int dimensions() {
        return dimensions;
    }

    /** Whether words stand for vectors. */
    boolean hasVectors() {
        return vectors != null;
    }

    /** All vectors in a row; that of an entry begins at entry · dimensions. */
    float[] vectors() {
        return vectors;
    }

    /** The next word's entry, or −1 where the packet ends or the word is none. */
    int decode(VorbisBits bits) {
        int found = table[bits.peek(TABLE_BITS)];
        if (found >= 0) {
            bits.skip(found & 31);
            return bits.ended() ? -1 : found >> 5;
        }
        bits.skip(TABLE_BITS);
        int node = ~found;
        while (!bits.ended()) {
            int next = children[2 * node + bits.read(1)];
            if (next < 0) {
                return bits.ended() ? -1 : ~next;
            }
            if (next == 0) {
                return -1;
            }
            node = next;
        }
        return -1;
    }

    private static int[] lengths(VorbisBits bits, int entries) throws Malformed {
        var lengths = new int[entries];
        if (bits.flag()) { // ordered: how many entries of each length
            int length = bits.read(5) + 1;
            for (int i = 0; i < entries; length++) {
                int count = bits.read(bitsFor(entries - i));
                require(count <= entries - i && length <= 32, "codebook lengths run over");
                Arrays.fill(lengths, i, i + count, length);
                i += count;
            }
        } else {
            boolean sparse = bits.flag();
            for (int i = 0; i < entries; i++) {
                lengths[i] = sparse && !bits.flag() ? UNUSED : bits.read(5) + 1;
            }
        }
        require(!bits.ended(), "codebook is cut off");
        return lengths;
    }

    /** Gives each entry the lowest codeword of its length still free, in entry order. */
    private static int[] tree(int[] lengths) throws Malformed {
        var free = new long[34]; // the lowest free codeword of each length
        var tree = new int[1 << 10];
        int nodes = 1;
        int used = 0;
        int only = -1;
        for (int entry = 0; entry < lengths.length; entry++) {
            int length = lengths[entry];
            if (length == UNUSED) {
                continue;
            }
            used++;
            only = entry;
            long word = free[length];
            require(word >>> length == 0, "codebook with too many words");
            take(free, length);
            int node = 0;
            for (int bit = length - 1; bit >= 0; bit--) {
                int at = 2 * node + (int) (word >> bit & 1);
                if (bit == 0) {
                    tree[at] = ~entry;
                } else {
                    if (tree[at] == 0) {
                        tree[at] = nodes++;
                        tree = 2 * nodes > tree.length ? Arrays.copyOf(tree, 2 * tree.length) : tree;
                    }
                    node = tree[at];
                }
            }
        }
        if (used == 1) { // a lone entry takes one bit, whichever
            tree[0] = ~only;
            tree[1] = ~only;
        }
        return tree;
    }

    private static void take(long[] free, int length) {
        long word = free[length];
        for (int j = length; j > 0; j--) { // shorter words: the free one may have become a prefix
            if ((free[j] & 1) != 0) {
                free[j] = j == 1 ? free[1] + 1 : free[j - 1] << 1;
                break;
            }
            free[j]++;
        }
        for (int j = length + 1; j <= 32; j++) { // longer words below the one taken move on
            if (free[j] >> 1 != word) {
                break;
            }
            word = free[j];
            free[j] = free[j - 1] << 1;
        }
    }

    private int[] table() {
        var built = new int[1 << TABLE_BITS];
        for (int bits = 0; bits < built.length; bits++) {
            int node = 0;
            int length = 0;
            do {
                node = children[2 * node + (bits >> length & 1)];
                length++;
            } while (node > 0 && length < TABLE_BITS);
            // a dead end goes on from a node that has no children, and ends there
            built[bits] = node < 0 ? ~node << 5 | length : ~(node > 0 ? node : children.length / 2 - 1);
        }
        return built;
    }

    private float[] vectors(VorbisBits bits, int entries) throws Malformed {
        int lookup = bits.read(4);
        if (lookup == 0) {
            return null;
        }
        require(lookup <= 2, "codebook of an unknown kind");
        require((long) entries * dimensions <= MAX_VALUES, "impossible codebook size");
        float minimum = unpack(bits.read(32));
        float step = unpack(bits.read(32));
        int valueBits = bits.read(4) + 1;
        boolean sequence = bits.flag();
        var values = new int[lookup == 1 ? root(entries, dimensions) : entries * dimensions];
        for (int i = 0; i < values.length; i++) {
            values[i] = bits.read(valueBits);
        }
        require(!bits.ended(), "codebook is cut off");
        var built = new float[entries * dimensions];
        for (int entry = 0; entry < entries; entry++) {
            float last = 0;
            int divisor = 1;
            for (int i = 0; i < dimensions; i++) {
                int which = lookup == 1 ? entry / divisor % values.length : entry * dimensions + i;
                built[entry * dimensions + i] = values[which] * step + minimum + last;
                last = sequence ? built[entry * dimensions + i] : 0;
                divisor = lookup == 1 ? divisor * values.length : divisor;
            }
        }
        return built;
    }

    /** The greatest whole number whose {@code power}th power is at most {@code n}. */
    private static int root(int n, int power) {
        int root = (int) Math.pow(n, 1.0 / power) + 1;
        while (Math.pow(root, power) > n) {
            root--;
        }
        return root;
    }

    /** Vorbis's own 32-bit float: 21 bits of mantissa, 10 of exponent, a sign. */
    private static float unpack(int x) {
        double mantissa = x & 0x1fffff;
        return (float) Math.scalb(x < 0 ? -mantissa : mantissa, (x >>> 21 & 0x3ff) - 788);
    }

    /** Bits that hold {@code n}: its highest set bit's place, 0 for 0. */
    static int bitsFor(int n) {
        return 32 - Integer.numberOfLeadingZeros(n);
    }

    static void require(boolean holds, String fault) throws Malformed {
        if (!holds) {
            throw new Malformed("damaged Vorbis headers (" + fault + "); fetch or encode it again");
        }
    }
}
