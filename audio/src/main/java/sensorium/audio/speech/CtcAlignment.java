package sensorium.audio.speech;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** When units were said: the likeliest path through the frames that spells them (Viterbi). */
public final class CtcAlignment {
    private static final float NEVER = Float.NEGATIVE_INFINITY;

    private CtcAlignment() {}

    /**
     * Frames that name a unit.
     *
     * @param first of them
     * @param last of them
     */
    public record Span(int first, int last) {}

    /**
     * The frames of each unit; none at all where there are too few frames to say them.
     *
     * <p>Takes a byte for each frame and twice each unit: meant for pieces of sound, not for hours.
     */
    public static List<Span> of(Emissions heard, List<Integer> units) {
        int places = 2 * units.size() + 1; // a blank before, between and behind them
        int frames = heard.frames();
        if (frames == 0 || units.isEmpty()) {
            return List.of();
        }
        byte[][] steps = new byte[frames][places]; // how many places the best path came from before
        float[] scores = new float[places];
        Arrays.fill(scores, NEVER);
        scores[0] = heard.at(0, heard.blank());
        scores[1] = heard.at(0, units.getFirst());
        for (int t = 1; t < frames; t++) {
            float[] next = new float[places];
            for (int p = 0; p < places; p++) {
                int step = 0;
                if (p >= 1 && scores[p - 1] > scores[p]) {
                    step = 1;
                }
                if (p >= 3 && p % 2 == 1 && differs(units, p) && scores[p - 2] > scores[p - step]) {
                    step = 2;
                }
                steps[t][p] = (byte) step;
                next[p] = scores[p - step] + heard.at(t, label(heard, units, p));
            }
            scores = next;
        }
        int place = scores[places - 2] > scores[places - 1] ? places - 2 : places - 1;
        return scores[place] == NEVER ? List.of() : spans(steps, place, units.size());
    }

    private static boolean differs(List<Integer> units, int place) {
        return !units.get(place / 2).equals(units.get(place / 2 - 1));
    }

    private static int label(Emissions heard, List<Integer> units, int place) {
        return place % 2 == 0 ? heard.blank() : units.get(place / 2);
    }

    private static List<Span> spans(byte[][] steps, int end, int units) {
        int[] first = new int[units];
        int[] last = new int[units];
        Arrays.fill(last, -1);
        int place = end;
        for (int t = steps.length - 1; t >= 0; t--) {
            if (place % 2 == 1) {
                int unit = place / 2;
                last[unit] = last[unit] < 0 ? t : last[unit];
                first[unit] = t;
            }
            place -= steps[t][place];
        }
        List<Span> spans = new ArrayList<>();
        for (int u = 0; u < units; u++) {
            spans.add(new Span(first[u], last[u]));
        }
        return spans;
    }
}
