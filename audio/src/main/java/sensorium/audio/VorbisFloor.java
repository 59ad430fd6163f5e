package sensorium.audio;

import static sensorium.audio.VorbisCodebook.require;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import sensorium.audio.AudioFile.Malformed;

/** The spectral envelope as a line through points, in steps of decibels (Vorbis I, section 7: floor type 1). */
final class VorbisFloor {
    private static final int[] RANGES = {256, 128, 86, 64};
    private static final float[] AMPLITUDES = amplitudes();

    private final int[] classOfPartition;
    private final int[] classDimensions = new int[16];
    private final int[] classBits = new int[16];
    private final VorbisCodebook[] classBooks = new VorbisCodebook[16];
    private final VorbisCodebook[][] valueBooks = new VorbisCodebook[16][];
    private final int multiplier;
    private final int[] x;
    private final int[] order; // points from left to right
    private final int[] left; // of each point, the nearest before it in the list that lies left
    private final int[] right;

    VorbisFloor(VorbisBits bits, VorbisCodebook[] books) throws Malformed {
        require(bits.read(16) == 1, "floor type 0, which only the earliest encoders wrote");
        classOfPartition = new int[bits.read(5)];
        int classes = 0;
        for (int i = 0; i < classOfPartition.length; i++) {
            classOfPartition[i] = bits.read(4);
            classes = Math.max(classes, classOfPartition[i] + 1);
        }
        for (int c = 0; c < classes; c++) {
            classDimensions[c] = bits.read(3) + 1;
            classBits[c] = bits.read(2);
            classBooks[c] = classBits[c] == 0 ? null : book(books, bits.read(8));
            valueBooks[c] = new VorbisCodebook[1 << classBits[c]];
            for (int i = 0; i < valueBooks[c].length; i++) {
                int number = bits.read(8);
                valueBooks[c][i] = number == 0 ? null : book(books, number - 1);
            }
        }
        multiplier = bits.read(2) + 1;
        int rangeBits = bits.read(4);
        int points = 2;
        for (int c : classOfPartition) {
            points += classDimensions[c];
        }
        require(points <= 65, "floor of too many points");
        x = new int[points];
        x[1] = 1 << rangeBits;
        for (int i = 2; i < points; i++) {
            x[i] = bits.read(rangeBits);
        }
        order = IntStream.range(0, points)
                .boxed()
                .sorted(Comparator.comparingInt(i -> x[i]))
                .mapToInt(i -> i)
                .toArray();
        for (int i = 1; i < points; i++) {
            require(x[order[i - 1]] != x[order[i]], "floor with a point twice");
        }
        left = new int[points];
        right = new int[points];
        for (int i = 2; i < points; i++) {
            right[i] = 1;
            for (int j = 0; j < i; j++) {
                left[i] = x[j] < x[i] && x[j] > x[left[i]] ? j : left[i];
                right[i] = x[j] > x[i] && x[j] < x[right[i]] ? j : right[i];
            }
        }
    }

    private static VorbisCodebook book(VorbisCodebook[] books, int number) throws Malformed {
        require(number < books.length, "floor without its codebook");
        return books[number];
    }

    /** Reads one channel's points, or null where it is silent in this packet (or the packet ends). */
    int[] read(VorbisBits bits) {
        if (!bits.flag()) {
            return null;
        }
        var y = new int[x.length];
        int valueBits = VorbisCodebook.bitsFor(RANGES[multiplier - 1] - 1);
        y[0] = bits.read(valueBits);
        y[1] = bits.read(valueBits);
        int at = 2;
        for (int c : classOfPartition) {
            int choice = classBooks[c] == null ? 0 : classBooks[c].decode(bits);
            for (int i = 0; i < classDimensions[c]; i++) {
                VorbisCodebook book = valueBooks[c][choice & (1 << classBits[c]) - 1];
                choice >>>= classBits[c];
                y[at++] = book == null ? 0 : book.decode(bits);
            }
        }
        return bits.ended() || Arrays.stream(y).anyMatch(v -> v < 0) ? null : y;
    }

    /** Multiplies a spectrum [n] by the envelope through the points read. */
    void apply(int[] read, float[] spectrum, int n) {
        int range = RANGES[multiplier - 1];
        var y = new int[x.length];
        var drawn = new boolean[x.length];
        y[0] = Math.min(read[0], range - 1);
        y[1] = Math.min(read[1], range - 1);
        drawn[0] = true;
        drawn[1] = true;
        for (int i = 2; i < x.length; i++) { // each is coded as its distance from the line so far
            int predicted = between(left[i], right[i], y, x[i]);
            int room = 2 * Math.min(range - predicted, predicted);
            int value = read[i];
            y[i] = predicted;
            if (value > 0) {
                drawn[left[i]] = true;
                drawn[right[i]] = true;
                drawn[i] = true;
                if (value >= room) {
                    y[i] = range - predicted > predicted ? value : range - 1 - value;
                } else {
                    y[i] += (value & 1) != 0 ? -((value + 1) / 2) : value / 2;
                }
                y[i] = Math.clamp(y[i], 0, range - 1);
            }
        }
        int fromX = 0;
        int fromY = y[0] * multiplier;
        for (int k = 1; k < order.length; k++) {
            int i = order[k];
            if (drawn[i]) {
                line(fromX, fromY, x[i], y[i] * multiplier, spectrum, n);
                fromX = x[i];
                fromY = y[i] * multiplier;
            }
        }
        line(fromX, fromY, n, fromY, spectrum, n);
    }

    private int between(int a, int b, int[] y, int at) {
        int dy = y[b] - y[a];
        int offset = Math.abs(dy) * (at - x[a]) / (x[b] - x[a]);
        return dy < 0 ? y[a] - offset : y[a] + offset;
    }

    /** Bresenham's line from (x0, y0) to before x1, as amplitudes. */
    private static void line(int x0, int y0, int x1, int y1, float[] spectrum, int n) {
        int dx = x1 - x0;
        if (dx <= 0) {
            return;
        }
        int dy = y1 - y0;
        int base = dy / dx;
        int step = dy < 0 ? -1 : 1;
        int rest = Math.abs(dy) - Math.abs(base) * dx;
        int error = 0;
        int y = y0;
        for (int i = x0; i < Math.min(x1, n); i++) {
            spectrum[i] *= AMPLITUDES[y];
            error += rest;
            y += base;
            if (error >= dx) {
                error -= dx;
                y += step;
            }
        }
    }

    /** 256 steps of 140/256 dB up to 1. */
    private static float[] amplitudes() {
        var table = new float[256];
        for (int i = 0; i < table.length; i++) {
            table[i] = (float) Math.pow(10, (i - 255) * (140.0 / 256) / 20);
        }
        return table;
    }
}
