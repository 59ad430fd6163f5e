package sensorium.diffusion;

import java.util.List;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;
import sensorium.text.NGrams;
import sensorium.text.TextEncoder;
import sensorium.vision.ClassNames;

/** What a model can be asked for in words, and how it is told. */
public sealed interface Asking {
    /** What can be asked for, where that is a list; empty where it is any text. */
    List<String> labels();

    /** Whether this can be asked for. */
    boolean knows(String asked);

    /**
     * One row for each of what is asked for.
     *
     * @throws BadInputException if something cannot be asked for
     */
    Conditioning of(List<String> asked);

    /** For {@code n} samples of nothing in particular: what guidance leads away from. */
    Conditioning none(int n);

    /**
     * Names of classes.
     *
     * @param labels the class of none has the number after the last
     */
    record Labels(List<String> labels) implements Asking {
        @Override
        public boolean knows(String asked) {
            return labels.contains(asked);
        }

        @Override
        public Conditioning of(List<String> asked) {
            long[] classes = asked.stream()
                    .mapToLong(name -> ClassNames.number(labels, name))
                    .toArray();
            return Conditioning.ofClasses(Tensor.of(classes, classes.length));
        }

        @Override
        public Conditioning none(int n) {
            return Conditioning.ofClasses(Tensor.full(labels.size(), n).to(DType.I64));
        }
    }

    /** Reads texts for a published model. */
    interface Reader {
        /** Of the vectors. */
        int width();

        /** One row of vectors for each text: (N, T, width), T the same for all, as the model was trained. */
        Tensor read(List<String> texts);
    }

    /**
     * Texts, as a published model reads them. The empty text stands for nothing in particular.
     *
     * @param reader cuts what is too long
     */
    record Prompts(Reader reader) implements Asking {
        @Override
        public List<String> labels() {
            return List.of();
        }

        @Override
        public boolean knows(String asked) {
            return true;
        }

        @Override
        public Conditioning of(List<String> asked) {
            return Conditioning.ofContext(Scope.tidy("texts", () -> reader.read(asked)));
        }

        @Override
        public Conditioning none(int n) {
            return Conditioning.ofContext(Scope.tidy("no text", () -> {
                Tensor one = reader.read(List.of(""));
                return one.expand(n, one.dim(1), one.dim(2)).contiguous();
            }));
        }
    }

    /**
     * Texts, read by an encoder: its vector of the whole and those of its words, each as long as a vector of unit variance. The empty
     * text stands for nothing in particular.
     */
    record Texts(TextEncoder encoder) implements Asking {
        @Override
        public List<String> labels() {
            return List.of();
        }

        @Override
        public Conditioning of(List<String> asked) {
            asked.forEach(this::requireShort);
            return read(asked);
        }

        @Override
        public boolean knows(String asked) {
            return words(asked) <= encoder.config().longest();
        }

        private static int words(String text) {
            return NGrams.normalise(text).strip().split(" ").length;
        }

        private void requireShort(String text) {
            if (!knows(text)) {
                throw new BadInputException("a prompt of %d words; this model reads at most %d: %s"
                        .formatted(
                                words(text),
                                encoder.config().longest(),
                                text.length() > 60 ? text.substring(0, 60) + "…" : text));
            }
        }

        @Override
        public Conditioning none(int n) {
            Conditioning one = read(List.of(""));
            return Conditioning.ofTexts(
                    one.pooled().expand(n, one.pooled().dim(1)),
                    one.context().expand(n, one.context().dim(1), one.context().dim(2)));
        }

        /** Longer texts are cut. */
        Conditioning read(List<String> texts) {
            Tensor pooled = Scope.tidy("texts", () -> unitVariance(encoder.encode(texts)));
            return Conditioning.ofTexts(pooled, Scope.tidy("words", () -> unitVariance(encoder.words(texts))));
        }

        private static Tensor unitVariance(Tensor x) {
            return x.normalize(-1, 1e-6).times(Math.sqrt(x.dim(-1)));
        }
    }
}
