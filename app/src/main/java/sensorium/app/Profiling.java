package sensorium.app;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ParseResult;
import sensorium.backend.Backends;
import sensorium.op.Profile;

/** {@code --profile}: a table of the ops on standard error when a command is done, also one that failed. */
final class Profiling {
    private Profiling() {}

    static IExecutionStrategy around(IExecutionStrategy strategy) {
        return parsed -> {
            if (!isAsked(parsed)) {
                return strategy.execute(parsed);
            }
            Profile profile = Profile.start();
            try {
                return strategy.execute(parsed);
            } finally {
                var err = parsed.commandSpec().commandLine().getErr();
                err.println(table(profile.stop()));
                Backends.opened().forEach(b -> b.diagnostics().forEach(line -> err.println(b.device() + ": " + line)));
            }
        };
    }

    private static boolean isAsked(ParseResult parsed) {
        ParseResult command = parsed;
        while (command.hasSubcommand()) {
            command = command.subcommand();
        }
        return command.commandSpec().mixins().values().stream()
                .anyMatch(mixin -> mixin.userObject() instanceof CommonOptions common && common.profile);
    }

    /** A line per op, the slowest first; shares are of the whole time, which the last two lines make full. */
    static String table(Profile.Summary summary) {
        double rest = Math.max(0, summary.seconds() - summary.kernelSeconds());
        return "%-20s %9s %11s %6s %9s %10s %7s%n".formatted("op", "calls", "ms", "share", "GFLOP/s", "MB", "GB/s")
                + summary.lines().stream()
                        .map(line -> line(line, summary.seconds()))
                        .collect(Collectors.joining())
                + row("outside ops", List.of("", ms(rest), share(rest, summary.seconds())))
                + row("in all", List.of("", ms(summary.seconds()), "")).stripTrailing();
    }

    private static String line(Profile.Line l, double all) {
        return String.format(
                Locale.ROOT,
                "%-20s %9d %11s %6s %9s %10.1f %7s%n",
                l.op(),
                l.calls(),
                ms(l.seconds()),
                share(l.seconds(), all),
                l.flops() == 0 ? "" : rate(l.flops(), l.seconds()),
                l.bytes() / 1e6,
                rate(l.bytes(), l.seconds()));
    }

    private static String row(String name, List<String> cells) {
        return "%-20s %9s %11s %6s%n".formatted(name, cells.get(0), cells.get(1), cells.get(2));
    }

    private static String ms(double seconds) {
        return String.format(Locale.ROOT, "%.1f", 1e3 * seconds);
    }

    private static String share(double seconds, double all) {
        return String.format(Locale.ROOT, "%.1f%%", all > 0 ? 100 * seconds / all : 0);
    }

    private static String rate(long amount, double seconds) {
        return seconds > 0 ? String.format(Locale.ROOT, "%.1f", amount / seconds / 1e9) : "";
    }
}
