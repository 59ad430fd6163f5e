package sensorium.text.pipeline;

import java.util.List;

/** The vocabulary of a tokenizer, and how it cuts a word into what is in it. */
sealed interface Subwords permits WordPiece, Unigram {
    /**
     * A token of a word.
     *
     * @param from the first character of the word that it stands for
     * @param to one past the last
     */
    record Piece(int id, int from, int to) {}

    /** @param word not empty */
    List<Piece> cut(AlignedText word);

    /** The tokens by id; null for an id that has none. */
    List<String> spellings();
}
