package sensorium.multimodal.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.nn.Losses;
import sensorium.nn.Losses.CrossEntropy;
import sensorium.nn.Module;
import sensorium.nn.training.Epochs;
import sensorium.nn.training.Length;
import sensorium.nn.training.Loss;
import sensorium.nn.training.Plan;
import sensorium.nn.training.Recipe;
import sensorium.nn.training.Step;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;
import sensorium.vision.TokenRecipe;

/**
 * How one transformer learns all directions: a batch holds some rows of each, and what is written is foretold code by code; what is given
 * is read, but not foretold. Rows of one direction are about equally long, so they are computed together. Now and then nothing is given
 * to what makes pictures and sounds, so that they can be guided; and some codes of given pictures and sounds are missing, so that they are
 * not learnt by heart.
 *
 * <p>What was written before is missing too, in some rows all of it, in the others more or less (word dropout: Bowman et al.,
 * arXiv:1511.06349). A few hundred things are soon known by heart, and then a handful of the codes before says nearly everything of the
 * next: of the hundreds of nats of a picture, which picture it is counts for six, and a model that reads its own writing never comes to look
 * at what it was given. A row of which all is missing is nothing but what is given and the place of each code.
 */
public final class AnyToAnyRecipe implements Recipe<AnyToAnyRecipe.Batch> {
    /** Rows of each direction. */
    public record Batch(List<Rows> parts) {}

    /**
     * Rows of one direction.
     *
     * @param toLearn (rows, places, streams)
     */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    record Rows(Direction direction, Padded given, Padded written, long[] toLearn) {
        /** With this given, and some codes missing of what was written before. */
        Rows forgetting(Vocabulary v, Padded seen, Padded.Missing forgotten) {
            return new Rows(direction, seen, written.missing(v, direction.to(), forgotten), toLearn);
        }
    }

    /**
     * How much of what.
     *
     * @param textToPicture rows of this direction in a batch, and so on
     * @param withheld probability of nothing being given
     * @param missing probability of a code of a given picture or sound being missing
     * @param blind probability of all that was written before being missing
     * @param forgotten up to which probability a code that was written before is missing in the other rows; each draws its own
     * @param asIs probability of a given thing not being varied
     */
    public record Options(
            int textToPicture,
            int pictureToText,
            int soundToText,
            int textToSound,
            int pictureToSound,
            double withheld,
            double missing,
            double blind,
            double forgotten,
            double asIs) {
        /** To tell things apart takes the most examples, so most rows go to words; a row of them is short. */
        public static final Options STANDARD = new Options(12, 8, 10, 10, 8, 0.1, 0.1, 0.5, 0.5, 0.5);

        /** @throws BadInputException if there are none of a direction, or a probability is none */
        public Options {
            if (Math.min(
                                    Math.min(textToPicture, pictureToText),
                                    Math.min(soundToText, Math.min(textToSound, pictureToSound)))
                            < 1
                    || !(withheld >= 0 && withheld < 1)
                    || !(missing >= 0 && missing < 1)
                    || !(blind >= 0 && blind <= 1)
                    || !(forgotten >= 0 && forgotten <= 1)
                    || !(asIs >= 0 && asIs <= 1)) {
                throw new BadInputException(
                        "a batch needs rows of each direction; withheld and missing are from 0 to below 1,"
                                + " blind, forgotten and asIs from 0 to 1");
            }
        }

        private int rows(Direction d) {
            return switch (d.to()) {
                case PICTURE -> textToPicture;
                case TEXT -> d.from() == Medium.PICTURE ? pictureToText : soundToText;
                case SOUND -> d.from() == Medium.PICTURE ? pictureToSound : textToSound;
            };
        }
    }

    /** Where there are few things, a batch shows each so often. */
    private static final int TIMES = 4;
    /** Rows of each direction that are measured in the end. */
    private static final int MEASURED = 64;

    private static final CrossEntropy PLAIN = CrossEntropy.PLAIN;

    private final AnyToAny model;
    private final Options options;
    private final long seed;
    private final Map<Direction, List<TokenBank.Entry>> things = new LinkedHashMap<>();
    private final Map<Direction, Epochs> epochs = new LinkedHashMap<>();

    public AnyToAnyRecipe(AnyToAny model, TokenBank bank, Options options, long seed) {
        this.model = model;
        this.options = options;
        this.seed = seed;
        for (Direction d : Direction.LEARNT) {
            List<TokenBank.Entry> known = bank.of(d);
            things.put(d, known);
            int rows = Math.min(options.rows(d), TIMES * known.size());
            epochs.put(d, new Epochs(known.size(), rows, seed + epochs.size()));
        }
    }

    /** As {@link TokenRecipe} learns. */
    public static Plan plan(long seed, Length length) {
        return TokenRecipe.plan(seed, length);
    }

    /** Updates that show everything in every direction so many times. */
    public long steps(double times) {
        return epochs.values().stream().mapToLong(e -> e.steps(times, 1)).max().orElseThrow();
    }

    @Override
    public Module model() {
        return model;
    }

    @Override
    public Batch batch(Step step) {
        List<Rows> parts = new ArrayList<>();
        for (Direction d : Direction.LEARNT) {
            parts.add(rows(d, step.batch(), Philox.keyed(seed, step.batch(), parts.size())));
        }
        return new Batch(parts);
    }

    private Rows rows(Direction d, long number, Philox random) {
        int[] chosen = epochs.get(d).batch(number);
        List<int[]> given = new ArrayList<>();
        List<int[]> wanted = new ArrayList<>();
        boolean[] dropped = new boolean[chosen.length];
        double[] forgotten = new double[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            TokenBank.Entry thing = things.get(d).get(chosen[i]);
            long draw = 7L * i;
            TokenBank.Views views = drawn(thing.given().get(d.from()), random, draw);
            given.add(random.uniform(draw + 1) < options.asIs ? views.plain() : drawn(views.rows(), random, draw + 2));
            wanted.add(drawn(thing.wanted().get(d.to()), random, draw + 3));
            dropped[i] = d.isGuided() && random.uniform(draw + 4) < options.withheld;
            forgotten[i] = random.uniform(draw + 6) < options.blind ? 1 : options.forgotten * random.uniform(draw + 5);
        }
        Rows rows = rows(d, given, wanted);
        double missing = d.from() == Medium.TEXT ? 0 : options.missing;
        var ofGiven = Philox.keyed(random.seed(), random.stream(), 1);
        var ofWritten = Philox.keyed(random.seed(), random.stream(), 2);
        Padded seen = rows.given
                .without(dropped)
                .missing(model.vocabulary(), d.from(), (_, at) -> ofGiven.uniform(at) < missing);
        return rows.forgetting(model.vocabulary(), seen, (row, at) -> ofWritten.uniform(at) < forgotten[row]);
    }

    private static <T> T drawn(List<T> some, Philox random, long draw) {
        return some.get(random.below(draw, some.size()));
    }

    /** Whole, as they are. */
    private Rows rows(Direction d, List<int[]> given, List<int[]> wanted) {
        Streams out = model.vocabulary().of(d.to());
        Padded written = Padded.written(model.vocabulary(), d.to(), wanted);
        int length = (written.places() + 1) * out.streams();
        long[] toLearn = new long[wanted.size() * length];
        Arrays.fill(toLearn, PLAIN.ignored());
        for (int i = 0; i < wanted.size(); i++) {
            long[] row = out.toLearn(wanted.get(i), PLAIN.ignored());
            System.arraycopy(row, 0, toLearn, i * length, row.length);
        }
        return new Rows(d, Padded.given(model.vocabulary(), d.from(), given), written, toLearn);
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor sum = null;
        int items = 0;
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (Rows rows : batch.parts) {
            Tensor surprise = surprise(rows);
            metrics.put(rows.direction.toString(), surprise.detached().item());
            sum = sum == null ? surprise : sum.plus(surprise);
            items += rows.given.rows();
        }
        return new Loss(sum.times(1.0 / batch.parts.size()), items, metrics);
    }

    /** Nats a code. */
    private Tensor surprise(Rows rows) {
        Streams out = model.vocabulary().of(rows.direction.to());
        Tensor scores = model.forward(rows.direction, rows.given, rows.written);
        Tensor targets = Tensor.of(rows.toLearn, rows.given.rows(), rows.written.places() + 1, out.streams());
        return Losses.crossEntropy(scores, targets, PLAIN);
    }

    /**
     * {@code surprise.text→picture} and so on: nats a code of what is known, as it is; {@code blind.text→picture} without sight of what was
     * written before, so by what is given alone.
     */
    @Override
    public Map<String, Double> evaluate() {
        Map<String, Double> measures = new LinkedHashMap<>();
        Map<String, Double> blind = new LinkedHashMap<>();
        for (Direction d : Direction.LEARNT) {
            List<TokenBank.Entry> some = things.get(d).stream().limit(MEASURED).toList();
            Rows rows = rows(
                    d,
                    some.stream()
                            .map(e -> e.given().get(d.from()).getFirst().plain())
                            .toList(),
                    some.stream().map(e -> e.wanted().get(d.to()).getFirst()).toList());
            measures.put("surprise." + d, Scope.tidy(() -> surprise(rows).item()));
            Rows unseen = rows.forgetting(model.vocabulary(), rows.given, (_, _) -> true);
            blind.put("blind." + d, Scope.tidy(() -> surprise(unseen).item()));
        }
        measures.putAll(blind);
        return measures;
    }
}
