package sensorium.diffusion;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import sensorium.BadInputException;
import sensorium.tensor.Tensor;
import sensorium.text.ClipBpe;
import sensorium.text.HuggingFaceTextTransformer;
import sensorium.text.TextTransformer;

/**
 * Prompts of Stable Diffusion 1.x as CLIP's text tower reads them: the vectors of all tokens after the last norm. Every text is as long
 * as the tower has places; what is behind its end is filled up and seen like the rest, as in training.
 *
 * @param padding id of what fills up
 */
record ClipPrompts(TextTransformer tower, ClipBpe tokenizer, int padding) implements Asking.Reader {
    /**
     * What is in the folders {@code text_encoder} and {@code tokenizer}.
     *
     * @throws BadInputException if one is not there, malformed, not known, or does not fit the other
     */
    static ClipPrompts open(Path pipeline) {
        Path folder = pipeline.resolve("tokenizer");
        TextTransformer tower = HuggingFaceTextTransformer.loadClip(pipeline.resolve("text_encoder"));
        ClipBpe tokenizer = ClipBpe.open(folder);
        TextTransformer.Config c = tower.config();
        if (tokenizer.size() > c.vocabulary() || c.length() < 2) {
            throw new BadInputException(folder + ": has " + tokenizer.size() + " tokens; the text encoder beside it "
                    + c.vocabulary() + ", and " + c.length() + " places for them; fetch the model again");
        }
        return new ClipPrompts(tower, tokenizer, tokenizer.padding(folder));
    }

    @Override
    public int width() {
        return tower.config().transformer().width();
    }

    /** Of a text that is too long the end is left out, but not the token that says so. */
    @Override
    public Tensor read(List<String> texts) {
        int length = tower.config().length();
        long[] ids = new long[texts.size() * length];
        Arrays.fill(ids, padding);
        for (int i = 0; i < texts.size(); i++) {
            int[] read = tokenizer.encodeForModel(texts.get(i));
            int end = Math.min(read.length, length) - 1;
            for (int t = 0; t < end; t++) {
                ids[i * length + t] = read[t];
            }
            ids[i * length + end] = read[read.length - 1];
        }
        return tower.tokens(Tensor.of(ids, texts.size(), length), null);
    }
}
