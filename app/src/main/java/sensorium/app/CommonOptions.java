package sensorium.app;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sensorium.backend.Backend;
import sensorium.backend.Backends;
import sensorium.nn.PublishedFolder;
import sensorium.op.Verification;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** What every command takes. */
final class CommonOptions {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--json", description = "Print the result as one line of JSON on standard output.")
    boolean json;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "Where to compute: cpu, opencl[:N] or reference (default: the fastest there is).")
    String device;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of every random number (default: ${DEFAULT-VALUE}).")
    long seed = 0;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of the CPU kernels (default: all cores). Does not change results.")
    void threads(int n) {
        if (n < 1) {
            throw new ParameterException(command.commandLine(), "--threads must be at least 1");
        }
        System.setProperty("sensorium.threads", Integer.toString(n));
    }

    @Option(names = "--profile", description = "When done, say on standard error which ops took how long.")
    boolean profile;

    @Option(
            names = "--verify",
            description =
                    "Run every op on the CPU too (what the CPU does, on the reference) and stop at the first that differs by more than rounding; slow.")
    boolean verify;

    @Option(
            names = "--tune",
            description = "Time the OpenCL kernels that suit each new class of shapes, and keep what is fastest here.")
    void tune(boolean yes) {
        System.setProperty("sensorium.opencl.tune", Boolean.toString(yes));
    }

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            description =
                    "What OpenCL rounds the factors of products to, where the device has tensor cores: f32, tf32 or "
                            + "bf16 (default: f32).")
    void precision(String type) {
        System.setProperty("sensorium.opencl.precision", type);
    }

    @Option(names = "--allow-nan", description = "Open published models with weights that are not numbers (NaN) too.")
    void allowNaN(boolean yes) {
        System.setProperty(PublishedFolder.ALLOW_NAN, Boolean.toString(yes));
    }

    /** Opens the device that was asked for and makes it the standard one. */
    Backend backend() {
        if (device != null) {
            Backends.setStandard(Backends.open(device));
        }
        Backend backend = Backends.current();
        if (verify) {
            Verification.start(Backends.open(backend.device().kind().equals("cpu") ? "reference" : "cpu"));
        }
        return backend;
    }

    /** Prints a result: as JSON if that was asked for, else as the given text. */
    void print(Object result, String text) {
        System.out.println(json ? JSON.writeValueAsString(result) : text);
    }

    /** One line for people that is not a result: standard error, nothing when the output is JSON and not a terminal. */
    void say(String line) {
        System.err.println(line);
    }
}
