package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.memory.Scope;
import sensorium.multimodal.model.Preprocessing;
import sensorium.tensor.Tensor;

/** {@code features MODEL FILE --out F}: exactly what a model's preprocessing feeds it. */
@Command(
        name = "features",
        mixinStandardHelpOptions = true,
        description = {
            "Write what a model's preprocessing makes of a picture, a sound or a text: the very tensors that it is fed,",
            "by the names that its reference library has for them. The command run takes them."
        })
final class FeaturesCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "The folder of a published model, a run folder, or minilm.")
    private Path model;

    @Parameters(index = "1", arity = "0..1", paramLabel = "FILE", description = "A picture or a sound.")
    private Path file;

    @Option(
            names = "--text",
            paramLabel = "T",
            description = "A text; beside a FILE where the model takes both, or alone.")
    private String text;

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "OUT",
            description = "The safetensors file to write.")
    private Path out;

    @Override
    public void run() {
        if (file == null && text == null) {
            throw new ParameterException(spec.commandLine(), "nothing to prepare: give a FILE or --text");
        }
        common.backend();
        Scope.tidyRun(() -> {
            Preprocessing preprocessing = Preprocessing.open(ModelNames.folder(model));
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            if (file != null) {
                inputs.putAll(preprocessing.ofFile(file));
            }
            if (text != null) {
                inputs.putAll(preprocessing.ofText(text));
            }
            TensorsFile.write(common, out, inputs);
        });
    }
}
