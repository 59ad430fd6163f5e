package sensorium.multimodal.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    record Rows(Direction direction, Padded given, Padded written, long[] toLearn) {}

    /**
     * How much of what.
     *
     * @param rows of each direction in a batch
     * @param withheld probability of nothing being given
     * @param missing probability of a code of a given picture or sound being missing
     */
    public record Options(Map<Direction, Integer> rows, double withheld, double missing) {
        /** Pictures are the longest to write, so they get the most rows; sound to text has the most to tell apart. */
        public static final Options STANDARD = new Options(
                Map.of(
                        Direction.TEXT_TO_PICTURE, 16,
                        Direction.PICTURE_TO_TEXT, 8,
                        Direction.SOUND_TO_TEXT, 24,
                        Direction.TEXT_TO_SOUND, 8,
                        Direction.PICTURE_TO_SOUND, 8),
                0.1,
                0.1);
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
            int rows = Math.min(options.rows.get(d), TIMES * known.size());
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
        for (int i = 0; i < chosen.length; i++) {
            TokenBank.Entry thing = things.get(d).get(chosen[i]);
            long draw = 4L * i;
            given.add(missing(
                    d.from(),
                    drawn(drawn(thing.given().get(d.from()), random, draw).rows(), random, draw + 1),
                    i,
                    random));
            wanted.add(drawn(thing.wanted().get(d.to()), random, draw + 2));
            dropped[i] = d.isGuided() && random.uniform(draw + 3) < options.withheld;
        }
        return rows(d, given, wanted, dropped);
    }

    private static <T> T drawn(List<T> some, Philox random, long draw) {
        return some.get(random.below(draw, some.size()));
    }

    /** Without some of its codes. */
    private int[] missing(Medium medium, int[] row, int i, Philox random) {
        if (medium == Medium.TEXT || options.missing == 0) {
            return row;
        }
        var gaps = Philox.keyed(random.seed(), random.stream(), i);
        int nothing = model.vocabulary().of(medium).nothing();
        int[] left = row.clone();
        for (int j = 0; j < left.length; j++) {
            left[j] = gaps.uniform(j) < options.missing ? nothing : left[j];
        }
        return left;
    }

    private Rows rows(Direction d, List<int[]> given, List<int[]> wanted, boolean[] dropped) {
        Streams out = model.vocabulary().of(d.to());
        Padded written = Padded.written(model.vocabulary(), d.to(), wanted);
        int length = (written.places() + 1) * out.streams();
        long[] toLearn = new long[wanted.size() * length];
        Arrays.fill(toLearn, PLAIN.ignored());
        for (int i = 0; i < wanted.size(); i++) {
            long[] row = out.toLearn(wanted.get(i), PLAIN.ignored());
            System.arraycopy(row, 0, toLearn, i * length, row.length);
        }
        return new Rows(d, Padded.given(model.vocabulary(), d.from(), given).without(dropped), written, toLearn);
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

    /** {@code surprise.text→picture} and so on: nats a code of what is known, as it is. */
    @Override
    public Map<String, Double> evaluate() {
        Map<String, Double> measures = new LinkedHashMap<>();
        for (Direction d : Direction.LEARNT) {
            List<TokenBank.Entry> some = things.get(d).stream().limit(MEASURED).toList();
            Rows rows = rows(
                    d,
                    some.stream()
                            .map(e -> e.given().get(d.from()).getFirst().plain())
                            .toList(),
                    some.stream().map(e -> e.wanted().get(d.to()).getFirst()).toList(),
                    new boolean[some.size()]);
            measures.put("surprise." + d, Scope.tidy(() -> surprise(rows).item()));
        }
        return measures;
    }
}
