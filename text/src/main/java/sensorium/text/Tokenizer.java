package sensorium.text;

import java.util.Map;
import sensorium.BadInputException;

/** Text to token ids and back. */
public interface Tokenizer {
    /** Longer texts are refused. */
    int MAX_CHARACTERS = 1 << 22;

    /**
     * The tokens of a text. What is spelt like a special token is ordinary text here: no input can forge one.
     *
     * @return ids in {@code [0, size())}
     * @throws BadInputException if the text is longer than {@link #MAX_CHARACTERS}
     */
    int[] encode(String text);

    /**
     * The text of some tokens, special ones included by name.
     *
     * @throws BadInputException if an id is not in {@code [0, size())}
     */
    String decode(int... ids);

    /** One more than the largest id. */
    int size();

    /** Ids of the special tokens by name. */
    Map<String, Integer> specials();

    /**
     * The id of a special token.
     *
     * @throws BadInputException if there is none of that name
     */
    default int special(String name) {
        var id = specials().get(name);
        if (id == null) {
            throw new BadInputException("this tokenizer has no special token '" + name + "'; it has "
                    + (specials().isEmpty()
                            ? "none"
                            : String.join(", ", specials().keySet())));
        }
        return id;
    }
}
