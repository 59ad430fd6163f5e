package sensorium.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code sensorium}. Exits 0 when the work is done, 1 when it failed, 2 on wrong use. */
@Command(
        name = "sensorium",
        version = "sensorium 0.1.0",
        mixinStandardHelpOptions = true,
        description = "Words, pictures and sounds in one space.")
public final class Main implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Main() {}

    /** Without a command there is nothing to do but to show what can be done. */
    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
