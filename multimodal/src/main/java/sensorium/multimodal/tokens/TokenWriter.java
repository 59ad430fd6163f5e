package sensorium.multimodal.tokens;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.nn.GuidedScores;
import sensorium.nn.TokenChoice;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

/** Writes what is asked for, several rows at once, place after place; each place is computed once. */
public final class TokenWriter {
    /**
     * How it is written.
     *
     * @param guidance how far beyond what the given adds to the scores of pictures and sounds; 1 is not guided
     * @param seed the same gives the same
     */
    public record Options(double guidance, TokenChoice choice, long seed) {
        /** @throws BadInputException if the guidance is no number that scores can be multiplied by */
        public Options {
            if (!(guidance >= 0 && guidance <= 100)) {
                throw new BadInputException("the guidance must be from 0 to 100, not " + guidance);
            }
        }
    }

    private final AnyToAny model;
    private final Options options;
    private final Direction direction;
    private final Streams out;

    private TokenWriter(AnyToAny model, Direction direction, Options options) {
        this.model = model;
        this.direction = direction;
        this.options = options;
        this.out = model.vocabulary().of(direction.to());
    }

    /**
     * Writes a row for each that is given.
     *
     * @param given codes, (steps, streams) each
     * @param watch is told each place that is done
     * @return codes, (steps, streams) each, at least one step
     */
    public static List<int[]> write(
            AnyToAny model, Direction direction, List<int[]> given, Options options, IntConsumer watch) {
        return given.isEmpty() ? List.of() : new TokenWriter(model, direction, options).write(given, watch);
    }

    /** Places that are written, at most. */
    public static int places(AnyToAny model, Medium medium) {
        Streams s = model.vocabulary().of(medium);
        return s.places(s.steps());
    }

    private List<int[]> write(List<int[]> given, IntConsumer watch) {
        int n = given.size();
        var rows = new Rows(n, out);
        Padded told = Padded.given(model.vocabulary(), direction.from(), given);
        boolean[] all = new boolean[n];
        Arrays.fill(all, true);
        Padded untold = told.without(all);
        double guidance = direction.isGuided() ? options.guidance : 1;
        try (var scores =
                new GuidedScores(model.transformer(), hidden -> model.scores(direction.to(), hidden), guidance)) {
            Scope.tidyRun(() -> {
                Tensor mean = model.mean(told);
                Tensor none = model.mean(untold);
                for (int place = 0; !rows.isDone(place); place++) {
                    int at = place;
                    Scope.tidyRun(() -> {
                        // Masks and norms say what is given, so the vectors of both are the same.
                        Tensor x = at == 0
                                ? model.before(direction, told)
                                : model.written(
                                        direction.to(), rows.tokens(model.vocabulary(), direction, at - 1), at - 1);
                        rows.choose(
                                scores.next(
                                        new GuidedScores.Read(x, told.mask(1, 1 + at), mean),
                                        new GuidedScores.Read(x, untold.mask(1, 1 + at), none)),
                                at,
                                options);
                    });
                    watch.accept(place);
                }
            });
        }
        return rows.finished();
    }

    /** What is written so far. */
    private static final class Rows {
        private final Streams out;
        private final int[][] codes; // (steps, streams) each
        private final int[] steps; // of each row, as far as one knows: the most there can be until it has ended

        Rows(int n, Streams out) {
            this.out = out;
            this.codes = new int[n][out.steps() * out.streams()];
            this.steps = new int[n];
            Arrays.fill(steps, out.steps());
        }

        /** Whether nothing is to be said at a place, or at any later one. */
        boolean isDone(int place) {
            return Arrays.stream(steps).allMatch(s -> place >= s + out.streams() - 1);
        }

        /** @param scores (N, streams, alphabet) */
        void choose(Tensor scores, int place, Options how) {
            for (int s = 0; s < out.streams(); s++) {
                int step = place - s;
                if (step < 0 || step >= out.steps()) {
                    continue;
                }
                // The first stream can end, though not before there is anything.
                int choices = s == 0 && step > 0 && !out.fixed() ? out.alphabet() : out.codes();
                int stream = s;
                long[] chosen = Scope.tidy(() -> how.choice.choose(
                        scores.select(1, stream).slice(1, 0, choices), Philox.keyed(how.seed, place, stream)));
                for (int i = 0; i < codes.length; i++) {
                    if (step < steps[i] && chosen[i] == out.nothing()) {
                        steps[i] = step;
                    } else if (step < steps[i]) {
                        codes[i][step * out.streams() + s] = (int) chosen[i];
                    }
                }
            }
        }

        /** What stands at a place: (N, 1, streams). */
        Tensor tokens(Vocabulary v, Direction d, int place) {
            int streams = out.streams();
            long[] tokens = new long[codes.length * streams];
            for (int i = 0; i < tokens.length; i++) {
                int step = place - i % streams;
                int[] row = codes[i / streams];
                boolean there = step >= 0 && step < steps[i / streams];
                tokens[i] = v.token(d.to(), i % streams, there ? row[step * streams + i % streams] : out.nothing());
            }
            return Tensor.of(tokens, codes.length, 1, streams);
        }

        List<int[]> finished() {
            return IntStream.range(0, codes.length)
                    .mapToObj(i -> Arrays.copyOf(codes[i], steps[i] * out.streams()))
                    .toList();
        }
    }
}
