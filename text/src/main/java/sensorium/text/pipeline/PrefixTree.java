package sensorium.text.pipeline;

import java.util.Arrays;

/** The beginnings of all tokens, as one open-addressed table from a node and a character to the node below. */
final class PrefixTree {
    private static final long FREE = -1;
    private static final int POINT_BITS = 21;

    private long[] edges = new long[1 << 10];
    private int[] below = new int[1 << 10];
    private int count;
    private int[] values = new int[1 << 10];
    private int nodes = 1;

    PrefixTree() {
        Arrays.fill(edges, FREE);
        Arrays.fill(values, -1);
    }

    /** The node of no characters. */
    int root() {
        return 0;
    }

    /** @param value not negative; a later one for the same token counts */
    void put(int[] token, int value) {
        int node = root();
        for (int c : token) {
            if (2 * (count + 1) > edges.length) {
                grow();
            }
            int slot = slot(edge(node, c));
            if (edges[slot] == FREE) {
                edges[slot] = edge(node, c);
                below[slot] = nodes++;
                count++;
                if (nodes > values.length) {
                    int old = values.length;
                    values = Arrays.copyOf(values, 2 * old);
                    Arrays.fill(values, old, values.length, -1);
                }
            }
            node = below[slot];
        }
        values[node] = value;
    }

    /** The node below along a character, or -1. */
    int step(int node, int c) {
        int slot = slot(edge(node, c));
        return edges[slot] == FREE ? -1 : below[slot];
    }

    /** The value of the token that ends at a node, or -1. */
    int value(int node) {
        return values[node];
    }

    private static long edge(int node, int c) {
        return (long) node << POINT_BITS | c;
    }

    private int slot(long edge) {
        long h = edge * 0x9E3779B97F4A7C15L;
        int slot = (int) (h ^ h >>> 32) & (edges.length - 1);
        while (edges[slot] != FREE && edges[slot] != edge) {
            slot = (slot + 1) & (edges.length - 1);
        }
        return slot;
    }

    private void grow() {
        long[] oldEdges = edges;
        int[] oldBelow = below;
        edges = new long[2 * oldEdges.length];
        below = new int[2 * oldEdges.length];
        Arrays.fill(edges, FREE);
        for (int i = 0; i < oldEdges.length; i++) {
            if (oldEdges[i] != FREE) {
                int slot = slot(oldEdges[i]);
                edges[slot] = oldEdges[i];
                below[slot] = oldBelow[i];
            }
        }
    }
}
