package sensorium.nn;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import sensorium.memory.Scope;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * How far a model's values are from recorded ones.
 *
 * @param rows what was compared, in the order of computation
 * @param missing what was recorded and never computed here, by name
 */
public record ParityReport(List<Row> rows, List<String> missing) {

    /**
     * One value.
     *
     * @param expected its recorded shape
     * @param actual its shape here; where it is another, the errors are NaN
     * @param absolute the largest difference of two elements
     * @param relative the same over the largest magnitude recorded, where that is above 1
     * @param ulps the same in units in the last place of the recorded F32 element
     * @param tolerance what the relative error may be
     */
    public record Row(
            String name,
            Shape expected,
            Shape actual,
            double absolute,
            double relative,
            double ulps,
            double tolerance) {

        /** Whole numbers must be equal, whatever the tolerance. */
        static Row of(String name, Tensor actual, Tensor expected, double tolerance) {
            boolean exact = !expected.dtype().isFloat();
            double allowed = exact ? 0 : tolerance;
            Tensor same = withoutBatch(actual, expected);
            if (!same.shape().equals(expected.shape())) {
                return new Row(name, expected.shape(), actual.shape(), Double.NaN, Double.NaN, Double.NaN, allowed);
            }
            double[] ours = Scope.tidy(() -> same.to(DType.F64).toDoubles());
            double[] theirs = Scope.tidy(() -> expected.to(DType.F64).toDoubles());
            double magnitude = 1;
            double worst = 0;
            double ulps = 0;
            for (int i = 0; i < ours.length; i++) {
                magnitude = Math.max(magnitude, Math.abs(theirs[i]));
                double off = Math.abs(ours[i] - theirs[i]);
                if (ours[i] != theirs[i] && !(off <= worst)) { // NaN, and infinities that differ, are worst of all
                    worst = Double.isNaN(worst) ? worst : off;
                    ulps = off / Math.ulp((float) theirs[i]);
                }
            }
            return new Row(name, expected.shape(), same.shape(), worst, worst / magnitude, ulps, allowed);
        }

        /** Some recordings are of a single item and leave its axis out. */
        private static Tensor withoutBatch(Tensor actual, Tensor expected) {
            Tensor t = actual;
            while (t.rank() > expected.rank() && t.dim(0) == 1) {
                t = t.squeeze(0);
            }
            return t;
        }

        public boolean isWithin() {
            return relative <= tolerance;
        }

        /** The fault in a line. */
        public String describe() {
            return expected.equals(actual)
                    ? String.format(
                            Locale.ROOT,
                            "%s leaves its tolerance: absolute error %.3g, relative %.3g of %.3g allowed, %.3g ULP",
                            name,
                            absolute,
                            relative,
                            tolerance,
                            ulps)
                    : name + " is " + actual + " here and " + expected + " in the recording";
        }
    }

    /** The first value that leaves its tolerance. */
    public Optional<Row> divergence() {
        return rows.stream().filter(row -> !row.isWithin()).findFirst();
    }

    /** Whether all that was recorded was computed, and is within tolerance. */
    public boolean agrees() {
        return !rows.isEmpty() && missing.isEmpty() && divergence().isEmpty();
    }

    /** The first fault in a line, empty where all agrees. */
    public Optional<String> fault() {
        if (divergence().isPresent()) {
            return divergence().map(Row::describe);
        }
        if (!missing.isEmpty()) {
            return Optional.of("recorded, but never computed here: " + String.join(", ", missing));
        }
        return rows.isEmpty()
                ? Optional.of("nothing in the recording has a name that the model knows")
                : Optional.empty();
    }
}
