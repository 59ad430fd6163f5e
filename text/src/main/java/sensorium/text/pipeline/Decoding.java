package sensorium.text.pipeline;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What makes a text of spelt tokens, which are joined after it. */
sealed interface Decoding
        permits Decoding.Bytes, Decoding.Chain, Decoding.Fuse, Decoding.Metaspace, Decoding.Pieces, Decoding.Spaced {
    List<String> apply(List<String> tokens);

    record Chain(List<Decoding> parts) implements Decoding {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> changed = tokens;
            for (Decoding part : parts) {
                changed = part.apply(changed);
            }
            return changed;
        }
    }

    /** A space between any two: what is done where nothing is said. */
    record Spaced() implements Decoding {
        @Override
        public List<String> apply(List<String> tokens) {
            return List.of(String.join(" ", tokens));
        }
    }

    /** All of them as one. */
    record Fuse() implements Decoding {
        @Override
        public List<String> apply(List<String> tokens) {
            return List.of(String.join("", tokens));
        }
    }

    /**
     * WordPiece's: a space before each token that continues no word.
     *
     * @param prefix what the others begin with
     * @param cleanup whether spaces before punctuation and in English contractions go
     */
    record Pieces(String prefix, boolean cleanup) implements Decoding {
        private static final List<List<String>> TIDIED = List.of(
                List.of(" .", "."),
                List.of(" ?", "?"),
                List.of(" !", "!"),
                List.of(" ,", ","),
                List.of(" ' ", "'"),
                List.of(" n't", "n't"),
                List.of(" 'm", "'m"),
                List.of(" do not", " don't"),
                List.of(" 's", "'s"),
                List.of(" 've", "'ve"),
                List.of(" 're", "'re"));

        @Override
        public List<String> apply(List<String> tokens) {
            List<String> out = new ArrayList<>();
            for (String token : tokens) {
                String spelt = out.isEmpty()
                        ? token
                        : token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
                out.add(cleanup ? tidy(spelt) : spelt);
            }
            return out;
        }

        private static String tidy(String text) {
            String tidied = text;
            for (List<String> rule : TIDIED) {
                tidied = tidied.replace(rule.get(0), rule.get(1));
            }
            return tidied;
        }
    }

    /** Its visible character is a space again, but in front. */
    record Metaspace(int replacement, boolean prepended) implements Decoding {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> out = new ArrayList<>();
            for (String token : tokens) {
                String gone = out.isEmpty() && prepended ? "" : " ";
                out.add(token.replace(Character.toString(replacement), gone));
            }
            return out;
        }
    }

    /** Tokens of bytes, {@code <0xC3>}, are characters again; those that make none are U+FFFD each. */
    record Bytes() implements Decoding {
        private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");
        private static final int DIGITS = 3;

        @Override
        public List<String> apply(List<String> tokens) {
            List<String> out = new ArrayList<>();
            var bytes = new ByteArrayOutputStream();
            for (String token : tokens) {
                if (BYTE.matcher(token).matches()) {
                    bytes.write(Integer.parseInt(token, DIGITS, DIGITS + 2, 16));
                } else {
                    flush(bytes, out);
                    out.add(token);
                }
            }
            flush(bytes, out);
            return out;
        }

        private static void flush(ByteArrayOutputStream bytes, List<String> out) {
            if (bytes.size() == 0) {
                return;
            }
            String text = bytes.toString(StandardCharsets.UTF_8);
            boolean sound = text.indexOf('\uFFFD') < 0;
            out.add(sound ? text : "\uFFFD".repeat(bytes.size()));
            bytes.reset();
        }
    }
}
