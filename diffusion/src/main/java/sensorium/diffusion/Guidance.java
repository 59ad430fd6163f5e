package sensorium.diffusion;

import sensorium.BadInputException;

/**
 * How far predictions are led away from what the network says of nothing in particular (Ho and Salimans, arXiv:2207.12598), and when:
 * in much noise guidance costs variety, in little it does nothing, so that it may be left out there, which saves half of the work
 * (Kynkäänniemi et al., arXiv:2404.07724).
 *
 * @param weight how far beyond what was asked; 1 is not guided
 * @param from least share of the schedule, 0 where a picture is clean, that is guided
 * @param to greatest share, 1 where all is noise
 */
public record Guidance(double weight, double from, double to) {
    /** @throws BadInputException if the shares are no interval within 0 and 1 */
    public Guidance {
        if (!(0 <= from && from < to && to <= 1)) {
            throw new BadInputException(
                    "guidance is from a share of the noise to a greater one, both within 0 and 1, not %s to %s"
                            .formatted(from, to));
        }
    }

    /** All the way. */
    public static Guidance always(double weight) {
        return new Guidance(weight, 0, 1);
    }

    /** Whether a prediction at this share of the schedule is guided. */
    boolean at(double share) {
        return weight != 1 && from <= share && share <= to;
    }
}
