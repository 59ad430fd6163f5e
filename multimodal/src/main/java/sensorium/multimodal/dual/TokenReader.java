package sensorium.multimodal.dual;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.tensor.Tensor;
import sensorium.text.ClipBpe;
import sensorium.text.Roberta;
import sensorium.text.TextTransformer;
import sensorium.text.Tokenizer;
import sensorium.text.TokenizerJson;
import sensorium.text.VocabAndMerges;

/** A text → what a text tower is fed: its tokens between those that begin and end a text, cut to what the tower has places for. */
final class TokenReader {
    private final Tokenizer tokenizer;
    private final int begin;
    private final int end;
    private final int length;

    private TokenReader(Tokenizer tokenizer, String begin, String end, int length, int vocabulary, Path folder) {
        this.tokenizer = tokenizer;
        this.begin = tokenizer.special(begin);
        this.end = tokenizer.special(end);
        this.length = length;
        if (tokenizer.size() > vocabulary) {
            throw new BadInputException(folder + ": the tokenizer has " + tokenizer.size() + " tokens, the model "
                    + vocabulary + "; are they of the same model?");
        }
    }

    /** CLIP's. */
    static TokenReader clip(Path folder, TextTransformer.Config tower) {
        ClipBpe tokenizer = ClipBpe.open(folder);
        return new TokenReader(
                tokenizer, ClipBpe.START_OF_TEXT, ClipBpe.END_OF_TEXT, tower.length(), tower.vocabulary(), folder);
    }

    /** RoBERTa's: GPT-2's tokens between {@code <s>} and {@code </s>}. */
    static TokenReader roberta(Path folder, Roberta.Config tower) {
        Path json = folder.resolve("tokenizer.json");
        Tokenizer tokenizer = Files.isRegularFile(json) ? TokenizerJson.read(json) : VocabAndMerges.read(folder);
        return new TokenReader(tokenizer, "<s>", "</s>", tower.length(), tower.vocabulary(), folder);
    }

    /** (1, T), I64. */
    Tensor read(String text) {
        IntStream inner = IntStream.of(tokenizer.encode(text)).limit(Math.max(0, length - 2));
        long[] ids = IntStream.concat(IntStream.concat(IntStream.of(begin), inner), IntStream.of(end))
                .asLongStream()
                .toArray();
        return Tensor.of(ids, 1, ids.length);
    }
}
