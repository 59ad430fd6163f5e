package sensorium.multimodal.tokens;

import java.util.List;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.multimodal.data.Skipped;

/**
 * Things as rows of codes, made once before anything is learnt of them.
 */
public record TokenBank(List<Entry> entries, Skipped skipped) {
    /**
     * A thing.
     *
     * @param name what it is
     * @param given of each medium, what may go in: the rows, each of them first as it is, then in its variations
     * @param wanted of each medium, what may come out
     */
    public record Entry(String name, Map<Medium, List<Views>> given, Map<Medium, List<int[]>> wanted) {
        boolean knows(Direction d) {
            return !given.get(d.from()).isEmpty() && !wanted.get(d.to()).isEmpty();
        }
    }

    /** Rows of the same thing: as it is, then varied. */
    public record Views(List<int[]> rows) {
        public int[] plain() {
            return rows.getFirst();
        }

        /** One of the variations, or as it is where there are none. */
        public int[] varied() {
            return rows.getLast();
        }
    }

    public TokenBank {
        entries = List.copyOf(entries);
    }

    /** What can be learnt of a direction. */
    public List<Entry> of(Direction d) {
        return entries.stream().filter(e -> e.knows(d)).toList();
    }

    /** @throws BadInputException if there is a direction that nothing can be learnt of */
    TokenBank requireAll() {
        for (Direction d : Direction.LEARNT) {
            if (of(d).isEmpty()) {
                throw new BadInputException(
                        "nothing in the data leads from " + d.from().shown() + " to "
                                + d.to().shown() + "; any to any needs things with texts, pictures and sounds"
                                + skipped.summary());
            }
        }
        return this;
    }
}
