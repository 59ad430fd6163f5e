package sensorium.app;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import sensorium.BadInputException;
import sensorium.backend.DeviceException;
import sensorium.memory.TensorMemoryException;
import sensorium.op.DivergenceException;
import sensorium.op.Verification;
import sensorium.tensor.ShapeException;

/** The command {@code sensorium}. Exits 0 when the work is done, 1 when it failed, 2 on wrong use. */
@Command(
        name = "sensorium",
        version = "sensorium 0.1.0",
        mixinStandardHelpOptions = true,
        description = "Words, pictures and sounds in one space.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DevicesCommand.class,
            DataCommand.class,
            DemoCommand.class,
            TrainCommand.class,
            EvalCommand.class,
            EmbedCommand.class,
            IndexCommand.class,
            SearchCommand.class,
            ClassifyCommand.class,
            TranscribeCommand.class,
            ListenCommand.class,
            CaptionCommand.class,
            GenerateCommand.class,
            TokenizeCommand.class,
            DetokenizeCommand.class,
            FeaturesCommand.class,
            RunCommand.class,
            ParityCommand.class,
            TraceCommand.class,
            ExportCommand.class
        })
public final class Main implements Runnable {
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene"); // held, or what is set is forgotten
    private static final Logger PREFERENCES = Logger.getLogger("java.util.prefs"); // the MIDI synthesiser has some
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;

    @Spec
    private CommandSpec spec;

    private Main() {}

    /** Without a command there is nothing to do but to show what can be done. */
    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    public static void main(String[] args) {
        run(new Main(), args);
    }

    /** Runs a command as the process's whole work: errors are one line each, the exit status says how it went. */
    public static void run(Object command, String[] args) {
        System.setProperty("java.awt.headless", "true");
        Locale.setDefault(Locale.ROOT); // numbers are written the same on every machine
        ErrorStream.adopt();
        LUCENE.setLevel(Level.WARNING); // it tells at length how it computes
        PREFERENCES.setLevel(Level.SEVERE); // it tells that it has made a folder, or could not
        System.exit(commandLine(command).execute(args));
    }

    /** The whole command line; tests run it in the process. */
    static CommandLine commandLine() {
        return commandLine(new Main());
    }

    private static CommandLine commandLine(Object command) {
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(Profiling.around(Main::runOne))
                .setParameterExceptionHandler(Main::wrongUse)
                .setExecutionExceptionHandler(Main::failed);
    }

    /** What a command switches on ends with it. */
    private static int runOne(ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } finally {
            Verification.stop();
        }
    }

    private static int wrongUse(ParameterException e, String[] args) {
        e.getCommandLine()
                .getErr()
                .println("sensorium: " + firstLine(e.getMessage()) + "; see: "
                        + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return WRONG_USE;
    }

    /** What a user can mend is one line; anything else is a defect of ours and shows where. */
    private static int failed(Exception e, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (e instanceof BadInputException
                || e instanceof ShapeException
                || e instanceof TensorMemoryException
                || e instanceof DivergenceException
                || e instanceof DeviceException) {
            err.println("sensorium: " + firstLine(e.getMessage()));
        } else {
            err.println("sensorium: defect: " + e);
            e.printStackTrace(err);
        }
        return FAILED;
    }

    private static String firstLine(String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("");
    }
}
