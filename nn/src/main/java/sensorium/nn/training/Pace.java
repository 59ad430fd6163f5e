package sensorium.nn.training;

/**
 * Makes a run end in time. The number of its updates is estimated again and again: after the first, and whenever a quarter
 * more time has passed, a twentieth of the whole, or half of what was left; and when half of the updates that were left are
 * prepared, since a stage whose updates are cheap may end sooner than any of these. Each estimate goes by the pace since the one
 * before. So the slow beginning of a cold machine is soon forgotten, stages of a run may differ in cost, and what is wrong with
 * an estimate near the end is little.
 */
final class Pace {
    /** Nothing is known at first; too short costs a few updates that hardly advance, too long would skip part of a schedule. */
    private static final double FIRST_GUESS = 0.01;

    private final double limit;
    private long step;
    private double since;
    private double due;
    private long halfway = Long.MAX_VALUE; // of the updates that are thought to be left

    /** @param limit seconds that the run is to take */
    Pace(double limit) {
        this.limit = limit;
    }

    /** The course of a run of which nothing is known. */
    Course guess() {
        return Course.of((long) Math.ceil(limit / FIRST_GUESS));
    }

    /** From here on the pace counts. */
    void start(long made, double seconds) {
        step = made;
        since = seconds;
        due = seconds + Math.min(Math.min(seconds / 4, limit / 20), Math.max(0, limit - seconds) / 2);
    }

    /**
     * The course from now on.
     *
     * @param made updates so far
     * @param open the first update that is not yet prepared: the course up to there is settled
     * @param seconds of training so far
     */
    Course revise(Course course, long made, long open, double seconds) {
        if (seconds <= due && open < halfway || seconds <= since || open >= course.total()) {
            return course;
        }
        double each = (seconds - since) / (made - step);
        long left = Math.round((limit - seconds) / each);
        long total = Math.max(open + 1, made + left);
        start(made, seconds);
        halfway = total - (total - open) / 2;
        return course.bent(open, total);
    }

    double secondsLeft(double seconds) {
        return Math.max(0, limit - seconds);
    }

    /** The share of the time that has passed; never 1, which is for the last update. */
    double done(double seconds) {
        return Math.min(Math.nextDown(1.0), seconds / limit);
    }
}
