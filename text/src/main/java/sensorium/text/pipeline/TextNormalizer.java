package sensorium.text.pipeline;

import java.text.Normalizer.Form;
import java.util.List;
import java.util.Locale;

/** A change of the text before it is cut into words. */
sealed interface TextNormalizer
        permits Canonical,
                Charsmap,
                TextNormalizer.Bert,
                TextNormalizer.Chain,
                TextNormalizer.Lowercase,
                TextNormalizer.Nmt,
                TextNormalizer.Prepend,
                TextNormalizer.Replace,
                TextNormalizer.Strip,
                TextNormalizer.StripAccents {
    AlignedText apply(AlignedText text);

    /** One after the other; none at all leaves the text as it is. */
    record Chain(List<TextNormalizer> parts) implements TextNormalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText changed = text;
            for (TextNormalizer part : parts) {
                changed = part.apply(changed);
            }
            return changed;
        }
    }

    /**
     * BERT's (google-research/bert, tokenization.py).
     *
     * @param clean whether control characters go and white space becomes spaces
     * @param chinese whether spaces go around each Chinese character
     */
    record Bert(boolean clean, boolean chinese, boolean stripAccents, boolean lowercase) implements TextNormalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText changed = text;
            if (clean) {
                changed = changed.filter(c -> c != 0 && c != 0xFFFD && !Characters.isControl(c))
                        .map(c -> Characters.isWhitespace(c) ? ' ' : c);
            }
            if (chinese) {
                changed = apart(changed);
            }
            if (stripAccents) {
                changed = new Canonical(Form.NFD).apply(changed).filter(c -> !Characters.isNonspacingMark(c));
            }
            return lowercase ? new Lowercase().apply(changed) : changed;
        }

        private static AlignedText apart(AlignedText text) {
            var out = new AlignedText.Builder(text.length());
            for (int i = 0; i < text.length(); i++) {
                int c = text.points()[i];
                if (Characters.isChinese(c)) {
                    out.add(' ', text, i);
                    out.add(c, text, i);
                    out.add(' ', text, i);
                } else {
                    out.add(c, text, i);
                }
            }
            return out.build();
        }
    }

    /** Character by character, whatever stands beside it. */
    record Lowercase() implements TextNormalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            var out = new AlignedText.Builder(text.length());
            for (int i = 0; i < text.length(); i++) {
                int c = text.points()[i];
                if (c < 0x80) {
                    out.add(c >= 'A' && c <= 'Z' ? c + 32 : c, text, i);
                } else {
                    int at = i;
                    Character.toString(c)
                            .toLowerCase(Locale.ROOT)
                            .codePoints()
                            .forEach(lower -> out.add(lower, text, at));
                }
            }
            return out.build();
        }
    }

    /** Without marks. */
    record StripAccents() implements TextNormalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            return text.filter(c -> !Characters.isMark(c));
        }
    }

    /** Without white space at either end. */
    record Strip(boolean left, boolean right) implements TextNormalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            int from = 0;
            int to = text.length();
            while (left && from < to && Characters.isWhitespace(text.points()[from])) {
                from++;
            }
            while (right && from < to && Characters.isWhitespace(text.points()[to - 1])) {
                to--;
            }
            return text.slice(from, to);
        }
    }

    /** Something in front of a text that is not empty. */
    record Prepend(String what) implements TextNormalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            return text.prepend(what);
        }
    }

    /**
     * Every occurrence of a text by another.
     *
     * @param runs whether {@code what} is a character of which a run of two or more is replaced at once
     */
    record Replace(String what, String by, boolean runs) implements TextNormalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            int[] wanted = what.codePoints().toArray();
            var out = new AlignedText.Builder(text.length());
            int i = 0;
            while (i < text.length()) {
                int matched = runs ? run(text, i, wanted[0]) : matches(text, i, wanted) ? wanted.length : 0;
                if (matched > 0) {
                    int last = i + matched - 1; // what is put in stands for the last that went
                    by.codePoints().forEach(c -> out.add(c, text, last));
                    i += matched;
                } else {
                    out.add(text.points()[i], text, i);
                    i++;
                }
            }
            return out.build();
        }

        private static int run(AlignedText text, int from, int wanted) {
            int n = 0;
            while (from + n < text.length() && text.points()[from + n] == wanted) {
                n++;
            }
            return n < 2 ? 0 : n;
        }

        private static boolean matches(AlignedText text, int from, int[] wanted) {
            for (int k = 0; k < wanted.length; k++) {
                if (from + k >= text.length() || text.points()[from + k] != wanted[k]) {
                    return false;
                }
            }
            return wanted.length > 0;
        }
    }

    /** SentencePiece's for machine translation: control characters go, rare white space becomes a space. */
    record Nmt() implements TextNormalizer {
        @Override
        public AlignedText apply(AlignedText text) {
            return text.filter(Nmt::isKept).map(c -> isSpace(c) ? ' ' : c);
        }

        private static boolean isKept(int c) {
            return !(c >= 0x1 && c <= 0x8 || c == 0xB || c >= 0xE && c <= 0x1F || c == 0x7F || c == 0x8F || c == 0x9F);
        }

        private static boolean isSpace(int c) {
            return switch (c) {
                case 0x9, 0xA, 0xC, 0xD, 0x1680, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD -> true;
                default -> c >= 0x200B && c <= 0x200F;
            };
        }
    }
}
