package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.multimodal.model.ModelFolder;

/** {@code export RUN --out FOLDER}: a fine-tuned or a published model in its published layout. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Write the model of a run of train classify --from as a folder that its reference library opens:",
            "config.json, model.safetensors under the published names, and what belongs to it. Adapters are merged.",
            "A published model is written again as the library writes it today: shards and exports become one file."
        })
final class ExportCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "RUN", description = "A run of train classify --from, or the folder of a published model.")
    private Path run;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "The folder to make.")
    private Path out;

    @Override
    public void run() {
        common.backend();
        new ModelFolder(run).export(out);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", out.toString());
        common.print(json, out.toString());
    }
}
