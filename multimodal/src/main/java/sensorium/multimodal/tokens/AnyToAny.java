package sensorium.multimodal.tokens;

import java.util.Arrays;
import java.util.List;
import sensorium.BadInputException;
import sensorium.audio.SoundCodec;
import sensorium.nn.Embedding;
import sensorium.nn.LayerNorm;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Pooling;
import sensorium.nn.Trace;
import sensorium.nn.Transformer;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Modulation;
import sensorium.nn.Weights;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;
import sensorium.text.Units;
import sensorium.vision.PictureTokenizer;

/**
 * From words, pictures or sounds to words, pictures or sounds: one vocabulary, one causal transformer, one set of weights. A row is
 * {@code what is asked for, what is given, separator, what is written}; see {@link Streams} for how a medium stands in it. Beside what
 * attention finds in it, the mean of all that is given adapts the norms, as labels do in DiT (Peebles and Xie, arXiv:2212.09748): which of a
 * few hundred things it is reaches every place from the first updates on, long before attention has learnt where to look.
 *
 * @param pictures what made the tokens of pictures
 * @param sounds what made those of sounds
 * @param codes a vector for each token of the vocabulary; those of one place are added
 * @param places a vector for each place of each medium, given and written; so what is written begins at its own first place, however long
 *     what is given is
 * @param meanNorm of the mean of what is given
 * @param output scores of every token
 */
public record AnyToAny(
        PictureTokenizer pictures,
        SoundCodec sounds,
        Embedding codes,
        Embedding places,
        LayerNorm meanNorm,
        Transformer transformer,
        Linear output,
        Vocabulary vocabulary,
        Config config)
        implements Module {
    /** How far vectors of tokens and places are from 0 in the beginning. */
    private static final double SPREAD = 0.02;

    private static final double EPS = 1e-6;

    /**
     * How large it is.
     *
     * @param stages of sound that are heard and made, as many as there are at most
     * @param longest text, units
     * @param merges of the units of texts: with so many as there are words a word is soon one unit, which is quickly told from others
     */
    public record Size(int width, int depth, int heads, int stages, int longest, int merges) {
        /** Small enough to learn a few hundred things in half an hour on two cores. */
        public static final Size SMALL = new Size(160, 4, 4, 4, 24, 1500);

        private static final int LONGEST = 4096;

        /** @throws BadInputException if there is no such transformer, or no such units */
        public Size {
            if (width < 1 || depth < 1 || heads < 1 || width % heads != 0 || longest < 1 || longest > LONGEST) {
                throw new BadInputException(
                        "no transformer is %d wide and %d deep with %d heads, of texts of %d units; the width is a multiple of the heads"
                                .formatted(width, depth, heads, longest));
            }
            if (merges < 0) {
                throw new BadInputException("there are no units of " + merges + " merges; name 0 or more");
            }
        }
    }

    /**
     * @param square side of the squares of picture tokens that are one step
     * @param stages of sound, the coarsest
     * @param longestText units
     * @param longestSound steps
     * @param language of texts that are written
     * @param speech the language in which sounds are made; empty where nobody speaks
     */
    public record Config(
            Units.Config units,
            PictureTokenizer.Config pictures,
            SoundCodec.Config sounds,
            int square,
            int stages,
            int longestText,
            int longestSound,
            String language,
            String speech,
            TransformerConfig transformer) {
        /** What of a sound is heard, and made. */
        private static final double SECONDS = 1.6;

        private static final int RGB = 3;

        public Config {
            if (!transformer.causal()
                    || square < 1
                    || pictures.tokens() % square != 0
                    || stages < 1
                    || stages > sounds.stages()) {
                throw new IllegalArgumentException("[any to any] no rows of squares of %d of %d tokens, %d of %d stages"
                        .formatted(square, pictures.tokens(), stages, sounds.stages()));
            }
        }

        /**
         * For the tokens of two codecs.
         *
         * @throws BadInputException if pictures are grey
         */
        public static Config of(
                Units units,
                PictureTokenizer.Config pictures,
                SoundCodec.Config sounds,
                String language,
                String speech,
                Size size) {
            if (pictures.channels() != RGB) {
                throw new BadInputException(
                        "the model of train vq knows grey pictures; any to any needs one of coloured"
                                + " pictures, such as: sensorium train vq --data stamps");
            }
            return new Config(
                    units.config(),
                    pictures,
                    sounds,
                    pictures.tokens() % 2 == 0 ? 2 : 1,
                    Math.clamp(size.stages, 1, sounds.stages()),
                    size.longest,
                    (int) (SECONDS * sounds.rate() / sounds.samplesPerToken()),
                    language,
                    speech,
                    TransformerConfig.of(size.width, size.depth, size.heads)
                            .causally()
                            .with(new Modulation(size.width, false)));
        }

        Vocabulary vocabulary() {
            int across = pictures.tokens() / square;
            return new Vocabulary(
                    new Streams(new Units(units).size(), 1, longestText, false),
                    new Streams(pictures.codes(), square * square, across * across, true),
                    new Streams(sounds.codes(), stages, longestSound, false));
        }
    }

    /** @throws BadInputException if the units make no vocabulary */
    public static AnyToAny of(Weights w, Config c) {
        return of(w, c, PictureTokenizer.of(w.at("pictures"), c.pictures), SoundCodec.of(w.at("sounds"), c.sounds));
    }

    private static AnyToAny of(Weights w, Config c, PictureTokenizer pictures, SoundCodec sounds) {
        int width = c.transformer.width();
        Vocabulary v = c.vocabulary();
        return new AnyToAny(
                pictures,
                sounds,
                Embedding.of(w.at("codes"), v.size(), width),
                Embedding.of(w.at("places"), v.places(), width),
                LayerNorm.of(w.at("meanNorm"), width, EPS),
                Transformer.of(w.at("transformer"), c.transformer),
                Linear.of(w.at("output"), width, v.size(), true),
                v,
                c);
    }

    /**
     * A new one for the tokens of what was trained before, which stays as it is. The tokens' vectors begin as what they say in their
     * codec, turned at random into the width of the transformer: so codes that look alike are alike from the start.
     */
    public static AnyToAny fresh(long seed, Config c, PictureTokenizer pictures, SoundCodec sounds) {
        AnyToAny fresh = of(Weights.random(seed), c, pictures, sounds);
        pictures.parameters().values().forEach(p -> p.setTrainable(false));
        sounds.parameters().values().forEach(p -> p.setTrainable(false));
        float[] table = fresh.codes.weight().value().toFloats();
        Vocabulary v = fresh.vocabulary;
        float[] seen = pictures.vq()
                .codebook()
                .vectors(Tensor.of(counting(c.pictures.codes()), c.pictures.codes()))
                .toFloats();
        for (int s = 0; s < v.picture().streams(); s++) {
            fresh.begin(table, Medium.PICTURE, s, seen, seed);
        }
        for (int s = 0; s < v.sound().streams(); s++) {
            var codebook = sounds.codebooks().stages().get(s);
            fresh.begin(table, Medium.SOUND, s, codebook.weight().value().toFloats(), seed);
        }
        fresh.codes.weight().set(Tensor.of(table, v.size(), c.transformer.width()));
        return fresh;
    }

    private static long[] counting(int n) {
        long[] all = new long[n];
        Arrays.setAll(all, i -> i);
        return all;
    }

    /** @param vectors (codes, width of a code) */
    private void begin(float[] table, Medium medium, int stream, float[] vectors, long seed) {
        int codes = vocabulary.of(medium).codes();
        int from = vectors.length / codes;
        int width = config.transformer.width();
        double square = 0;
        double[] mean = new double[from];
        for (int i = 0; i < vectors.length; i++) {
            mean[i % from] += (double) vectors[i] / codes;
        }
        for (int i = 0; i < vectors.length; i++) {
            square += Math.pow(vectors[i] - mean[i % from], 2);
        }
        double scale = SPREAD
                / Math.sqrt(Math.max(square / codes, 1e-12)); // so that the numbers of a turned vector are so large
        var random = Philox.keyed(seed, 1, medium.ordinal(), stream);
        for (int d = 0; d < width; d++) {
            int row = d * from;
            double[] turn = new double[from];
            Arrays.setAll(turn, j -> random.normal(row + j));
            for (int code = 0; code < codes; code++) {
                double sum = 0;
                for (int j = 0; j < from; j++) {
                    sum += (vectors[code * from + j] - mean[j]) * turn[j];
                }
                table[vocabulary.token(medium, stream, code) * width + d] = (float) (scale * sum);
            }
        }
    }

    /**
     * Scores of what is written, from what is given and what was written before.
     *
     * @param given of the medium that is given
     * @param written of the one that is written, T places of it, each seen by those after it alone
     * @return (N, T + 1, streams, alphabet)
     */
    Tensor forward(Direction d, Padded given, Padded written) {
        Tensor x = Tensor.concat(1, List.of(before(d, given), written(d.to(), written.tensor(), 0)));
        int first = given.places() + 1; // the separator
        var inputs = Inputs.conditioned(mean(given)).withMask(given.mask(1, written.places() + 1));
        Tensor y = transformer.forward(x, inputs);
        return Trace.note(this, scores(d.to(), y.slice(1, first, y.dim(1))));
    }

    /** What the norms are adapted to: (N, D). */
    Tensor mean(Padded given) {
        Tensor vectors = codes.forward(given.tensor()).sum(2); // (N, S, D)
        return meanNorm.forward(Pooling.mean(vectors, given.mask(0, 0)));
    }

    /** What stands before the first that is written: (N, S + 2, D). */
    Tensor before(Direction d, Padded given) {
        int n = given.rows();
        Tensor asked = mark(vocabulary.asking(d.to()), n);
        Tensor separator = mark(vocabulary.separator(), n);
        int first = vocabulary.firstPlace(d.from(), false);
        return Tensor.concat(1, List.of(asked, placed(given.tensor(), first), separator));
    }

    private Tensor mark(int token, int n) {
        return codes.forward(Tensor.full(token, n, 1).to(DType.I64)); // (N, 1, D)
    }

    /**
     * Tokens that are written (N, T, streams) → (N, T, D).
     *
     * @param at the first one's place
     */
    Tensor written(Medium medium, Tensor tokens, int at) {
        return placed(tokens, vocabulary.firstPlace(medium, true) + at);
    }

    private Tensor placed(Tensor tokens, int first) {
        Tensor x = codes.forward(tokens).sum(2); // (N, T, D)
        return x.plus(places.weight().value().slice(0, first, first + x.dim(1)));
    }

    /** (…, D) → (…, streams, alphabet) of a medium. */
    Tensor scores(Medium medium, Tensor hidden) {
        Streams s = vocabulary.of(medium);
        int base = vocabulary.base(medium);
        Tensor all = hidden.linear(
                output.weight().value().slice(0, base, base + s.size()),
                output.bias().value().slice(0, base, base + s.size()));
        return all.reshape(hidden.shape().range(0, hidden.rank() - 1).concat(Shape.of(s.streams(), s.alphabet())));
    }
}
