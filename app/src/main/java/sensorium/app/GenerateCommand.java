package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.memory.Scope;
import sensorium.multimodal.model.ModelFolder;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PictureGrid;
import sensorium.vision.PngWriter;

/** {@code generate MODEL}: pictures out of noise, or token by token. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = {
            "Make pictures by a model that was trained here, out of noise or token by token, or by the published diffusion"
                    + " transformer of digits.",
            "The same seed gives the same pictures."
        })
final class GenerateCommand implements Runnable {
    private static final int MOST = 4096;

    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "The folder of a model of train diffusion or train tokens.")
    private Path model;

    @Option(names = "--label", paramLabel = "L", description = "The class of all pictures (default: all in turn).")
    private String label;

    @Option(names = "-n", paramLabel = "N", description = "How many pictures (default: ${DEFAULT-VALUE}).")
    private int count = 20;

    @Mixin
    private SamplingOptions sampling;

    @Option(
            names = "-o",
            paramLabel = "FILE",
            description = "Where the pictures go, as one PNG (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("generated.png");

    @Override
    public void run() {
        if (count < 1 || count > MOST) {
            throw new ParameterException(spec.commandLine(), "-n must be from 1 to " + MOST);
        }
        sampling.requireKnown();
        common.backend();
        PictureMaker maker = PictureMaker.open(new ModelFolder(model), sampling);
        int kinds = maker.labels().size();
        int wanted = label == null ? -1 : maker.label(label);
        long[] classes = IntStream.range(0, count)
                .mapToLong(i -> label == null ? i % kinds : wanted)
                .toArray();
        int evaluations = maker.evaluations();
        long began = System.nanoTime();
        Picture grid;
        try (var progress = new Progress()) {
            grid = Scope.tidy(() -> {
                Tensor pictures = maker.make(
                        classes, common.seed, i -> progress.update("making pictures", i + 1L, evaluations, ""));
                return PictureGrid.of(pictures, columns(kinds));
            });
        }
        double seconds = (System.nanoTime() - began) * 1e-9;
        PngWriter.write(grid, out);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", out.toString());
        json.put("n", count);
        json.put("labels", label == null ? maker.labels() : List.of(label));
        json.putAll(maker.settings());
        json.put("seed", common.seed);
        json.put("seconds", seconds);
        common.print(
                json,
                String.format(Locale.ROOT, "%d pictures in %d steps, %.1f s: %s", count, evaluations, seconds, out));
    }

    /** As many as there are classes where all come in turn, else about as many as rows. */
    private int columns(int kinds) {
        return label == null ? Math.min(count, kinds) : (int) Math.ceil(Math.sqrt(count));
    }
}
