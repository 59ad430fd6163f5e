package sensorium.nn.training;

import java.util.function.DoubleToLongFunction;
import sensorium.BadInputException;
import tools.jackson.databind.node.ObjectNode;

/** The {@code training} object of config.json: what was decided when the run began, and holds when it is continued. */
record Settings(RunFolder folder, Plan plan) {
    /**
     * The run's number of updates: the recorded one, else the plan's, which is then recorded.
     *
     * @param measure from seconds to updates
     * @throws BadInputException if the run began under another plan
     */
    long steps(DoubleToLongFunction measure) {
        ObjectNode config = folder.config();
        if (config.get("training") instanceof ObjectNode known) {
            long recorded = known.path("steps").asLong(0);
            boolean sameLength = !(plan.length() instanceof Length.Steps s) || s.count() == recorded;
            if (!sameLength || !known.path("plan").asString("").equals(plan.identity())) {
                throw new BadInputException(folder.path() + ": began with other settings (" + recorded + " steps, "
                        + known.path("plan").asString("") + "); continue with the same or start another folder");
            }
            return recorded;
        }
        long steps = switch (plan.length()) {
            case Length.Steps s -> s.count();
            case Length.Minutes m -> measure.applyAsLong(m.count() * 60);
        };
        config.putObject("training").put("steps", steps).put("plan", plan.identity());
        folder.writeConfig(config);
        return steps;
    }
}
