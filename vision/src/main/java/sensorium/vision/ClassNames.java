package sensorium.vision;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import sensorium.BadInputException;

/** Classes as people ask for them. */
public final class ClassNames {
    private ClassNames() {}

    /**
     * The number of a class.
     *
     * @param asked its name, or, where none is called so, its number among the names
     * @throws BadInputException if there is none
     */
    public static int number(List<String> names, String asked) {
        int named = names.indexOf(asked);
        Optional<Integer> numbered = IntStream.range(0, names.size())
                .boxed()
                .filter(i -> Integer.toString(i).equals(asked))
                .findFirst();
        return named >= 0
                ? named
                : numbered.orElseThrow(() -> new BadInputException("no class is called " + asked + "; there are: "
                        + String.join(", ", names) + "; or their numbers, 0 to " + (names.size() - 1)));
    }
}
