package sensorium.app;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.io.Safetensors;
import sensorium.multimodal.model.ParityCases;
import sensorium.nn.ParityCase;

/** {@code run MODEL --in IN --out OUT}: raw tensors in, raw tensors out. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Run a model on raw tensors (safetensors), such as features writes, and write its outputs.",
            "Names are those of the reference library: pixel_values in, logits out. What a model takes it says where a",
            "tensor is missing, left over, misshapen, of another type, or has ids that the model does not know."
        })
final class RunCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "MODEL", description = "The folder of a published model, a run folder, or minilm.")
    private Path model;

    @Option(
            names = "--in",
            required = true,
            paramLabel = "IN",
            description = "The inputs; or a dump, whose input.* are taken and whose other values are passed over.")
    private Path in;

    @Option(names = "--out", required = true, paramLabel = "OUT", description = "The safetensors file to write.")
    private Path out;

    @Option(
            names = "--trace",
            description = "Write every named intermediate too, as trace. and the name of its module in checkpoints.")
    private boolean trace;

    @Override
    public void run() {
        common.backend();
        ParityCase known = ParityCases.open(ModelNames.folder(model));
        known.run(
                Safetensors.open(in).tensors(), in.toString(), trace, values -> TensorsFile.write(common, out, values));
    }
}
