package sensorium.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sensorium.nn.EmbeddingBag;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Transformer;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * Text → vector: every word is the bag of its character n-grams ({@link NGrams}), so that a word never seen, even of a
 * language never seen, lands near those it looks like; the words of a text attend to each other in a transformer; their sum
 * is projected.
 */
public record TextEncoder(EmbeddingBag words, Transformer transformer, Linear projection, Config config)
        implements Module {

    /**
     * @param grams how words become n-grams
     * @param transformer over the words; its width is that of a word
     * @param longest words of a text that are read; the rest is left out
     * @param out width of the result
     */
    public record Config(NGrams grams, TransformerConfig transformer, int longest, int out) {}

    public static TextEncoder of(Weights w, Config c) {
        int width = c.transformer.width();
        return new TextEncoder(
                EmbeddingBag.of(w.at("words"), c.grams.buckets(), width, true),
                Transformer.of(w.at("transformer"), c.transformer),
                Linear.of(w.at("projection"), width, c.out, false),
                c);
    }

    /** The n-gram buckets of each word of a text; at least one word, so that even an empty text has a vector. */
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
     * Texts side by side, as flat arrays.
     *
     * @param grams bucket of every n-gram of every word
     * @param word which word each belongs to, counted {@code text·longest + position}
     * @param lengths words of each text
     * @param longest words of the longest
     */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    public record Batch(long[] grams, long[] word, int[] lengths, int longest) {
        /** @param texts {@link #read} texts */
        public static Batch of(List<int[][]> texts) {
            int longest = texts.stream().mapToInt(t -> t.length).max().orElse(0);
            int total = texts.stream()
                    .flatMap(Arrays::stream)
                    .mapToInt(g -> g.length)
                    .sum();
            var batch = new Batch(new long[total], new long[total], new int[texts.size()], longest);
            int at = 0;
            for (int t = 0; t < texts.size(); t++) {
                int[][] text = texts.get(t);
                batch.lengths[t] = text.length;
                for (int w = 0; w < text.length; w++) {
                    for (int gram : text[w]) {
                        batch.grams[at] = gram;
                        batch.word[at++] = (long) t * longest + w;
                    }
                }
            }
            return batch;
        }

        public int size() {
            return lengths.length;
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

    /** B texts → (B, out), not normalised. */
    public Tensor forward(Batch batch) {
        int b = batch.size();
        int n = batch.longest;
        Tensor ids = Tensor.of(batch.grams, batch.grams.length);
        Tensor bags = Tensor.of(batch.word, batch.word.length);
        Tensor x = words.forward(ids, bags, b * n).reshape(b, n, -1); // (B, N, W)
        Tensor present = Tensor.of(batch.present(), b, n);
        Tensor y = transformer.forward(x, Transformer.Inputs.masked(present));
        Tensor sum = y.times(present.to(DType.F32).unsqueeze(2)).sum(1); // (B, W)
        return sum;
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
