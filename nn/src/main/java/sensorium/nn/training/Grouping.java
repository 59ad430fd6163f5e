package sensorium.nn.training;

import java.util.ArrayList;
import java.util.List;
import sensorium.tensor.Shape;

/**
 * Which parameters are treated differently. Matrices and kernels (rank 2 and more) decay, norms and biases do not; adjustments
 * by path come on top, and all that match multiply.
 */
public record Grouping(List<Adjustment> adjustments) {
    /** @param pattern regular expression over the whole path */
    public record Adjustment(String pattern, double rate, double decay) {}

    /** Factors on the learning rate and on the weight decay of one parameter. */
    public record Factors(double rate, double decay) {}

    public static Grouping standard() {
        return new Grouping(List.of());
    }

    /** Multiplies the learning rate of matching paths. */
    public Grouping rate(String pattern, double factor) {
        return with(new Adjustment(pattern, factor, 1));
    }

    /** Keeps matching paths from decaying. */
    public Grouping noDecay(String pattern) {
        return with(new Adjustment(pattern, 1, 0));
    }

    private Grouping with(Adjustment adjustment) {
        List<Adjustment> all = new ArrayList<>(adjustments);
        all.add(adjustment);
        return new Grouping(List.copyOf(all));
    }

    Factors of(String path, Shape shape) {
        double rate = 1;
        double decay = shape.rank() >= 2 ? 1 : 0;
        for (Adjustment a : adjustments) {
            if (path.matches(a.pattern())) {
                rate *= a.rate();
                decay *= a.decay();
            }
        }
        return new Factors(rate, decay);
    }
}
