package sensorium.nn.training;

/**
 * How the weights move. Start from {@link #adamW} and change what differs.
 *
 * @param rule how gradients change parameters
 * @param rate the peak learning rate
 * @param schedule its course
 * @param grouping which parameters differ
 * @param clip limit on the norm of all gradients, 0 for none
 * @param accumulate batches an update; their losses are averaged
 * @param ema decay of the averaged weights that are evaluated and saved, 0 for none
 */
public record Descent(
        UpdateRule rule, double rate, Schedule schedule, Grouping grouping, double clip, int accumulate, double ema) {

    /** AdamW (0.9, 0.99, decay 0.05), 5 % warm-up and cosine to 0, norm at most 1. */
    public static Descent adamW(double rate) {
        var rule = new UpdateRule.AdamW(0.9, 0.99, 0.05);
        return new Descent(rule, rate, new Schedule.Cosine(0.05, 0), Grouping.standard(), 1, 1, 0);
    }

    public Descent withRule(UpdateRule changed) {
        return new Descent(changed, rate, schedule, grouping, clip, accumulate, ema);
    }

    public Descent withRate(double changed) {
        return new Descent(rule, changed, schedule, grouping, clip, accumulate, ema);
    }

    public Descent withSchedule(Schedule changed) {
        return new Descent(rule, rate, changed, grouping, clip, accumulate, ema);
    }

    public Descent withGrouping(Grouping changed) {
        return new Descent(rule, rate, schedule, changed, clip, accumulate, ema);
    }

    public Descent withClip(double changed) {
        return new Descent(rule, rate, schedule, grouping, changed, accumulate, ema);
    }

    public Descent withAccumulate(int changed) {
        return new Descent(rule, rate, schedule, grouping, clip, changed, ema);
    }

    public Descent withEma(double changed) {
        return new Descent(rule, rate, schedule, grouping, clip, accumulate, changed);
    }
}
