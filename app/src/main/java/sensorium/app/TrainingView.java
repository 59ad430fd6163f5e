package sensorium.app;

import java.util.Locale;
import sensorium.app.report.TimeTable;
import sensorium.nn.training.TrainingListener;

/** How a run goes: how much is done, loss, items a second and the time left, as a bar on a terminal, as a line every few seconds elsewhere. */
final class TrainingView implements TrainingListener {
    private static final double SECONDS_BETWEEN_LINES = 5;
    private static final int PER_CENT = 100;

    private final CommonOptions common;
    private final sensorium.app.Progress bar; // not the listener's
    private long lastLine = System.nanoTime();

    TrainingView(CommonOptions common, sensorium.app.Progress bar) {
        this.common = common;
        this.bar = bar;
    }

    @Override
    public void started(long made) {
        String from = made > 0 ? "from step " + made : "";
        bar.update("train", 0, PER_CENT, from);
        if (made > 0 && !bar.isShown()) {
            common.say(from);
        }
    }

    @Override
    public void stepped(TrainingListener.Progress p) {
        String text = String.format(
                Locale.ROOT,
                "step %d, loss %.3f, %.0f items/s, %s left",
                p.step(),
                p.loss(),
                p.itemsPerSecond(),
                TimeTable.seconds(p.secondsLeft()));
        int done = (int) (PER_CENT * p.done());
        bar.update("train", done, PER_CENT, text);
        boolean due = (System.nanoTime() - lastLine) * 1e-9 >= SECONDS_BETWEEN_LINES;
        if (!bar.isShown() && (due || p.done() == 1)) {
            lastLine = System.nanoTime();
            common.say("%d %%, %s".formatted(done, text));
        }
    }
}
