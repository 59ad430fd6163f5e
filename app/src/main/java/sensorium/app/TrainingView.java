package sensorium.app;

import java.util.Locale;
import sensorium.app.report.TimeTable;
import sensorium.nn.training.TrainingListener;

/** How a run goes: loss, items a second and the time left, as a bar on a terminal, as a line every few seconds elsewhere. */
final class TrainingView implements TrainingListener {
    private static final double SECONDS_BETWEEN_LINES = 5;

    private final CommonOptions common;
    private final sensorium.app.Progress bar; // not the listener's
    private long lastLine = System.nanoTime();

    TrainingView(CommonOptions common, sensorium.app.Progress bar) {
        this.common = common;
        this.bar = bar;
    }

    @Override
    public void measuring() {
        bar.update("measure how many steps fit", 0, -1, "");
    }

    @Override
    public void started(long done, long total) {
        bar.update("train", done, total, done > 0 ? "from step " + done : "");
        if (!bar.isShown()) {
            common.say(done > 0 ? "from step %d of %d".formatted(done, total) : total + " steps");
        }
    }

    @Override
    public void stepped(TrainingListener.Progress p) {
        String text = String.format(
                Locale.ROOT,
                "loss %.3f, %.0f items/s, %s left",
                p.loss(),
                p.itemsPerSecond(),
                TimeTable.seconds(p.secondsLeft()));
        bar.update("train", p.step(), p.total(), text);
        boolean due = (System.nanoTime() - lastLine) * 1e-9 >= SECONDS_BETWEEN_LINES;
        if (!bar.isShown() && (due || p.step() == p.total())) {
            lastLine = System.nanoTime();
            common.say("step %d of %d: %s".formatted(p.step(), p.total(), text));
        }
    }
}
