package sensorium.nn.training;

import sensorium.BadInputException;
import tools.jackson.databind.node.ObjectNode;

/** The {@code training} object of config.json: what was decided when the run began, and holds when it is continued. */
record Settings(RunFolder folder, Plan plan) {
    interface Measure {
        long steps(double seconds);
    }

    /** The run's number of updates: the recorded one, else by the plan, which is then recorded. */
    long steps(Measure measure) {
        ObjectNode config = folder.config();
        if (config.get("training") instanceof ObjectNode known
                && known.path("steps").isIntegralNumber()) {
            String identity = known.path("plan").asString("");
            if (!identity.equals(plan.identity())) {
                throw new BadInputException(folder.path() + ": was trained with other settings (" + identity + ", now "
                        + plan.identity() + "); continue with the same or start another folder");
            }
            return known.path("steps").asLong();
        }
        long steps = switch (plan.length()) {
            case Length.Steps s -> s.count();
            case Length.Minutes m -> measure.steps(m.count() * 60);
        };
        config.putObject("training").put("steps", steps).put("plan", plan.identity());
        folder.writeConfig(config);
        return steps;
    }
}
