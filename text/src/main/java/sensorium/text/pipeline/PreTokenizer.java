package sensorium.text.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/** Cuts a normalised text into words, which are tokenised each by itself. */
sealed interface PreTokenizer
        permits PreTokenizer.Bert,
                PreTokenizer.Chain,
                PreTokenizer.Digits,
                PreTokenizer.Metaspace,
                PreTokenizer.Punctuation,
                PreTokenizer.Spaces,
                PreTokenizer.Words {
    /** None of them is empty. */
    List<AlignedText> cut(AlignedText text);

    /** One after the other; none at all leaves the text in one piece. */
    record Chain(List<PreTokenizer> parts) implements PreTokenizer {
        @Override
        public List<AlignedText> cut(AlignedText text) {
            List<AlignedText> pieces = text.isEmpty() ? List.of() : List.of(text);
            for (PreTokenizer part : parts) {
                pieces = pieces.stream().flatMap(p -> part.cut(p).stream()).toList();
            }
            return pieces;
        }
    }

    /** At white space, which goes. */
    record Spaces() implements PreTokenizer {
        @Override
        public List<AlignedText> cut(AlignedText text) {
            return runs(text, Characters::isWhitespace, false);
        }
    }

    /** At white space, which goes, and around each punctuation mark. */
    record Bert() implements PreTokenizer {
        @Override
        public List<AlignedText> cut(AlignedText text) {
            return new Chain(List.of(new Spaces(), new Punctuation())).cut(text);
        }
    }

    /** Around each punctuation mark. */
    record Punctuation() implements PreTokenizer {
        @Override
        public List<AlignedText> cut(AlignedText text) {
            return runs(text, Characters::isPunctuation, true);
        }
    }

    /**
     * Around digits.
     *
     * @param each whether every digit stands alone
     */
    record Digits(boolean each) implements PreTokenizer {
        @Override
        public List<AlignedText> cut(AlignedText text) {
            if (each) {
                return runs(text, Digits::isNumber, true);
            }
            return kinds(text, c -> isNumber(c) ? 1 : 0);
        }

        /** Categories Nd, Nl and No. */
        private static boolean isNumber(int c) {
            int type = Character.getType(c);
            return type == Character.DECIMAL_DIGIT_NUMBER
                    || type == Character.LETTER_NUMBER
                    || type == Character.OTHER_NUMBER;
        }
    }

    /** Runs of letters, digits and marks, and runs of anything else but white space, which goes. */
    record Words() implements PreTokenizer {
        @Override
        public List<AlignedText> cut(AlignedText text) {
            return kinds(text, c -> Characters.isWord(c) ? 1 : Characters.isWhitespace(c) ? -1 : 0);
        }
    }

    /** When {@link Metaspace} stands in front of what does not begin with a space. */
    enum Prepend {
        ALWAYS,
        /** Only where the whole text begins. */
        FIRST,
        NEVER
    }

    /**
     * SentencePiece's: a visible character for each space and in front; cut before each.
     *
     * @param split whether it is cut at all
     */
    record Metaspace(int replacement, Prepend prepend, boolean split) implements PreTokenizer {
        @Override
        public List<AlignedText> cut(AlignedText text) {
            if (text.isEmpty()) {
                return List.of();
            }
            AlignedText marked = text.map(c -> c == ' ' ? replacement : c);
            boolean asked = prepend == Prepend.ALWAYS || prepend == Prepend.FIRST && marked.begin()[0] == 0;
            if (asked && marked.points()[0] != replacement) {
                marked = marked.prepend(Character.toString(replacement));
            }
            if (!split) {
                return List.of(marked);
            }
            List<AlignedText> pieces = new ArrayList<>();
            int from = 0;
            for (int i = 1; i <= marked.length(); i++) {
                if (i == marked.length() || marked.points()[i] == replacement) {
                    pieces.add(marked.slice(from, i));
                    from = i;
                }
            }
            return pieces;
        }
    }

    /** Cuts at each delimiter, which goes or stands alone. */
    private static List<AlignedText> runs(AlignedText text, IntPredicate delimiter, boolean kept) {
        List<AlignedText> pieces = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || delimiter.test(text.points()[i])) {
                if (i > from) {
                    pieces.add(text.slice(from, i));
                }
                if (kept && i < text.length()) {
                    pieces.add(text.slice(i, i + 1));
                }
                from = i + 1;
            }
        }
        return pieces;
    }

    /** Cuts where the kind changes; what is of a negative kind goes. */
    private static List<AlignedText> kinds(AlignedText text, IntUnaryOperator kind) {
        List<AlignedText> pieces = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= text.length(); i++) {
            if (i == text.length() || kind.applyAsInt(text.points()[i]) != kind.applyAsInt(text.points()[from])) {
                if (kind.applyAsInt(text.points()[from]) >= 0) {
                    pieces.add(text.slice(from, i));
                }
                from = i;
            }
        }
        return pieces;
    }
}
