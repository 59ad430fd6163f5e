package sensorium.text.bert;

import java.util.Arrays;
import sensorium.nn.Linear;
import sensorium.nn.Training;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.text.TextEncoder;
import sensorium.text.TextTower;
import sensorium.text.pipeline.SubwordTokenizer;

/**
 * A published encoder of sentences as the text tower of a shared space: it stays as it is, and a projection into the space learns.
 *
 * @param projection (the encoder's width → the space's)
 */
public record SentenceTower(SentenceEncoder sentences, Linear projection) implements TextTower {
    private static final String LEARNT = "projection.";

    /**
     * What it is built from, besides a tokenizer.
     *
     * @param width of the space
     */
    public record Config(BertConfig bert, SentenceEncoder.Head head, int width) implements TextTower.Config {}

    /** One whose encoder is to be loaded. */
    public static SentenceTower of(Weights w, Config c, SubwordTokenizer tokenizer) {
        Bert bert = Bert.of(w.at("sentences").at("bert"), c.bert);
        return over(w, new SentenceEncoder(bert, tokenizer, c.head), c.width);
    }

    /** One over an encoder that is there. */
    public static SentenceTower over(Weights w, SentenceEncoder sentences, int width) {
        return new SentenceTower(sentences, Linear.of(w.at("projection"), sentences.width(), width, false));
    }

    public Config config() {
        return new Config(
                sentences.bert().config(),
                sentences.head(),
                projection.weight().value().dim(0));
    }

    /** Each token is a word of one id. */
    @Override
    public int[][] read(String text) {
        return Arrays.stream(sentences.read(text).ids())
                .mapToObj(id -> new int[] {id})
                .toArray(int[][]::new);
    }

    @Override
    public Tensor forward(TextEncoder.Batch batch) {
        Tensor all = Tensor.concat(0, batch.groups().stream().map(this::forward).toList());
        return all.indexSelect(0, Tensor.of(batch.place(), batch.size()));
    }

    private Tensor forward(TextEncoder.Group group) {
        int texts = group.lengths().length;
        long[] ids = new long[texts * group.longest()];
        boolean[] present = new boolean[ids.length];
        for (int i = 0; i < group.grams().length; i++) {
            int place = (int) group.word()[i];
            ids[place] = group.grams()[i];
            present[place] = true;
        }
        // What does not learn is not made harder either.
        return projection.forward(Training.pause(() -> sentences.forward(ids, present, texts)));
    }

    /** A token left out is another text. */
    @Override
    public boolean readsWhole() {
        return true;
    }

    @Override
    public boolean learns(String path) {
        return path.startsWith(LEARNT);
    }
}
