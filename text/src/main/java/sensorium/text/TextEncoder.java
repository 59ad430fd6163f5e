package sensorium.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sensorium.nn.EmbeddingBag;
import sensorium.nn.Transformer;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * Text → vector: every word is the bag of its character n-grams ({@link NGrams}), so that a word never seen, even of a
 * language never seen, lands near those it looks like; the words of a text attend to each other in a transformer; their sum
 * is the text.
 */
public record TextEncoder(EmbeddingBag words, Transformer transformer, Config config) implements TextTower {

    /**
     * @param grams how words become n-grams
     * @param transformer over the words; its width is that of a word
     * @param longest words of a text that are read; the rest is left out
     */
    public record Config(NGrams grams, TransformerConfig transformer, int longest) implements TextTower.Config {}

    public static TextEncoder of(Weights w, Config c) {
        int width = c.transformer.width();
        return new TextEncoder(
                EmbeddingBag.of(w.at("words"), c.grams.buckets(), width, true),
                Transformer.of(w.at("transformer"), c.transformer),
                c);
    }

    /** The n-gram buckets of each word of a text; at least one word, so that even an empty text has a vector. */
    @Override
    public int[][] read(String text) {
        String[] parts = NGrams.normalise(text).strip().split(" ");
        int n = Math.min(parts.length, config.longest);
        int[][] read = new int[n][];
        for (int i = 0; i < n; i++) {
            read[i] = config.grams.encode(parts[i]);
        }
        return read;
    }

    /**
     * Texts in groups of about one length, so that little is padded: 1, 2, 3 to 4, 5 to 8 … words.
     *
     * @param place of each text among all groups' texts, one group after the other
     */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    public record Batch(List<Group> groups, long[] place) {
        /** @param texts {@link #read} texts, at least one */
        public static Batch of(List<int[][]> texts) {
            Map<Integer, List<Integer>> byLength = new TreeMap<>();
            for (int t = 0; t < texts.size(); t++) {
                int bound = Integer.highestOneBit(2 * texts.get(t).length - 1);
                byLength.computeIfAbsent(bound, _ -> new ArrayList<>()).add(t);
            }
            long[] place = new long[texts.size()];
            List<Group> groups = new ArrayList<>();
            int next = 0;
            for (List<Integer> members : byLength.values()) {
                for (int t : members) {
                    place[t] = next++;
                }
                groups.add(Group.of(members.stream().map(texts::get).toList()));
            }
            return new Batch(groups, place);
        }

        public int size() {
            return place.length;
        }
    }

    /**
     * Texts side by side, as flat arrays.
     *
     * @param grams bucket of every n-gram of every word, or whatever it is a bag of
     * @param word which word each belongs to, counted {@code text·longest + position}
     * @param lengths words of each text
     * @param longest words that there is room for
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Group(long[] grams, long[] word, int[] lengths, int longest) {
        static Group of(List<int[][]> texts) {
            return of(texts, texts.stream().mapToInt(t -> t.length).max().orElse(0));
        }

        static Group of(List<int[][]> texts, int longest) {
            int total = texts.stream()
                    .flatMap(Arrays::stream)
                    .mapToInt(g -> g.length)
                    .sum();
            var group = new Group(new long[total], new long[total], new int[texts.size()], longest);
            int at = 0;
            for (int t = 0; t < texts.size(); t++) {
                int[][] text = texts.get(t);
                group.lengths[t] = text.length;
                for (int w = 0; w < text.length; w++) {
                    for (int gram : text[w]) {
                        group.grams[at] = gram;
                        group.word[at++] = (long) t * longest + w;
                    }
                }
            }
            return group;
        }

        /** (B, N): whether there is a word. */
        private boolean[] present() {
            boolean[] present = new boolean[lengths.length * longest];
            for (int t = 0; t < lengths.length; t++) {
                Arrays.fill(present, t * longest, t * longest + lengths[t], true);
            }
            return present;
        }
    }

    @Override
    public Tensor forward(Batch batch) {
        Tensor all = Tensor.concat(0, batch.groups.stream().map(this::forward).toList());
        return all.indexSelect(0, Tensor.of(batch.place, batch.place.length));
    }

    /** What is missing of a word is known by the rest of it. */
    @Override
    public boolean readsWhole() {
        return false;
    }

    @Override
    public boolean learns(String path) {
        return true;
    }

    /** Vectors of the words of plain texts: (B, longest, width), zeros where a text has no more. */
    public Tensor words(List<String> texts) {
        return states(Group.of(texts.stream().map(this::read).toList(), config.longest));
    }

    private Tensor forward(Group group) {
        return states(group).sum(1);
    }

    /** (B, N, width), zeros where there is no word. */
    private Tensor states(Group group) {
        int b = group.lengths.length;
        int n = group.longest;
        Tensor ids = Tensor.of(group.grams, group.grams.length);
        Tensor bags = Tensor.of(group.word, group.word.length);
        Tensor x = words.forward(ids, bags, b * n).reshape(b, n, -1); // (B, N, W)
        Tensor present = Tensor.of(group.present(), b, n);
        Tensor y = transformer.forward(x, Transformer.Inputs.masked(present));
        return y.times(present.to(DType.F32).unsqueeze(2));
    }

    /** {@link #forward} of plain texts. */
    public Tensor encode(List<String> texts) {
        List<int[][]> read = new ArrayList<>();
        for (String text : texts) {
            read.add(read(text));
        }
        return forward(Batch.of(read));
    }
}
