package sensorium.vision;

import java.util.List;
import java.util.function.IntConsumer;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.nn.Embedding;
import sensorium.nn.GuidedScores;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Positions;
import sensorium.nn.TokenChoice;
import sensorium.nn.Trace;
import sensorium.nn.Transformer;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * Which tokens follow which: pictures of a class are written token by token, row by row, by the one transformer (Esser et al.,
 * arXiv:2012.09841), and read by what made the tokens.
 *
 * @param pictures what made the tokens
 * @param labels class → what stands before the first token; that of no class is the last
 * @param output scores of the next token
 */
public record TokenPrior(
        PictureTokenizer pictures,
        Embedding labels,
        Embedding codes,
        Transformer transformer,
        Linear output,
        Config config)
        implements Module {

    /** @param labels names of the classes */
    public record Config(List<String> labels, PictureTokenizer.Config pictures, TransformerConfig transformer) {
        public Config {
            labels = List.copyOf(labels);
            if (!transformer.causal()) {
                throw new IllegalArgumentException("[prior] a transformer that sees what follows cannot foretell it");
            }
        }

        /** Small enough to learn in minutes on a few cores. */
        public static Config small(List<String> labels, PictureTokenizer.Config pictures) {
            int length = pictures.tokens() * pictures.tokens();
            var transformer = TransformerConfig.of(128, 4, 4)
                    .with(new Positions.Config(Positions.Kind.LEARNED, length))
                    .causally();
            return new Config(labels, pictures, transformer);
        }

        /** Tokens of a picture. */
        public int length() {
            return pictures.tokens() * pictures.tokens();
        }
    }

    public static TokenPrior of(Weights w, Config c) {
        return of(w, c, PictureTokenizer.of(w.at("pictures"), c.pictures));
    }

    /** A new one for the tokens of what was trained before. */
    public static TokenPrior of(Weights w, Config c, PictureTokenizer pictures) {
        int width = c.transformer.width();
        return new TokenPrior(
                pictures,
                Embedding.of(w.at("labels"), c.labels.size() + 1, width),
                Embedding.of(w.at("codes"), c.pictures.codes(), width),
                Transformer.of(w.at("transformer"), c.transformer),
                Linear.of(w.at("output"), width, c.pictures.codes(), true),
                c);
    }

    /**
     * Scores of every token from those before it: (N), I64, and (N, T), I64 → (N, T + 1, codes).
     *
     * @param classes that of no class is the number of the labels
     */
    public Tensor forward(Tensor classes, Tensor tokens) {
        Tensor first = labels.forward(classes).unsqueeze(1); // (N, 1, D)
        Tensor x = Tensor.concat(1, List.of(first, codes.forward(tokens)));
        return Trace.note(this, output.forward(transformer.forward(x)));
    }

    /**
     * The number of a class.
     *
     * @throws BadInputException if none is called so
     */
    public int label(String name) {
        return ClassNames.number(config.labels, name);
    }

    /**
     * New pictures as tokens (N, h, w), I64; each token is computed once, with the keys and values of those before it kept.
     *
     * @param classes of each picture
     * @param guidance how far beyond what the class adds to the scores; 1 is not guided
     * @param seed the same gives the same pictures
     * @param watch is told each place that is done
     */
    public Tensor write(long[] classes, double guidance, TokenChoice choice, long seed, IntConsumer watch) {
        int n = classes.length;
        int length = config.length();
        long[] all = new long[n * length];
        try (var scores = new GuidedScores(transformer, output::forward, guidance)) {
            Scope.tidyRun(() -> {
                Tensor none = Tensor.full(config.labels.size(), n).to(DType.I64);
                Tensor withClass = labels.forward(Tensor.of(classes, n)).unsqueeze(1);
                Tensor without = labels.forward(none).unsqueeze(1);
                for (int place = 0; place < length; place++) {
                    var told = new GuidedScores.Read(withClass, null, null);
                    var untold = new GuidedScores.Read(without, null, null);
                    var random = Philox.keyed(seed, place);
                    long[] chosen = Scope.tidy(() -> choice.choose(scores.next(told, untold), random));
                    for (int i = 0; i < n; i++) {
                        all[i * length + place] = chosen[i];
                    }
                    withClass = codes.forward(Tensor.of(chosen, n)).unsqueeze(1);
                    without = withClass;
                    watch.accept(place);
                }
            });
        }
        int across = config.pictures.tokens();
        return Tensor.of(all, n, across, across);
    }
}
