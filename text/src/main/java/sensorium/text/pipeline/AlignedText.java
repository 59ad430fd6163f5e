package sensorium.text.pipeline;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/**
 * A text that was changed, and where each of its characters came from. Immutable.
 *
 * @param points its code points
 * @param begin of each: the first UTF-16 index of the original text that it stands for
 * @param end of each: one past the last
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AlignedText(int[] points, int[] begin, int[] end) {
    static AlignedText of(String text) {
        int[] points = text.codePoints().toArray();
        int[] begin = new int[points.length];
        int[] end = new int[points.length];
        int at = 0;
        for (int i = 0; i < points.length; i++) {
            begin[i] = at;
            at += Character.charCount(points[i]);
            end[i] = at;
        }
        return new AlignedText(points, begin, end);
    }

    int length() {
        return points.length;
    }

    boolean isEmpty() {
        return points.length == 0;
    }

    AlignedText slice(int from, int to) {
        return new AlignedText(
                Arrays.copyOfRange(points, from, to),
                Arrays.copyOfRange(begin, from, to),
                Arrays.copyOfRange(end, from, to));
    }

    String text(int from, int to) {
        return new String(points, from, to - from);
    }

    /** The text as it is now. */
    @Override
    public String toString() {
        return text(0, points.length);
    }

    AlignedText filter(IntPredicate kept) {
        var out = new Builder(points.length);
        for (int i = 0; i < points.length; i++) {
            if (kept.test(points[i])) {
                out.add(points[i], this, i);
            }
        }
        return out.build();
    }

    AlignedText map(IntUnaryOperator change) {
        return new AlignedText(Arrays.stream(points).map(change).toArray(), begin, end);
    }

    /** A character in front that stands for nothing of its own: it is where the first one is. */
    AlignedText prepend(String text) {
        if (isEmpty()) {
            return this;
        }
        var out = new Builder(points.length + text.length());
        text.codePoints().forEach(c -> out.add(c, this, 0));
        out.addAll(this, 0, points.length);
        return out.build();
    }

    /** Puts one together. */
    static final class Builder {
        private int[] points;
        private int[] begin;
        private int[] end;
        private int n;

        Builder(int capacity) {
            int room = Math.max(16, capacity);
            points = new int[room];
            begin = new int[room];
            end = new int[room];
        }

        /** A character that stands for what character {@code at} of {@code source} stands for. */
        void add(int point, AlignedText source, int at) {
            if (n == points.length) {
                points = Arrays.copyOf(points, 2 * n);
                begin = Arrays.copyOf(begin, 2 * n);
                end = Arrays.copyOf(end, 2 * n);
            }
            points[n] = point;
            begin[n] = source.begin[at];
            end[n] = source.end[at];
            n++;
        }

        void addAll(AlignedText source, int from, int to) {
            for (int i = from; i < to; i++) {
                add(source.points[i], source, i);
            }
        }

        AlignedText build() {
            return new AlignedText(Arrays.copyOf(points, n), Arrays.copyOf(begin, n), Arrays.copyOf(end, n));
        }
    }
}
