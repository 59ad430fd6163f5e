package sensorium.text.pipeline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.text.Tokenizer;

/** WordPiece or Unigram with all that stands around it; read by {@link TokenizerFiles}. */
public final class SubwordTokenizer implements Tokenizer {
    /**
     * The special tokens around a text.
     *
     * @param before their ids
     * @param after likewise
     */
    record Template(List<Integer> before, List<Integer> after) {
        static final Template NONE = new Template(List.of(), List.of());

        int size() {
            return before.size() + after.size();
        }
    }

    /**
     * What a tokenizer is put together from.
     *
     * @param longest tokens of a text that are read, special ones included, where it is said
     * @param padding id of the token that stands for nothing
     */
    record Parts(
            AddedTokens added,
            PreTokenizer words,
            Subwords model,
            Template template,
            Decoding decoding,
            OptionalInt longest,
            OptionalInt padding) {}

    private final Parts parts;
    private final List<String> spellings;
    private final Map<String, Integer> specials;

    SubwordTokenizer(Parts parts) {
        this.parts = parts;
        List<String> all = new ArrayList<>(parts.model.spellings());
        Map<String, Integer> named = new LinkedHashMap<>();
        for (AddedTokens.Token token : parts.added.all()) {
            while (all.size() <= token.id()) {
                all.add(null);
            }
            all.set(token.id(), token.content());
            if (token.special()) {
                named.put(token.content(), token.id());
            }
        }
        spellings = Collections.unmodifiableList(all);
        specials = Collections.unmodifiableMap(named);
    }

    @Override
    public int[] encode(String text) {
        return read(text, false).stream().mapToInt(Subwords.Piece::id).toArray();
    }

    /**
     * What a model is fed, as published: special tokens stand around the text, and those that it spells out are read as such.
     *
     * @param longest tokens, special ones included; of a longer text the end is left out
     * @throws BadInputException if the text is longer than {@link #MAX_CHARACTERS}, or not even the special tokens fit
     */
    public Encoding encodeForModel(String text, int longest) {
        List<Subwords.Piece> pieces = read(text, true);
        Template around = parts.template;
        int room = longest - around.size();
        if (room < 0) {
            throw new BadInputException("text: " + longest + " tokens do not even hold the " + around.size()
                    + " special ones that stand around it");
        }
        int kept = Math.min(room, pieces.size());
        int first = around.before.size();
        int n = kept + around.size();
        int[] ids = new int[n];
        int[] begin = new int[n];
        int[] end = new int[n];
        for (int i = 0; i < first; i++) {
            ids[i] = around.before.get(i);
        }
        for (int i = 0; i < kept; i++) {
            ids[first + i] = pieces.get(i).id();
            begin[first + i] = pieces.get(i).from();
            end[first + i] = pieces.get(i).to();
        }
        for (int i = 0; i < around.after.size(); i++) {
            ids[first + kept + i] = around.after.get(i);
        }
        return new Encoding(ids, begin, end, pieces.size() + around.size());
    }

    /** Tokens of a text by their places in it. */
    private List<Subwords.Piece> read(String text, boolean withSpecials) {
        if (text.length() > MAX_CHARACTERS) {
            throw new BadInputException(
                    "text: %d characters, at most %d can be encoded".formatted(text.length(), MAX_CHARACTERS));
        }
        List<Subwords.Piece> all = new ArrayList<>();
        for (AddedTokens.Part part : parts.added.cut(AlignedText.of(text), withSpecials)) {
            if (part.token().isPresent()) {
                all.add(placed(
                        new Subwords.Piece(
                                part.token().get().id(), 0, part.text().length()),
                        part.text()));
                continue;
            }
            for (AlignedText word : parts.words.cut(part.text())) {
                parts.model.cut(word).forEach(piece -> all.add(placed(piece, word)));
            }
        }
        return all;
    }

    /** From places in a word to places in the text. */
    private static Subwords.Piece placed(Subwords.Piece piece, AlignedText word) {
        return new Subwords.Piece(piece.id(), word.begin()[piece.from()], word.end()[piece.to() - 1]);
    }

    @Override
    public String decode(int... ids) {
        List<String> tokens = IntStream.of(ids).mapToObj(this::spelling).toList();
        return String.join("", parts.decoding.apply(tokens));
    }

    /**
     * A token as the vocabulary spells it.
     *
     * @throws BadInputException if there is none of that id
     */
    public String spelling(int id) {
        String spelling = id < 0 || id >= spellings.size() ? null : spellings.get(id);
        if (spelling == null) {
            throw new BadInputException("token " + id + " does not exist; there are " + size());
        }
        return spelling;
    }

    /** Tokens of a text that its file says are read, special ones included; the rest is left out. */
    public OptionalInt longest() {
        return parts.longest;
    }

    /** Id of the token that stands for nothing, where there is one. */
    public OptionalInt padding() {
        return parts.padding;
    }

    @Override
    public int size() {
        return spellings.size();
    }

    @Override
    public Map<String, Integer> specials() {
        return specials;
    }
}
