package sensorium.text.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.text.Fixtures;
import sensorium.text.Tokenizer;
import sensorium.text.pipeline.Encoding;

/** all-MiniLM-L6-v2 as published, against ONNX Runtime on the same file. */
class SentenceEncoderTest {
    private static final int SENTENCES = 200;

    @TempDir
    static Path shared;

    private static Path model;

    @BeforeAll
    static void unpack() {
        model = Fixtures.miniLm(shared.resolve("minilm"));
    }

    /** Of all lengths from a word to more than are read. */
    private static List<String> sentences() {
        var random = new Random(11);
        List<String> sentences = new ArrayList<>(List.of("", "a", "Hello, world!", "[SEP]"));
        for (int i = sentences.size(); i < SENTENCES; i++) {
            var text = new StringBuilder();
            int lines = i % 20 == 0 ? 40 : random.nextInt(1 + i % 6) + 1;
            for (int k = 0; k < lines; k++) {
                text.append(Fixtures.line(12, 50 * i + k)).append(' ');
            }
            sentences.add(text.toString());
        }
        return sentences;
    }

    @Test
    void vectorsAreThoseOfOnnxRuntime() throws OrtException {
        SentenceEncoder encoder = SentenceEncoder.open(model);
        List<String> sentences = sentences();
        float[][] ours = encoder.encode(sentences);
        int longest = 0;
        double error = 0;
        double cosine = 1;
        try (OrtEnvironment environment = environment();
                var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session =
                    environment.createSession(model.resolve("model.onnx").toString(), options)) {
                for (int i = 0; i < sentences.size(); i++) {
                    Encoding read = encoder.read(sentences.get(i));
                    longest = Math.max(longest, read.length());
                    double[] theirs = unitMean(environment, session, read.ids());
                    double dot = 0;
                    for (int d = 0; d < theirs.length; d++) {
                        error = Math.max(error, Math.abs(theirs[d] - ours[i][d]));
                        dot += theirs[d] * ours[i][d];
                    }
                    cosine = Math.min(cosine, dot);
                }
            }
        }
        assertThat(longest).isEqualTo(256);
        assertThat(error).isLessThanOrEqualTo(2e-5);
        assertThat(cosine).isGreaterThanOrEqualTo(0.999999);
    }

    private static OrtEnvironment environment() {
        try {
            return OrtEnvironment.getEnvironment();
        } catch (LinkageError e) {
            return Assumptions.abort("no ONNX Runtime for this platform: " + e);
        }
    }

    /** The mean of the last states, of length one, in double precision. */
    private static double[] unitMean(OrtEnvironment environment, OrtSession session, int[] ids) throws OrtException {
        long[][] tokens = new long[1][ids.length];
        long[][] mask = new long[1][ids.length];
        for (int i = 0; i < ids.length; i++) {
            tokens[0][i] = ids[i];
            mask[0][i] = 1;
        }
        try (OnnxTensor t = OnnxTensor.createTensor(environment, tokens);
                OnnxTensor m = OnnxTensor.createTensor(environment, mask);
                OnnxTensor kinds = OnnxTensor.createTensor(environment, new long[1][ids.length]);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", t, "attention_mask", m, "token_type_ids", kinds))) {
            float[][] states = ((float[][][]) result.get(0).getValue())[0];
            double[] mean = new double[states[0].length];
            double squares = 0;
            for (int d = 0; d < mean.length; d++) {
                for (float[] state : states) {
                    mean[d] += state[d] / states.length;
                }
                squares += mean[d] * mean[d];
            }
            for (int d = 0; d < mean.length; d++) {
                mean[d] /= Math.sqrt(squares);
            }
            return mean;
        }
    }

    @Test
    void longTextsAreCutAndTooLongOnesRefused() {
        SentenceEncoder encoder = SentenceEncoder.open(model);
        Encoding read = encoder.read("word ".repeat(300));
        assertThat(read.length()).isEqualTo(256);
        assertThat(read.whole()).isEqualTo(302);
        assertThat(read.isCut()).isTrue();
        assertThat(encoder.encode(List.of("word ".repeat(300)))[0])
                .isEqualTo(encoder.encode(List.of("word ".repeat(254)))[0]);
        assertThatThrownBy(() -> encoder.encode(List.of("a".repeat(Tokenizer.MAX_CHARACTERS + 1))))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("characters");
        assertThat(encoder.encode(List.of())).isEmpty();
    }

    /** An export that ends early, a vocabulary that is another's, a step after the transformer that is not known. */
    @Test
    void damagedFoldersEndInOneLine(@TempDir Path folder) throws Exception {
        for (String name : List.of("config.json", "tokenizer.json", "model.onnx", "modules.json")) {
            Files.copy(model.resolve(name), folder.resolve(name));
        }
        Path pooling = Files.createDirectory(folder.resolve("1_Pooling")).resolve("config.json");
        Files.writeString(pooling, "{\"word_embedding_dimension\": 384, \"pooling_mode_max_tokens\": true}");
        assertRefused(folder, "pooling_mode_max_tokens");
        Files.writeString(pooling, "{\"word_embedding_dimension\": 385}");
        assertRefused(folder, "word_embedding_dimension");
        Files.writeString(pooling, "{}");
        Files.writeString(folder.resolve("modules.json"), "[{\"type\": \"sentence_transformers.models.Dense\"}]");
        assertRefused(folder, "Dense");
        Files.writeString(folder.resolve("modules.json"), "[{\"path\": \"../..\", \"type\": \"x.Pooling\"}]");
        assertRefused(folder, "outside");
        Files.writeString(folder.resolve("modules.json"), "[]");
        assertThat(SentenceEncoder.open(folder).width()).isEqualTo(384);

        String config = Files.readString(model.resolve("config.json"));
        Files.writeString(folder.resolve("config.json"), config.replace("30522", "30521"));
        assertRefused(folder, "word_embeddings.weight is (30522,384), the model needs (30521,384)");
        Files.writeString(folder.resolve("config.json"), config);
        String tokens = Files.readString(model.resolve("tokenizer.json"));
        String more = tokens.replaceFirst("\"added_tokens\": ?\\[", "$0{\"id\": 30522, \"content\": \"new\"},");
        Files.writeString(folder.resolve("tokenizer.json"), more);
        assertRefused(folder, "tokenizer has 30523 tokens, its model knows 30522");
        Files.writeString(folder.resolve("tokenizer.json"), tokens);
        Path onnx = folder.resolve("model.onnx");
        try (var file = FileChannel.open(onnx, StandardOpenOption.WRITE)) {
            file.truncate(file.size() / 2);
        }
        assertRefused(folder, "not a sound ONNX file");
        Files.delete(onnx);
        assertRefused(folder, "model.safetensors: no such file");
    }

    private static void assertRefused(Path folder, String fault) {
        assertThatThrownBy(() -> SentenceEncoder.open(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(fault);
    }
}
