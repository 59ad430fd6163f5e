package sensorium.text.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tokens that are found in a text before anything else is done to it, or right after it was normalised. */
final class AddedTokens {
    /**
     * @param wholeWord whether it must not touch a letter or a digit
     * @param left whether white space before it belongs to it
     * @param right whether white space behind it does
     * @param normalized whether it is looked for, normalised itself, in the normalised text
     * @param special whether it has a meaning for the model, so that a text may be read without it
     */
    record Token(
            String content,
            int id,
            boolean wholeWord,
            boolean left,
            boolean right,
            boolean normalized,
            boolean special) {
        /** One that means something to a model, and is written as it is. */
        static Token special(String content, int id) {
            return new Token(content, id, false, false, false, false, true);
        }
    }

    /** A part of a text: a token, or what is between tokens. */
    record Part(AlignedText text, Optional<Token> token) {}

    private record Wanted(int[] points, Token token) {}

    private final List<Token> all;
    private final TextNormalizer normalizer;
    private final Map<Integer, List<Wanted>> inRaw = new HashMap<>(); // by first character
    private final Map<Integer, List<Wanted>> inNormalized = new HashMap<>();

    AddedTokens(List<Token> all, TextNormalizer normalizer) {
        this.all = List.copyOf(all);
        this.normalizer = normalizer;
        for (Token token : all) {
            AlignedText content = AlignedText.of(token.content);
            int[] points = (token.normalized ? normalizer.apply(content) : content).points();
            if (points.length > 0) {
                (token.normalized ? inNormalized : inRaw)
                        .computeIfAbsent(points[0], _ -> new ArrayList<>())
                        .add(new Wanted(points, token));
            }
        }
        for (var found : List.of(inRaw, inNormalized)) {
            found.values().forEach(list -> list.sort(Comparator.comparingInt(w -> -w.points.length)));
        }
    }

    List<Token> all() {
        return all;
    }

    /**
     * The parts of a text, what is no token normalised.
     *
     * @param specials whether special ones are looked for
     */
    List<Part> cut(AlignedText text, boolean specials) {
        List<Part> parts = new ArrayList<>();
        for (Part part : find(text, inRaw, specials)) {
            if (part.token.isPresent()) {
                parts.add(part);
            } else {
                parts.addAll(find(normalizer.apply(part.text), inNormalized, specials));
            }
        }
        return parts;
    }

    /** Leftmost first, of those that begin there the longest. */
    private static List<Part> find(AlignedText text, Map<Integer, List<Wanted>> wanted, boolean specials) {
        List<Part> parts = new ArrayList<>();
        int done = 0;
        int at = wanted.isEmpty() ? text.length() : 0;
        while (at < text.length()) {
            Wanted found = match(text, at, wanted);
            if (found == null) {
                at++;
                continue;
            }
            int begin = at;
            int end = at + found.points.length;
            at = end;
            Token token = found.token;
            if (token.special && !specials || token.wholeWord && touchesWord(text, begin, end)) {
                continue;
            }
            while (token.left && begin > done && Characters.isWhitespace(text.points()[begin - 1])) {
                begin--;
            }
            while (token.right && end < text.length() && Characters.isWhitespace(text.points()[end])) {
                end++;
            }
            if (begin > done) {
                parts.add(new Part(text.slice(done, begin), Optional.empty()));
            }
            parts.add(new Part(text.slice(begin, end), Optional.of(token)));
            done = end;
            at = end;
        }
        if (done < text.length()) {
            parts.add(new Part(text.slice(done, text.length()), Optional.empty()));
        }
        return parts;
    }

    private static Wanted match(AlignedText text, int at, Map<Integer, List<Wanted>> wanted) {
        for (Wanted w : wanted.getOrDefault(text.points()[at], List.of())) {
            int k = 0;
            while (k < w.points.length && at + k < text.length() && text.points()[at + k] == w.points[k]) {
                k++;
            }
            if (k == w.points.length) {
                return w;
            }
        }
        return null;
    }

    private static boolean touchesWord(AlignedText text, int begin, int end) {
        return begin > 0 && Characters.isWord(text.points()[begin - 1])
                || end < text.length() && Characters.isWord(text.points()[end]);
    }
}
