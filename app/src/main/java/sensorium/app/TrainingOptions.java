package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleToLongFunction;
import java.util.function.Supplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import sensorium.BadInputException;
import sensorium.nn.training.Length;
import sensorium.nn.training.Plan;
import sensorium.nn.training.RunFolder;
import tools.jackson.databind.node.ObjectNode;

/** What every recipe takes. */
final class TrainingOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "DATA",
            description = "A data folder, or the name of an installed set.")
    String data;

    @Option(names = "--out", required = true, paramLabel = "RUN", description = "The run folder to make.")
    Path out;

    @ArgGroup
    private HowLong howLong = new HowLong();

    /** Options as they would be given: so many minutes into a new folder. */
    static TrainingOptions of(String data, Path out, double minutes) {
        var options = new TrainingOptions();
        options.data = data;
        options.out = out;
        options.howLong.minutes = minutes;
        return options;
    }

    /** Either of the two. */
    static final class HowLong {
        @Option(names = "--minutes", paramLabel = "M", description = "Train about so long (default: 4).")
        Double minutes;

        @Option(names = "--epochs", paramLabel = "N", description = "Train on everything so many times.")
        Double epochs;
    }

    @Option(names = "--resume", description = "Go on with the run in the folder, in the same way as it began.")
    boolean resume;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Change a number of the recipe; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "The peak learning rate (default: the recipe's); a run that diverged goes on at a lower one.")
    private Double rate;

    @Option(
            names = "--trace",
            arity = "0..1",
            fallbackValue = "1e6",
            paramLabel = "BOUND",
            description =
                    "Look at every layer's result in every step, and stop at the first that is not finite or of a larger"
                            + " magnitude than this (${FALLBACK-VALUE} where none is given); slow.")
    private Double bound;

    /** A recipe's plan with what was asked for otherwise. */
    Plan plan(Plan usual) {
        Plan plan = rate == null ? usual : usual.withRate(rate);
        return bound == null ? plan : plan.withBound(bound);
    }

    Overrides overrides() {
        return new Overrides(settings);
    }

    /**
     * What was asked for; else what the run that goes on was to be; else 4 minutes.
     *
     * @param stepsOfEpochs how many steps so many epochs are
     */
    Length length(RunFolder folder, DoubleToLongFunction stepsOfEpochs) {
        if (howLong.epochs != null) {
            return new Length.Steps(stepsOfEpochs.applyAsLong(howLong.epochs));
        }
        if (howLong.minutes != null) {
            return new Length.Minutes(howLong.minutes);
        }
        return folder.length().orElse(new Length.Minutes(4));
    }

    /** @throws BadInputException if the length is none, or another number is of no use */
    void requirePositive() {
        if ((howLong.epochs != null && !(howLong.epochs > 0)) || (howLong.minutes != null && !(howLong.minutes > 0))) {
            throw new BadInputException("--minutes and --epochs must be above 0");
        }
        if ((rate != null && !(rate > 0 && Double.isFinite(rate))) || (bound != null && !(bound > 0))) {
            throw new BadInputException("--rate and --trace must be above 0");
        }
    }

    /** What is needed before a run can begin; where it cannot be had, the new folder is free for the next try. */
    <T> T orWithdraw(RunFolder folder, Supplier<T> preparation) {
        try {
            return preparation.get();
        } catch (BadInputException e) {
            if (!resume) {
                folder.withdraw();
            }
            throw e;
        }
    }

    /** The folder of the run, new or to be continued. */
    RunFolder folder(ObjectNode config) {
        return folder(out, config);
    }

    /** Likewise, of one run of several. */
    RunFolder folder(Path place, ObjectNode config) {
        return resume ? RunFolder.resume(place) : RunFolder.create(place, config);
    }
}
