package sensorium.text.bert;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.Module;
import sensorium.nn.Pooling;
import sensorium.tensor.Tensor;
import sensorium.text.TokenizerJson;
import sensorium.text.pipeline.Encoding;
import sensorium.text.pipeline.SubwordTokenizer;
import sensorium.text.pipeline.TokenizerFiles;
import tools.jackson.databind.JsonNode;

/**
 * Text → vector as sentence-transformers publishes it (Reimers and Gurevych, arXiv 1908.10084): a BERT, one vector of its tokens, made
 * length one where the model says so.
 */
public record SentenceEncoder(Bert bert, SubwordTokenizer tokenizer, Head head) implements Module {
    /** Below this length a vector is not made one of length one; the reference's. */
    static final double EPS = 1e-12;

    private static final int BATCH = 32;
    private static final int LARGEST = 1 << 20;

    /**
     * What is done besides the transformer.
     *
     * @param first whether the first token is the text's vector; else it is the mean of all
     * @param unit whether it is made length one
     * @param longest tokens of a text that are read, special ones included; the rest is left out
     */
    public record Head(boolean first, boolean unit, int longest) {}

    /**
     * The model of a folder with its tokenizer. {@code modules.json} says what follows the transformer; without one it is the mean of
     * the tokens.
     *
     * @throws BadInputException if something is not there, malformed, does not fit the rest, or is not known here
     */
    public static SentenceEncoder open(Path folder) {
        SubwordTokenizer tokenizer = TokenizerFiles.openSubwords(folder);
        Bert bert = HuggingFaceBert.load(folder);
        if (tokenizer.size() > bert.config().vocabulary()) {
            throw new BadInputException(folder + ": its tokenizer has " + tokenizer.size() + " tokens, its model knows "
                    + bert.config().vocabulary() + "; they are not of one model");
        }
        int longest = Math.min(bert.config().places(), longest(folder, tokenizer));
        return new SentenceEncoder(
                bert, tokenizer, head(folder, bert.config().transformer().width(), longest));
    }

    private static int longest(Path folder, SubwordTokenizer tokenizer) {
        Path settings = folder.resolve("sentence_bert_config.json");
        int said = tokenizer.longest().orElse(Integer.MAX_VALUE);
        if (!Files.isRegularFile(settings)) {
            return said;
        }
        ModelConfigFile s = ModelConfigFile.read(settings);
        s.require("do_lower_case", false); // it is the tokenizer's business
        int longest = s.integer("max_seq_length", Math.min(said, LARGEST), LARGEST);
        s.refuseUnknown();
        return longest;
    }

    private static Head head(Path folder, int width, int longest) {
        Path list = folder.resolve("modules.json");
        boolean first = false;
        boolean unit = false;
        if (Files.isRegularFile(list)) {
            for (JsonNode module : TokenizerJson.parse(list)) {
                String type = module.path("type").asString("");
                switch (type.substring(type.lastIndexOf('.') + 1)) {
                    case "Transformer" -> {}
                    case "Pooling" -> first = poolsFirst(inside(folder, module), width);
                    case "Normalize" -> unit = true;
                    default ->
                        throw new BadInputException(list + ": the module \"" + type
                                + "\" is not known here; there are Transformer, Pooling and Normalize");
                }
            }
        }
        return new Head(first, unit, longest);
    }

    private static Path inside(Path folder, JsonNode module) {
        Path path = folder.resolve(module.path("path").asString("")).normalize();
        if (!path.startsWith(folder.normalize())) {
            throw new BadInputException(folder.resolve("modules.json") + ": names a folder outside of it");
        }
        return path;
    }

    private static boolean poolsFirst(Path folder, int width) {
        ModelConfigFile s = ModelConfigFile.read(folder.resolve("config.json"));
        boolean first = s.flag("pooling_mode_cls_token", false);
        boolean mean = s.flag("pooling_mode_mean_tokens", !first);
        if (first == mean) {
            throw s.fault("pooling_mode_mean_tokens", "and pooling_mode_cls_token must be one true and one false");
        }
        if (s.integer("word_embedding_dimension", width, LARGEST) != width) {
            throw s.fault("word_embedding_dimension", "is not the model's hidden_size, " + width);
        }
        s.ignore("include_prompt");
        s.refuseUnknown(); // pooling_mode_max_tokens and the like, where they are true
        return first;
    }

    /** Width of the vectors. */
    public int width() {
        return bert.config().transformer().width();
    }

    /**
     * Tokens of a text, special ones included; what is longer is left out at the end.
     *
     * @throws BadInputException if there is none, or the text is longer than {@link SubwordTokenizer#MAX_CHARACTERS}
     */
    public Encoding read(String text) {
        Encoding read = tokenizer.encodeForModel(text, head.longest);
        if (read.length() == 0) {
            throw new BadInputException("text: has no token, and this model puts none around it; give it a word");
        }
        return read;
    }

    /** Texts that were read, at least one → (B, width). */
    public Tensor forward(List<Encoding> texts) {
        int b = texts.size();
        int n = texts.stream().mapToInt(Encoding::length).max().orElse(0);
        long[] ids = new long[b * n];
        boolean[] present = new boolean[b * n];
        Arrays.fill(ids, tokenizer.padding().orElse(0));
        for (int t = 0; t < b; t++) {
            int[] tokens = texts.get(t).ids();
            for (int i = 0; i < tokens.length; i++) {
                ids[t * n + i] = tokens[i];
                present[t * n + i] = true;
            }
        }
        return forward(ids, present, b);
    }

    /**
     * The same of flat arrays.
     *
     * @param ids (B, N), something wherever there is no token
     * @param present (B, N), where there is one
     */
    Tensor forward(long[] ids, boolean[] present, int texts) {
        int n = ids.length / texts;
        boolean full = true;
        for (boolean p : present) {
            full &= p;
        }
        Tensor mask = full ? null : Tensor.of(present, texts, n);
        Tensor states = bert.forward(Tensor.of(ids, texts, n), null, mask); // (B, N, D)
        Tensor vectors = head.first ? states.select(1, 0) : Pooling.mean(states, mask);
        return head.unit ? vectors.normalize(-1, EPS) : vectors;
    }

    /** A vector for each text. Texts of about one length are computed together, so that little is padded. */
    public float[][] encode(List<String> texts) {
        List<Encoding> read = texts.stream().map(this::read).toList();
        int[] byLength = IntStream.range(0, read.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> read.get(i).length()))
                .mapToInt(Integer::intValue)
                .toArray();
        float[][] vectors = new float[read.size()][];
        for (int from = 0; from < byLength.length; from += BATCH) {
            int[] some = Arrays.copyOfRange(byLength, from, Math.min(byLength.length, from + BATCH));
            List<Encoding> batch = Arrays.stream(some).mapToObj(read::get).toList();
            float[] flat = Scope.tidy(() -> forward(batch).toFloats());
            for (int i = 0; i < some.length; i++) {
                vectors[some[i]] = Arrays.copyOfRange(flat, i * width(), (i + 1) * width());
            }
        }
        return vectors;
    }
}
