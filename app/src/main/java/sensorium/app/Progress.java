package sensorium.app;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on a terminal, a line at each new phase where standard error is no terminal. */
public final class Progress implements AutoCloseable {
    // Only the launcher can tell: the JVM knows about standard input and output, not about standard error.
    private final boolean terminal = Boolean.getBoolean("sensorium.terminal");
    private ProgressBar bar;
    private String phase = "";

    /**
     * Says how far the work is.
     *
     * @param total units in all, or −1 where nobody knows
     */
    public void update(String newPhase, long done, long total, String extra) {
        if (!newPhase.equals(phase)) {
            close();
            phase = newPhase;
            if (terminal) {
                bar = new ProgressBarBuilder()
                        .setTaskName(newPhase)
                        .setInitialMax(Math.max(total, -1))
                        .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                        .setUpdateIntervalMillis(250)
                        .setConsumer(
                                new ConsoleProgressBarConsumer(System.err)) // by default the JVM's, which is filtered
                        .clearDisplayOnFinish()
                        .build();
            } else {
                System.err.println(newPhase);
            }
        }
        if (bar != null) {
            bar.maxHint(total);
            bar.stepTo(done);
            bar.setExtraMessage(extra);
        }
    }

    /** Whether a bar shows what goes on. */
    boolean isShown() {
        return terminal;
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
