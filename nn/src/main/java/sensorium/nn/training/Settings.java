package sensorium.nn.training;

import java.util.Optional;
import java.util.regex.Pattern;
import sensorium.BadInputException;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code training} object of config.json: what was decided when the run began, {@code plan} and {@code steps} or
 * {@code minutes}, holds when it is continued; when it is finished, {@code steps} and {@code knots} say what it was.
 */
record Settings(RunFolder folder, Plan plan) {
    /** That of a {@link Descent}, as records print themselves. */
    private static final Pattern RATE = Pattern.compile(", rate=[^,]+, ");

    /** How long the folder's run was to be, nothing where none began. */
    static Optional<Length> length(RunFolder folder) {
        if (!(folder.config().get("training") instanceof ObjectNode known)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    known.has("minutes")
                            ? new Length.Minutes(known.path("minutes").asDouble(0))
                            : new Length.Steps(known.path("steps").asLong(0)));
        } catch (BadInputException e) {
            throw new BadInputException(folder.file("config.json") + ": " + e.getMessage(), e);
        }
    }

    /**
     * Records the plan, or compares it with the recorded one. Only the rate may have changed, for a run that diverged; config.json then
     * tells the new one, the log which step was made at which.
     *
     * @throws BadInputException if the run began under another
     */
    void begin() {
        ObjectNode config = folder.config();
        if (config.get("training") instanceof ObjectNode known) {
            Length length = length(folder).orElseThrow();
            String began = known.path("plan").asString("");
            if (!length.equals(plan.length()) || !atAnyRate(began).equals(atAnyRate(plan.identity()))) {
                throw new BadInputException(folder.path() + ": began with other settings (" + length + ", " + began
                        + "); continue with the same or start another folder");
            }
            if (!began.equals(plan.identity())) {
                known.put("plan", plan.identity());
                folder.writeConfig(config);
            }
            return;
        }
        ObjectNode training = config.putObject("training");
        switch (plan.length()) {
            case Length.Steps s -> training.put("steps", s.count());
            case Length.Minutes m -> training.put("minutes", m.count());
        }
        training.put("plan", plan.identity());
        folder.writeConfig(config);
    }

    private static String atAnyRate(String identity) {
        return RATE.matcher(identity).replaceFirst(", ");
    }

    /** Records the course that the run took. */
    void finish(Course course) {
        ObjectNode config = folder.config();
        config.withObject("/training").put("steps", course.total()).set("knots", course.json());
        folder.writeConfig(config);
    }
}
