package sensorium.nn.training;

import sensorium.BadInputException;

/** How long a run is. */
public sealed interface Length {
    /** As many updates; see {@link Epochs#steps} for passes over the data. */
    record Steps(long count) implements Length {
        public Steps {
            if (count < 1) {
                throw new BadInputException("a run of " + count + " steps trains nothing; ask for 1 or more");
            }
        }
    }

    /** As many updates as fit: a few are measured, that fixes the number, and the number alone decides from then on. */
    record Minutes(double count) implements Length {
        public Minutes {
            if (!(count > 0) || count == Double.POSITIVE_INFINITY) {
                throw new BadInputException("a run of " + count + " minutes cannot be; ask for more than 0");
            }
        }
    }
}
