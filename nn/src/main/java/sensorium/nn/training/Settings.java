package sensorium.nn.training;

import java.util.Optional;
import sensorium.BadInputException;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code training} object of config.json: what was decided when the run began, {@code plan} and {@code steps} or
 * {@code minutes}, holds when it is continued; when it is finished, {@code steps} and {@code knots} say what it was.
 */
record Settings(RunFolder folder, Plan plan) {
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
     * Records the plan, or compares it with the recorded one.
     *
     * @throws BadInputException if the run began under another
     */
    void begin() {
        ObjectNode config = folder.config();
        if (config.get("training") instanceof ObjectNode known) {
            Length length = length(folder).orElseThrow();
            if (!length.equals(plan.length())
                    || !known.path("plan").asString("").equals(plan.identity())) {
                throw new BadInputException(folder.path() + ": began with other settings (" + length + ", "
                        + known.path("plan").asString("") + "); continue with the same or start another folder");
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

    /** Records the course that the run took. */
    void finish(Course course) {
        ObjectNode config = folder.config();
        config.withObject("/training").put("steps", course.total()).set("knots", course.json());
        folder.writeConfig(config);
    }
}
