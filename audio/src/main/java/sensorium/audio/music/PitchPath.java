package sensorium.audio.music;

/**
 * The likeliest way through the candidates of all frames, or silence: what is salient, not lower than need be, and does not jump more than
 * need be (Boersma, "Accurate short-term analysis of the fundamental frequency", 1993, section 6), by Viterbi's algorithm.
 */
final class PitchPath {
    /** What is worth less than this is noise. */
    private static final double UNVOICED = 0.35;

    /** So much less power than the loudest moment is silence: −46 dB. */
    private static final double SILENCE = 2.5e-5;

    /** What a jump costs: as much for an octave, and no more beyond two. */
    private static final double JUMP = 0.35;

    /** What it costs to begin or to end. */
    private static final double SWITCH = 0.14;

    private static final int STATES = PitchCandidates.KEPT + 1;
    private static final int NONE = PitchCandidates.KEPT;

    private PitchPath() {}

    /**
     * One pitch a frame; NaN where none is heard.
     *
     * @param loudest power of the loudest moment of the whole sound
     */
    static float[] of(PitchCandidates candidates, double loudest) {
        int frames = candidates.frames();
        var from = new byte[frames * STATES];
        double[] best = new double[STATES];
        for (int t = 0; t < frames; t++) {
            boolean silent = candidates.power(t) <= SILENCE * loudest;
            double[] next = new double[STATES];
            for (int s = 0; s < STATES; s++) {
                double worth = worth(candidates, t, s, silent);
                if (t == 0 || worth == Double.NEGATIVE_INFINITY) {
                    next[s] = worth;
                    continue;
                }
                int chosen = NONE; // can always be come from
                double most = Double.NEGATIVE_INFINITY;
                for (int before = 0; before < STATES; before++) {
                    double total = best[before] - cost(candidates, t, before, s);
                    if (total > most) {
                        most = total;
                        chosen = before;
                    }
                }
                from[t * STATES + s] = (byte) chosen;
                next[s] = most + worth;
            }
            best = next;
        }
        return back(candidates, from, best);
    }

    private static float[] back(PitchCandidates candidates, byte[] from, double[] best) {
        var path = new float[candidates.frames()];
        int state = NONE;
        for (int s = 0; s < STATES; s++) {
            state = best[s] > best[state] ? s : state;
        }
        for (int t = path.length - 1; t >= 0; t--) {
            path[t] = state == NONE ? Float.NaN : (float) candidates.pitch(t, state);
            state = from[t * STATES + state];
        }
        return path;
    }

    private static double worth(PitchCandidates candidates, int frame, int state, boolean silent) {
        if (state == NONE) {
            return silent ? 1 : UNVOICED;
        }
        return candidates.worth(frame, state);
    }

    /** Of going from a state of the frame before to one of this. */
    private static double cost(PitchCandidates candidates, int frame, int before, int now) {
        if (before == NONE || now == NONE) {
            return before == now ? 0 : SWITCH;
        }
        double octaves = Math.abs(candidates.pitch(frame, now) - candidates.pitch(frame - 1, before)) / 12;
        return Double.isNaN(octaves) ? 0 : JUMP * Math.min(octaves, 2);
    }
}
