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
import sensorium.diffusion.ClassDiffusion;
import sensorium.diffusion.Sampler;
import sensorium.memory.Scope;
import sensorium.multimodal.model.ModelFolder;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PictureGrid;
import sensorium.vision.PngWriter;

/** {@code generate MODEL}: pictures out of noise. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = {
            "Make pictures out of noise, by a model that was trained here or by the published diffusion transformer of digits.",
            "The same seed gives the same pictures."
        })
final class GenerateCommand implements Runnable {
    private static final int MOST = 4096;

    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "The folder of a diffusion model.")
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
        Sampler way = sampling.way();
        common.backend();
        ClassDiffusion diffusion = new ModelFolder(model).openDiffusion();
        double guidance = sampling.guidance(diffusion.guided());
        int kinds = diffusion.labels().size();
        int wanted = label == null ? -1 : diffusion.label(label);
        long[] classes = IntStream.range(0, count)
                .mapToLong(i -> label == null ? i % kinds : wanted)
                .toArray();
        int evaluations = way.over(diffusion.schedule(), diffusion.prediction(), sampling.steps)
                .evaluations();
        long began = System.nanoTime();
        Picture grid;
        try (var progress = new Progress()) {
            grid = Scope.tidy(() -> {
                Tensor pictures = diffusion.sample(
                        way,
                        sampling.steps,
                        classes,
                        guidance,
                        common.seed,
                        (_, i) -> progress.update("denoising", i + 1L, evaluations, ""));
                return PictureGrid.of(pictures, columns(kinds));
            });
        }
        double seconds = (System.nanoTime() - began) * 1e-9;
        PngWriter.write(grid, out);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", out.toString());
        json.put("n", count);
        json.put("labels", label == null ? diffusion.labels() : List.of(label));
        json.put("sampler", sampling.sampler);
        json.put("steps", sampling.steps);
        json.put("guidance", guidance);
        json.put("seed", common.seed);
        json.put("seconds", seconds);
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "%d pictures by %s in %d steps, %.1f s: %s",
                        count,
                        sampling.sampler,
                        sampling.steps,
                        seconds,
                        out));
    }

    /** As many as there are classes where all come in turn, else about as many as rows. */
    private int columns(int kinds) {
        return label == null ? Math.min(count, kinds) : (int) Math.ceil(Math.sqrt(count));
    }
}
