package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.io.Safetensors;
import sensorium.multimodal.model.ParityCases;
import sensorium.multimodal.model.Preprocessing;
import sensorium.nn.ParityCase;

/** {@code trace MODEL INPUT --out DUMP}: every named intermediate of a model. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = {
            "Run a model and store its inputs, every named intermediate and its outputs as safetensors,",
            "in the layout that parity reads: what runs on another machine, device or version can be held against it."
        })
final class TraceCommand implements Runnable {
    private static final String RECORDING = ".safetensors";

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The folder of a published model, or a run folder.")
    private Path model;

    @Parameters(
            index = "1",
            paramLabel = "INPUT",
            description = "Inputs by their names in recordings (safetensors, input.*; another dump will do); or a"
                    + " picture or a sound, as features MODEL FILE feeds it.")
    private Path input;

    @Option(names = "--out", required = true, paramLabel = "DUMP", description = "The safetensors file to write.")
    private Path out;

    @Override
    public void run() {
        common.backend();
        ParityCase known = ParityCases.open(model);
        String source = input.toString();
        var recording = source.endsWith(RECORDING)
                ? new ParityCase.Recording(Safetensors.open(input).tensors(), source)
                : known.recording(Preprocessing.open(model).ofFile(input), source);
        known.record(recording, values -> {
            Safetensors.write(out, values, Map.of("format", "pt"));
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("file", out.toString());
            json.put("values", values.size());
            common.print(json, values.size() + " values: " + out);
        });
    }
}
