package sensorium.nn.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;
import tools.jackson.databind.node.ObjectNode;

/** Runs of so many minutes, on a clock that only the recipe moves. */
class TimedRunTest {
    private static final double SECONDS = 60;
    private static final Length MINUTE = new Length.Minutes(1);

    @TempDir
    Path temp;

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Seconds that one update takes. */
    private interface Cost {
        double at(Step step);
    }

    /** A machine that compiles during its first updates, and a second half whose updates take five times as long. */
    private static final Cost COLD_THEN_DEARER =
            step -> (step.fraction() < 0.5 ? 0.1 : 0.5) * (1 + 10 * Math.exp(-step.number() / 10.0));

    /** A toy whose updates take known times. */
    private static final class Timed implements Recipe<Toy.Batch> {
        private final Toy toy = new Toy(1);
        private final Cost cost;
        private final Map<Long, Double> composed = new ConcurrentHashMap<>();
        private final List<Step> begun = new ArrayList<>();
        private long nanos;

        Timed(Cost cost) {
            this.cost = cost;
        }

        long nanos() {
            return nanos;
        }

        @Override
        public Toy.Net model() {
            return toy.model();
        }

        @Override
        public Toy.Batch batch(Step step) {
            composed.put(step.batch(), step.fraction());
            return toy.batch(step);
        }

        @Override
        public void begin(Step step) {
            begun.add(step);
            toy.begin(step);
        }

        @Override
        public Loss loss(Toy.Batch batch, Step step) {
            assertThat(step.fraction())
                    .isEqualTo(composed.get(step.batch()))
                    .isEqualTo(begun.getLast().fraction());
            nanos += (long) (cost.at(step) / step.parts() * 1e9);
            return toy.loss(batch, step);
        }

        @Override
        public Map<String, Double> evaluate() {
            nanos += 3_000_000_000L; // no part of the time
            return toy.evaluate();
        }

        Trainer.Outcome train(Plan plan, RunFolder folder, TrainingListener listener) {
            return Trainer.train(this, plan, folder, listener, this::nanos);
        }
    }

    private static Plan plan(Length length, int loaders, int parts) {
        return Plan.of(3, length, Descent.adamW(0.03).withAccumulate(parts).withEma(0.9))
                .withEvaluation(50, "accuracy")
                .withCheckpoints(0)
                .withLoaders(loaders);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "4,1", "2,3"})
    void endsWhenItShouldThoughThePaceChanges(int loaders, int parts) {
        var recipe = new Timed(COLD_THEN_DEARER);
        try (RunFolder folder = Toy.fresh(temp.resolve("run"))) {
            var outcome = recipe.train(plan(MINUTE, loaders, parts), folder, TrainingListener.SILENT);
            assertThat(outcome.seconds()).isCloseTo(SECONDS, within(0.02 * SECONDS));
            assertThat(outcome.steps()).isEqualTo(recipe.begun.size());
        }
        double first = recipe.begun.stream()
                .filter(s -> s.fraction() < 0.5)
                .mapToDouble(COLD_THEN_DEARER::at)
                .sum();
        assertThat(first).as("half of the run is half of the time").isCloseTo(SECONDS / 2, within(0.1 * SECONDS));
        assertRises(recipe.begun);
    }

    /** What was left by the pace of the first stage is done before it is time to ask again. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void doesNotEndEarlyThoughASecondStageIsMuchCheaper(int loaders) {
        var recipe = new Timed(step -> step.fraction() < 0.2 ? 2 : 0.1);
        try (RunFolder folder = Toy.fresh(temp.resolve("run"))) {
            var outcome = recipe.train(plan(MINUTE, loaders, 1), folder, TrainingListener.SILENT);
            assertThat(outcome.seconds()).isCloseTo(SECONDS, within(0.05 * SECONDS));
        }
    }

    private static void assertRises(List<Step> steps) {
        assertThat(steps.getFirst().fraction()).isZero();
        double before = 0;
        for (int n = 1; n < steps.size(); n++) {
            assertThat(steps.get(n).number()).isEqualTo(n);
            assertThat(steps.get(n).fraction()).isGreaterThan(before).isLessThan(before + 0.05);
            before = steps.get(n).fraction();
        }
        assertThat(before).isBetween(0.95, Math.nextDown(1.0));
    }

    @Test
    void itsCourseIsRecorded() {
        var recipe = new Timed(COLD_THEN_DEARER);
        try (RunFolder folder = Toy.fresh(temp.resolve("run"))) {
            var outcome = recipe.train(plan(MINUTE, 1, 1), folder, TrainingListener.SILENT);
            ObjectNode config = folder.config();
            assertThat(config.get("model_type").asString()).isEqualTo("toy");
            assertThat(config.at("/training/minutes").asDouble()).isEqualTo(1);
            assertThat(config.at("/training/steps").asLong()).isEqualTo(outcome.steps());
            var course = Course.of(config.at("/training/knots"));
            assertThat(course.knots().size()).isBetween(10, 60);
            assertThat(course.total()).isEqualTo(outcome.steps());
            for (Step step : recipe.begun) {
                assertThat(course.fraction(step.number())).isCloseTo(step.fraction(), within(1e-12));
            }
        }
    }

    @Test
    void aRunThatWasCutOffGoesOnWithTheTimeThatIsLeft() {
        Path path = temp.resolve("run");
        Plan plan = plan(MINUTE, 2, 2);
        var before = new Timed(COLD_THEN_DEARER);
        TrainingListener cut = new TrainingListener() {
            @Override
            public void saved(long step) {
                if (step == 60) {
                    throw new Killed();
                }
            }
        };
        try (RunFolder folder = Toy.fresh(path)) {
            assertThatThrownBy(() -> before.train(plan, folder, cut)).isInstanceOf(Killed.class);
        }
        var after = new Timed(COLD_THEN_DEARER);
        try (RunFolder folder = RunFolder.resume(path)) {
            assertThat(folder.length()).contains(MINUTE);
            // With other loaders batches lie ready further or less far ahead.
            var outcome = after.train(plan.withLoaders(1), folder, TrainingListener.SILENT);
            assertThat(outcome.seconds()).isCloseTo(SECONDS, within(0.02 * SECONDS));
        }
        // What was ready when it was cut off has the same fraction when it is made again.
        // How much that was is the affair of the loaders' threads.
        for (Step step : after.begun) {
            Double fraction = before.composed.get(step.number() * step.parts());
            if (fraction != null) {
                assertThat(step.fraction()).isCloseTo(fraction, within(1e-12));
            }
        }
        List<Step> all = new ArrayList<>(before.begun);
        all.addAll(after.begun);
        assertRises(all);
    }

    @Test
    void aFinishedRunStaysAsItIs() throws Exception {
        Path path = temp.resolve("run");
        try (RunFolder folder = Toy.fresh(path)) {
            new Timed(step -> 1).train(plan(MINUTE, 1, 1), folder, TrainingListener.SILENT);
        }
        byte[] config = Files.readAllBytes(path.resolve("config.json"));
        var again = new Timed(step -> 1);
        try (RunFolder folder = RunFolder.resume(path)) {
            assertThat(again.train(plan(MINUTE, 1, 1), folder, TrainingListener.SILENT)
                            .steps())
                    .isEqualTo(60);
        }
        assertThat(again.begun).isEmpty();
        assertThat(Files.readAllBytes(path.resolve("config.json"))).isEqualTo(config);
        // It is continued under no other length, not even one that comes to as much.
        for (Length other : List.of(new Length.Minutes(2), new Length.Steps(60))) {
            try (RunFolder folder = RunFolder.resume(path)) {
                assertThatThrownBy(() -> again.train(plan(other, 1, 1), folder, TrainingListener.SILENT))
                        .isInstanceOf(BadInputException.class)
                        .hasMessageContaining("other settings");
            }
        }
    }

    @Test
    void aTimeShorterThanAnUpdateIsNotMuchExceeded() {
        var recipe = new Timed(step -> 50);
        try (RunFolder folder = Toy.fresh(temp.resolve("run"))) {
            assertThat(recipe.train(plan(MINUTE, 1, 1), folder, TrainingListener.SILENT)
                            .steps())
                    .isLessThanOrEqualTo(4); // the first, and what was ready by then
        }
    }

    @Test
    void progressGoesByTheClock() {
        List<TrainingListener.Progress> told = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void stepped(Progress progress) {
                told.add(progress);
            }
        };
        try (RunFolder folder = Toy.fresh(temp.resolve("run"))) {
            new Timed(step -> 0.5).train(plan(MINUTE, 1, 1), folder, listener);
        }
        assertThat(told.get(29).done()).isCloseTo(0.25, within(1e-9));
        assertThat(told.get(29).secondsLeft()).isCloseTo(45, within(1e-9));
        assertThat(told.stream().filter(p -> p.done() == 1)).containsExactly(told.getLast());
        assertThat(told.getLast().secondsLeft()).isZero();
    }
}
