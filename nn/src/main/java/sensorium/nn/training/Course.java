package sensorium.nn.training;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/**
 * How far a run has come before each of its updates: piecewise linear between knots, from (0, 0) to (updates, 1). A run of so
 * many steps has no others. One of so many minutes gets a knot wherever its number of updates is estimated anew: what lies
 * before it stays, the rest leads from there to 1 at the new number.
 */
record Course(List<Knot> knots) {
    /**
     * @param step updates made before
     * @param fraction of the run that lies behind then
     */
    record Knot(long step, double fraction) {
        private static final Knot START = new Knot(0, 0);
    }

    /** @throws IllegalArgumentException if steps or fractions do not rise, or the latter not from 0 to 1 */
    Course {
        knots = List.copyOf(knots);
        if (knots.size() < 2 || !knots.getFirst().equals(Knot.START) || knots.getLast().fraction != 1) {
            throw new IllegalArgumentException("a course leads from (0, 0) to 1, not over " + knots);
        }
        for (int i = 1; i < knots.size(); i++) {
            Knot a = knots.get(i - 1);
            Knot b = knots.get(i);
            if (b.step <= a.step || !(b.fraction > a.fraction)) {
                throw new IllegalArgumentException("a course rises; " + b + " comes after " + a);
            }
        }
    }

    /** Straight through. */
    static Course of(long total) {
        return new Course(List.of(Knot.START, new Knot(total, 1)));
    }

    /** @throws IllegalArgumentException if that is no course */
    static Course of(JsonNode json) {
        List<Knot> knots = new ArrayList<>();
        json.forEach(k -> knots.add(new Knot(k.path(0).asLong(-1), k.path(1).asDouble(Double.NaN))));
        return new Course(knots);
    }

    /** {@code [[step, fraction], …]}. */
    ArrayNode json() {
        ArrayNode json = JsonMapper.shared().createArrayNode();
        knots.forEach(k -> json.addArray().add(k.step).add(k.fraction));
        return json;
    }

    /** Updates of the whole run, as far as is known. */
    long total() {
        return knots.getLast().step;
    }

    /** As before up to update {@code step}, from there straight to 1 at {@code total}. */
    Course bent(long step, long total) {
        List<Knot> bent = new ArrayList<>(knots);
        bent.removeIf(k -> k.step >= step);
        bent.add(new Knot(step, fraction(step)));
        bent.add(new Knot(total, 1));
        return new Course(bent);
    }

    /** The fraction of the run, 0 … 1, that lies behind before an update. */
    double fraction(long step) {
        Segment s = segment(step);
        return s.place(step) / s.length();
    }

    /** A schedule's factor at an update: the one at its place in a run that goes at the present pace from end to end. */
    double factor(Schedule schedule, long step) {
        Segment s = segment(step);
        return schedule.factor(s.place(step), s.length());
    }

    private Segment segment(long step) {
        int i = 1;
        while (i < knots.size() - 1 && knots.get(i).step <= step) {
            i++;
        }
        return new Segment(knots.get(i - 1), knots.get(i));
    }

    private record Segment(Knot from, Knot to) {
        /** Updates of a whole run at this pace. */
        double length() {
            return (to.step - from.step) / (to.fraction - from.fraction);
        }

        /** Where in such a run an update lies. */
        double place(long step) {
            return from.fraction * length() + (step - from.step);
        }
    }
}
