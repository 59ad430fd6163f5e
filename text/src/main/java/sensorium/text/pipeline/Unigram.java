package sensorium.text.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sensorium.BadInputException;

/**
 * SentencePiece's unigram model (Kudo, arXiv 1804.10959): of all ways to cut a word into tokens the one with the largest sum of
 * scores (Viterbi). A character in no token costs ten more than the dearest token; neighbours of that kind are one unknown token, or,
 * where there are tokens for them, bytes.
 */
final class Unigram implements Subwords {
    private static final double UNKNOWN_PENALTY = 10;
    private static final int BYTES = 256;

    private final List<String> spellings;
    private final double[] scores;
    private final Map<String, Integer> ids = new HashMap<>();
    private final PrefixTree tree = new PrefixTree();
    private final int unknown;
    private final double unknownScore;
    private final int[] byteIds;
    private final String source;

    /**
     * @param scores logarithms of the tokens' probabilities
     * @param unknown id of the token for unknown characters, -1 for none
     * @param byteFallback whether they are spelt in bytes instead, {@code <0xC3>}, where all of those are tokens
     */
    Unigram(List<String> spellings, double[] scores, int unknown, boolean byteFallback, String source) {
        this.spellings = spellings;
        this.scores = scores;
        this.unknown = unknown;
        this.source = source;
        for (int id = 0; id < scores.length; id++) {
            String token = spellings.get(id);
            ids.put(token, id);
            if (!token.isEmpty()) {
                tree.put(token.codePoints().toArray(), id);
            }
        }
        unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
        byteIds = new int[byteFallback ? BYTES : 0];
        for (int b = 0; b < byteIds.length; b++) {
            String name = "<0x" + HexFormat.of().toHexDigits((byte) b).toUpperCase(Locale.ROOT) + ">";
            byteIds[b] = ids.getOrDefault(name, -1);
        }
    }

    @Override
    public List<Piece> cut(AlignedText word) {
        int n = word.length();
        int[] from = new int[n + 1]; // where the last token of the best way to each place begins
        boolean[] known = new boolean[n + 1]; // whether that token is one
        double[] best = new double[n + 1];
        Arrays.fill(from, -1);
        for (int at = 0; at < n; at++) {
            boolean single = false;
            int node = tree.root();
            for (int to = at + 1; to <= n; to++) {
                node = tree.step(node, word.points()[to - 1]);
                if (node < 0) {
                    break;
                }
                int id = tree.value(node);
                if (id >= 0) {
                    single |= to == at + 1;
                    if (offer(best[at] + scores[id], at, to, best, from)) {
                        known[to] = id != unknown;
                    }
                }
            }
            if (!single && offer(best[at] + unknownScore, at, at + 1, best, from)) {
                known[at + 1] = false;
            }
        }
        return pieces(word, from, known);
    }

    private static boolean offer(double score, int at, int to, double[] best, int[] from) {
        if (from[to] >= 0 && score <= best[to]) {
            return false;
        }
        best[to] = score;
        from[to] = at;
        return true;
    }

    /** Backwards along the best way, unknown neighbours joined. */
    private List<Piece> pieces(AlignedText word, int[] from, boolean[] known) {
        List<Piece> backwards = new ArrayList<>();
        int to = word.length();
        while (to > 0) {
            int begin = from[to];
            if (!known[to]) {
                while (begin > 0 && !known[begin]) {
                    begin = from[begin];
                }
            }
            add(word, begin, to, backwards);
            to = begin;
        }
        Collections.reverse(backwards);
        return backwards;
    }

    private void add(AlignedText word, int begin, int to, List<Piece> backwards) {
        String text = word.text(begin, to);
        Integer id = ids.get(text);
        if (id != null) {
            backwards.add(new Piece(id, begin, to));
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (byteIds.length > 0 && allKnown(bytes)) {
            for (int i = bytes.length - 1; i >= 0; i--) {
                backwards.add(new Piece(byteIds[bytes[i] & 0xFF], begin, to));
            }
            return;
        }
        if (unknown < 0) {
            throw new BadInputException(source + ": has no token for \"" + word.text(begin, begin + 1)
                    + "\", and none for what is unknown");
        }
        backwards.add(new Piece(unknown, begin, to));
    }

    private boolean allKnown(byte[] bytes) {
        for (byte b : bytes) {
            if (byteIds[b & 0xFF] < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<String> spellings() {
        return spellings;
    }
}
