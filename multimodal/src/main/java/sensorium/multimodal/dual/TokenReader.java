package sensorium.multimodal.dual;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.tensor.Tensor;
import sensorium.text.ClipBpe;
import sensorium.text.Roberta;
import sensorium.text.TextTransformer;
import sensorium.text.Tokenizer;
import sensorium.text.TokenizerJson;
import sensorium.text.VocabAndMerges;
import sensorium.text.pipeline.SubwordTokenizer;
import sensorium.text.pipeline.TokenizerFiles;

/** A text → what a text tower is fed: its tokens between those that begin and end a text, cut to what the tower has places for. */
final class TokenReader {
    private final Function<String, int[]> ids;

    private TokenReader(Function<String, int[]> ids) {
        this.ids = ids;
    }

    /** CLIP's. */
    static TokenReader clip(Path folder, TextTransformer.Config tower) {
        ClipBpe tokenizer = ClipBpe.open(folder);
        requireFits(tokenizer, tower.vocabulary(), folder);
        return between(tokenizer, ClipBpe.START_OF_TEXT, ClipBpe.END_OF_TEXT, tower.length());
    }

    /** RoBERTa's: GPT-2's tokens between {@code <s>} and {@code </s>}. */
    static TokenReader roberta(Path folder, Roberta.Config tower) {
        Path json = folder.resolve("tokenizer.json");
        Tokenizer tokenizer = Files.isRegularFile(json) ? TokenizerJson.read(json) : VocabAndMerges.read(folder);
        requireFits(tokenizer, tower.vocabulary(), folder);
        return between(tokenizer, "<s>", "</s>", tower.length());
    }

    /** SigLIP's: every text is as long as the tower has places, since the last of them stands for it. */
    static TokenReader siglip(Path folder, TextTransformer.Config tower) {
        SubwordTokenizer tokenizer = TokenizerFiles.openSubwords(folder);
        requireFits(tokenizer, tower.vocabulary(), folder);
        int padding = tokenizer.padding().orElseGet(() -> tokenizer.special("</s>"));
        return new TokenReader(text -> {
            int[] read = tokenizer.encodeForModel(text, tower.length()).ids();
            int[] all = Arrays.copyOf(read, tower.length());
            Arrays.fill(all, read.length, all.length, padding);
            return all;
        });
    }

    private static void requireFits(Tokenizer tokenizer, int vocabulary, Path folder) {
        if (tokenizer.size() > vocabulary) {
            throw new BadInputException(folder + ": the tokenizer has " + tokenizer.size() + " tokens, the model "
                    + vocabulary + "; are they of the same model?");
        }
    }

    private static TokenReader between(Tokenizer tokenizer, String begin, String end, int length) {
        int first = tokenizer.special(begin);
        int last = tokenizer.special(end);
        return new TokenReader(text -> {
            IntStream inner = IntStream.of(tokenizer.encode(text)).limit(Math.max(0, length - 2));
            return IntStream.concat(IntStream.concat(IntStream.of(first), inner), IntStream.of(last))
                    .toArray();
        });
    }

    /** A text with a mask that hides nothing. */
    Map<String, Tensor> inputs(String text) {
        Tensor ids = read(text);
        long[] mask = new long[ids.dim(1)];
        Arrays.fill(mask, 1);
        return Map.of("input_ids", ids, "attention_mask", Tensor.of(mask, 1, mask.length));
    }

    /** (1, T), I64. */
    Tensor read(String text) {
        long[] row = IntStream.of(ids.apply(text)).asLongStream().toArray();
        return Tensor.of(row, 1, row.length);
    }
}
