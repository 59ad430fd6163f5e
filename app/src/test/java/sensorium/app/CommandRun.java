package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a command that was run in this process left. */
record CommandRun(int status, String out, String err) {
    JsonNode json() {
        assertThat(status).as(err).isZero();
        return JsonMapper.shared().readTree(out);
    }

    /** Runs a command; what it says on the way is no part of the result. */
    static CommandRun sensorium(Object... words) {
        var out = new ByteArrayOutputStream();
        var err = new StringWriter();
        PrintStream stdout = System.out;
        PrintStream stderr = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        try {
            int status = Main.commandLine()
                    .setErr(new PrintWriter(err, true))
                    .execute(Stream.of(words).map(Object::toString).toArray(String[]::new));
            return new CommandRun(
                    status,
                    out.toString(StandardCharsets.UTF_8).strip(),
                    err.toString().strip());
        } finally {
            System.setOut(stdout);
            System.setErr(stderr);
        }
    }
}
