package sensorium.multimodal.caption;

import java.util.ArrayList;
import java.util.List;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.multimodal.SharedSpaceConfig;
import sensorium.nn.CachedScores;
import sensorium.nn.Embedding;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Positions;
import sensorium.nn.TokenChoice;
import sensorium.nn.TokenSearch;
import sensorium.nn.Trace;
import sensorium.nn.Training;
import sensorium.nn.Transformer;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;
import sensorium.text.Units;

/**
 * A picture to words: the tokens of a vision transformer stand before the text in one row, which a causal transformer goes on with (Mokady
 * et al., arXiv:2111.09734; Wang et al., arXiv:2205.14100); or, where asked for, it attends to them instead. Units are 0 … U − 1; U ends a
 * text, U + 1 begins it.
 *
 * @param tower pictures to tokens
 * @param bridge from the tower's width to the decoder's
 * @param words the units' vectors, which are also the last projection
 */
public record Captioner(PatchEncoder tower, Linear bridge, Embedding words, Transformer decoder, Config config)
        implements Module {

    /**
     * @param side of the square pictures it sees, pixels
     * @param decoder causal; attends to a context where that is how it sees the picture
     * @param length units of a text, at most
     * @param towerLearns whether the tower was trained with the rest, or is that of a shared space, as it was
     */
    public record Config(
            int side,
            PatchEncoder.Config tower,
            Units.Config units,
            TransformerConfig decoder,
            int length,
            boolean towerLearns) {
        private static final int LENGTH = 64;

        /**
         * Small enough to learn the names of a few hundred things in minutes, with the tower of the small shared space.
         *
         * @param cross whether the decoder attends to the picture, which otherwise stands before the text
         */
        public static Config small(Units units, boolean cross) {
            var space = SharedSpaceConfig.small();
            return of(space.side(), space.picture(), units, cross, true);
        }

        /** A decoder for this tower. */
        public static Config of(int side, PatchEncoder.Config tower, Units units, boolean cross, boolean towerLearns) {
            int width = 96;
            int places = LENGTH + 1 + (cross ? 0 : tower.tokens());
            var decoder = TransformerConfig.of(width, 2, 4)
                    .with(TransformerConfig.Residual.PRE_NORM.dropping(0.1, 0))
                    .with(new Positions.Config(Positions.Kind.LEARNED, places))
                    .causally();
            return new Config(
                    side, tower, units.config(), cross ? decoder.attendingTo(width) : decoder, LENGTH, towerLearns);
        }

        boolean attends() {
            return decoder.contextWidth() > 0;
        }
    }

    /** @throws BadInputException if the units make no vocabulary */
    public static Captioner of(Weights w, Config c) {
        int width = c.decoder.width();
        return new Captioner(
                PatchEncoder.of(w.at("tower"), c.tower),
                Linear.of(w.at("bridge"), c.tower.transformer().width(), width, true),
                Embedding.of(w.at("words"), new Units(c.units).size() + 2, width),
                Transformer.of(w.at("decoder"), c.decoder),
                c);
    }

    /** A new one that sees by a tower that was trained before, and leaves it as it is. */
    public static Captioner of(Weights w, Config c, PatchEncoder tower) {
        Captioner fresh = of(w, c);
        tower.parameters().values().forEach(p -> p.setTrainable(false));
        return new Captioner(tower, fresh.bridge, fresh.words, fresh.decoder, c);
    }

    /** What ends a text. */
    public int end() {
        return words.weight().value().dim(0) - 2;
    }

    /** What begins it. */
    public int start() {
        return end() + 1;
    }

    /** Pictures (B, 3, side, side) of values 0…1 → what the decoder sees of them (B, P, D). */
    public Tensor see(Tensor pixels) {
        Tensor x = pixels.minus(0.5).times(4);
        // A tower that does not learn is used as it is: batch norms would otherwise follow what they see.
        Tensor tokens = config.towerLearns ? tower.tokens(x) : Training.pause(() -> tower.tokens(x));
        return bridge.forward(tokens);
    }

    /** What was seen (B, P, D) and ids (B, N) → logits of what follows each id (B, N, U + 2). */
    public Tensor forward(Tensor seen, Tensor ids) {
        return Scope.tidy("captions", () -> Trace.note(this, words.scores(hidden(seen, ids, null))));
    }

    private Tensor hidden(Tensor seen, Tensor ids, Transformer.Cache cache) {
        Tensor text = words.forward(ids);
        Inputs inputs = Inputs.NONE.withCache(cache);
        if (config.attends()) {
            return decoder.forward(text, Inputs.attendingTo(seen, null).withCache(cache));
        }
        if (cache != null && cache.length() > 0) {
            return decoder.forward(text, inputs);
        }
        Tensor all = decoder.forward(Tensor.concat(1, List.of(seen, text)), inputs);
        return all.slice(1, seen.dim(1), all.dim(1));
    }

    private CachedScores scores(Tensor seen) {
        return new CachedScores(decoder.newCache(), List.of(start()), (ids, cache) -> {
            Tensor all = hidden(seen, ids, cache);
            return words.scores(all.select(1, all.dim(1) - 1));
        });
    }

    /**
     * The likeliest text of one picture that was seen (1, P, D), as units.
     *
     * @param beams 1 for the best unit at each step
     */
    public TokenSearch.Found best(Tensor seen, int beams) {
        int start = start();
        try (CachedScores scores = scores(seen)) {
            return new TokenSearch(end(), beams, config.length)
                    .run(scores, (next, _) -> next[start] = Double.NEGATIVE_INFINITY);
        }
    }

    /** A text drawn as likely as it is. */
    public TokenSearch.Found drawn(Tensor seen, TokenChoice choice, long seed) {
        int end = end();
        List<Integer> written = new ArrayList<>();
        double logProbability = 0;
        try (CachedScores scores = scores(seen)) {
            while (written.size() < config.length) {
                double[] next = scores.next(List.of(List.copyOf(written)), new long[] {0})[0];
                next[start()] = Double.NEGATIVE_INFINITY;
                var random = Philox.keyed(seed, written.size());
                int chosen = (int) Scope.tidy(() -> choice.choose(Tensor.of(next, 1, next.length), random))[0];
                logProbability += next[chosen] - TokenSearch.logSum(next, 0);
                if (chosen == end) {
                    break;
                }
                written.add(chosen);
            }
        }
        return new TokenSearch.Found(written, logProbability);
    }
}
