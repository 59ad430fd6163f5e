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

    /** As many updates as fit: the trainer estimates their number as it goes; evaluations and checkpoints do not count. */
    record Minutes(double count) implements Length {
        private static final double MOST = 1e6;

        public Minutes {
            if (!(count > 0 && count <= MOST)) {
                throw new BadInputException(
                        "a run of " + count + " minutes cannot be; ask for more than 0, up to " + MOST);
            }
        }
    }
}
