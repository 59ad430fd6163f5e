package sensorium.multimodal.tokens;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.tensor.Tensor;

/**
 * Several rows as tokens of the vocabulary, the shorter ones filled up.
 *
 * @param tokens (rows, places, streams)
 * @param there (rows, places) whether a place is one of the row's
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Padded(long[] tokens, boolean[] there, int rows, int places) {

    /**
     * Rows as they are given.
     *
     * @param rows codes, (steps, streams) each
     */
    static Padded given(Vocabulary v, Medium medium, List<int[]> rows) {
        return of(v, medium, rows);
    }

    /**
     * Rows as they are read while they are written: delayed, without the last place, after which nothing comes.
     *
     * @param rows codes, (steps, streams) each
     */
    static Padded written(Vocabulary v, Medium medium, List<int[]> rows) {
        Streams s = v.of(medium);
        return of(
                v,
                medium,
                rows.stream()
                        .map(s::delayed)
                        .map(r -> Arrays.copyOf(r, r.length - s.streams()))
                        .toList());
    }

    private static Padded of(Vocabulary v, Medium medium, List<int[]> rows) {
        Streams s = v.of(medium);
        int streams = s.streams();
        int places = rows.stream().mapToInt(r -> r.length / streams).max().orElse(0);
        int n = rows.size();
        long[] tokens = new long[n * places * streams];
        boolean[] there = new boolean[n * places];
        for (int i = 0; i < n; i++) {
            int[] row = rows.get(i);
            for (int j = 0; j < places * streams; j++) {
                int code = j < row.length ? row[j] : s.nothing();
                tokens[i * places * streams + j] = v.token(medium, j % streams, code);
            }
            int from = i * places;
            IntStream.range(0, row.length / streams).forEach(p -> there[from + p] = true);
        }
        return new Padded(tokens, there, n, places);
    }

    /** (rows, places, streams), I64. */
    Tensor tensor() {
        return Tensor.of(tokens, rows, places, places == 0 ? 1 : tokens.length / (rows * places));
    }

    /** With some rows of which nothing is there. */
    Padded without(boolean[] dropped) {
        boolean[] left = there.clone();
        for (int i = 0; i < left.length; i++) {
            left[i] &= !dropped[i / places];
        }
        return new Padded(tokens, left, rows, places);
    }

    /** Which codes are missing, by the number of the row and that of the code among all. */
    @FunctionalInterface
    interface Missing {
        boolean isAt(int row, int code);
    }

    /** With nothing in place of some codes. */
    Padded missing(Vocabulary v, Medium medium, Missing missing) {
        int streams = v.of(medium).streams();
        long[] left = tokens.clone();
        for (int at = 0; at < left.length; at++) {
            if (missing.isAt(at / (places * streams), at)) {
                left[at] = v.token(medium, at % streams, v.of(medium).nothing());
            }
        }
        return new Padded(left, there, rows, places);
    }

    /** (rows, before + places + after) which places of a whole row are there: those around always are. */
    Tensor mask(int before, int after) {
        int length = before + places + after;
        boolean[] all = new boolean[rows * length];
        for (int i = 0; i < rows; i++) {
            for (int p = 0; p < length; p++) {
                int at = p - before;
                all[i * length + p] = at < 0 || at >= places || there[i * places + at];
            }
        }
        return Tensor.of(all, rows, length);
    }
}
