package sensorium.text.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * WordPiece (Schuster and Nakajima 2012, as in BERT): from the left always the longest token; a word of which any rest has none is
 * unknown as a whole.
 *
 * @param ids of the tokens
 * @param continuing what the tokens of a word begin with, but for its first
 * @param longest characters of a word; a longer one is unknown
 */
record WordPiece(Map<String, Integer> ids, List<String> spellings, int unknown, String continuing, int longest)
        implements Subwords {
    @Override
    public List<Piece> cut(AlignedText word) {
        int n = word.length();
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        while (from < n && n <= longest) {
            int to = n;
            Integer id = null;
            while (to > from) {
                String part = word.text(from, to);
                id = ids.get(from > 0 ? continuing + part : part);
                if (id != null) {
                    break;
                }
                to--;
            }
            if (id == null) {
                break;
            }
            pieces.add(new Piece(id, from, to));
            from = to;
        }
        return from == n ? pieces : List.of(new Piece(unknown, 0, n));
    }
}
