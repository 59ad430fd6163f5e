package sensorium.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import sensorium.multimodal.data.DataSets;
import sensorium.text.bert.MiniLm;
import sensorium.text.bert.SentenceEncoder;
import sensorium.text.pipeline.Encoding;

/** all-MiniLM-L6-v2: sentences of 32 tokens to their vectors. */
final class SentenceCases {
    private static final int TOKENS = 32;
    private static final int WIDTH = 384;
    private static final int DEPTH = 6;
    /** Of words: what stands before are special tokens and characters. */
    private static final int FIRST_WORD = 2000;

    private SentenceCases() {}

    static List<Case> all() {
        return List.of(sentences(1), sentences(32));
    }

    private static Case sentences(int batch) {
        double flops = Models.transformerFlops(batch, TOKENS, WIDTH, 4 * WIDTH, DEPTH);
        return new Case("sentences/minilm batch " + batch, Roof.FMA, flops, 1e-3, () -> engines(batch));
    }

    private static List<Engine> engines(int batch) {
        Path folder = MiniLm.folder(DataSets.ofUser().cache().resolve("models"));
        SentenceEncoder encoder = SentenceEncoder.open(folder);
        int[] ids = new Random(1)
                .ints((long) batch * TOKENS, FIRST_WORD, encoder.tokenizer().size())
                .toArray();
        List<Encoding> texts = IntStream.range(0, batch)
                .mapToObj(i -> text(IntStream.range(i * TOKENS, (i + 1) * TOKENS)
                        .map(k -> ids[k])
                        .toArray()))
                .toList();
        return List.of(
                Ours.of(() -> encoder.forward(texts)), OnnxRuntime.sentences(folder.resolve("model.onnx"), ids, batch));
    }

    private static Encoding text(int[] ids) {
        return new Encoding(ids, new int[ids.length], new int[ids.length], ids.length);
    }
}
