package sensorium.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import sensorium.BadInputException;

/**
 * What speech is written in: characters, pieces of words, or words, of texts as {@link SpokenText} has them. What there is no unit for is
 * left out of a text; {@link #unknown} says what.
 */
public final class Units {
    /** Which. */
    public enum Kind {
        CHARACTERS,
        /** {@link ByteBpe}: knows every text. */
        BPE,
        WORDS;

        /** @throws BadInputException if there is none of that name */
        public static Kind named(String name) {
            return Arrays.stream(values())
                    .filter(k -> k.shown().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new BadInputException(
                            "speech is written in characters, bpe or words, not in \"" + name + "\""));
        }

        /** As the command line has it. */
        public String shown() {
            return this == CHARACTERS ? "characters" : this == BPE ? "bpe" : "words";
        }
    }

    /**
     * What they are made from again.
     *
     * @param symbols the characters, or the words, in the order of their ids; of BPE the merges
     */
    public record Config(Kind kind, List<String> symbols) {
        private static final int MOST = 60_000;

        /** @throws IllegalArgumentException if they are too many, or one is there twice */
        public Config {
            symbols = List.copyOf(symbols);
            if (symbols.size() > MOST || new TreeSet<>(symbols).size() < symbols.size()) {
                throw new IllegalArgumentException(symbols.size() + " units: at most " + MOST + ", each once");
            }
        }
    }

    /** Merges of a BPE that is learnt here, where not said. */
    private static final int MERGES = 200;
    /** Pairs seen less often are then not merged. */
    private static final int LEAST_COUNT = 3;

    private static final int MOST_LISTED = 40;

    private final Config config;
    private final Map<String, Integer> ids = new HashMap<>(); // of characters and words
    private final ByteBpe bpe; // null for the others

    public Units(Config config) {
        this.config = config;
        this.bpe = config.kind == Kind.BPE ? ByteBpe.ofMerges(config.symbols, "units") : null;
        for (int id = 0; id < config.symbols.size(); id++) {
            ids.put(config.symbols.get(id), id);
        }
    }

    /**
     * All that some texts need.
     *
     * @param texts as {@link SpokenText} has them
     * @throws BadInputException if nothing is said in them, or too much
     */
    public static Units of(Kind kind, List<String> texts) {
        if (kind == Kind.BPE) {
            return bpe(texts, MERGES, LEAST_COUNT);
        }
        requireSome(texts);
        var symbols = new TreeSet<String>();
        texts.forEach(t -> symbols.addAll(kind == Kind.WORDS ? words(t) : characters(t)));
        try {
            return new Units(new Config(kind, List.copyOf(symbols)));
        } catch (IllegalArgumentException e) {
            throw new BadInputException("the texts need too many units (" + e.getMessage() + "); write in bpe", e);
        }
    }

    /** Pieces as {@link BpeTrainer} learns them; with very many merges and a least count of 1 whole words. */
    public static Units bpe(List<String> texts, int merges, int leastCount) {
        requireSome(texts);
        var learnt = new BpeTrainer(256 + merges, leastCount, List.of()).train(texts);
        return new Units(new Config(Kind.BPE, learnt.mergeLines()));
    }

    private static void requireSome(List<String> texts) {
        if (texts.stream().allMatch(String::isBlank)) {
            throw new BadInputException("nothing is said in the texts, so there is nothing to learn to write");
        }
    }

    public Config config() {
        return config;
    }

    /** How many units there are. */
    public int size() {
        return bpe == null ? config.symbols.size() : bpe.size();
    }

    /** The units of a text, in [0, size()). */
    public int[] encode(String text) {
        if (bpe != null) {
            return bpe.encode(text);
        }
        return symbols(text).stream()
                .filter(ids::containsKey)
                .mapToInt(ids::get)
                .toArray();
    }

    /** What units spell. */
    public String decode(List<Integer> units) {
        if (bpe != null) {
            return bpe.decode(units.stream().mapToInt(u -> u).toArray());
        }
        return String.join(
                config.kind == Kind.WORDS ? " " : "",
                units.stream().map(config.symbols::get).toList());
    }

    /** Whether a word begins with this unit, whatever came before. */
    public boolean isWord() {
        return config.kind == Kind.WORDS;
    }

    /** Characters, or words, that there is no unit for, each with how often it occurs in the texts, the most frequent first. */
    public Map<String, Integer> unknown(List<String> texts) {
        if (bpe != null) {
            return Map.of();
        }
        Map<String, Integer> counts = new TreeMap<>();
        for (String text : texts) {
            for (String symbol : symbols(text)) {
                if (!ids.containsKey(symbol)) {
                    counts.merge(symbol, 1, Integer::sum);
                }
            }
        }
        Map<String, Integer> sorted = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .forEach(e -> sorted.put(e.getKey(), e.getValue()));
        return sorted;
    }

    /** {@code "; no unit for 3 characters: ß (2), æ (1)"}, or nothing. */
    public String unknownSummary(Map<String, Integer> unknown) {
        if (unknown.isEmpty()) {
            return "";
        }
        int all = unknown.values().stream().mapToInt(n -> n).sum();
        List<String> listed = new ArrayList<>();
        unknown.entrySet().stream().limit(MOST_LISTED).forEach(e -> listed.add(e.getKey() + " (" + e.getValue() + ")"));
        String what = isWord() ? "word" : "character";
        return "; no unit for " + all + " " + what + (all == 1 ? "" : "s") + ": " + String.join(", ", listed)
                + (unknown.size() > MOST_LISTED ? " and " + (unknown.size() - MOST_LISTED) + " others" : "");
    }

    private List<String> symbols(String text) {
        return isWord() ? words(text) : characters(text);
    }

    private static List<String> characters(String text) {
        return text.codePoints().mapToObj(Character::toString).toList();
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split(" +"));
    }
}
