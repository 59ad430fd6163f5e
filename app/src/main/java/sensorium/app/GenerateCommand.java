package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.multimodal.model.Preprocessing;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PictureGrid;
import sensorium.vision.PngWriter;

/** {@code generate MODEL}: pictures out of noise, or token by token; texts and sounds too by a model of any to any. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = {
            "Make pictures by a model that was trained here, out of noise or token by token, by the published diffusion"
                    + " transformer of digits, or by a Stable Diffusion 1.x.",
            "By a model of any to any: pictures, texts or sounds (--to), of --prompt, --image or --audio.",
            "The same seed gives the same pictures."
        })
final class GenerateCommand implements Runnable {
    private static final int MOST = 4096;
    private static final int PREVIEW_COLUMNS = 96;
    private static final int PREVIEW_ROWS = 16;

    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            description = "The folder of a model of train diffusion or train tokens, or of a published one.")
    private Path model;

    @ArgGroup
    private Wish wish = new Wish();

    /** Either of the two. */
    static final class Wish {
        @Option(
                names = "--label",
                paramLabel = "L",
                description = "The class of all pictures, or its number (default: all in turn).")
        private String label;

        @Option(
                names = "--prompt",
                paramLabel = "T",
                description = "What is to be seen, in words; may be repeated, and is taken in turn.")
        private List<String> prompts = List.of();
    }

    @Option(names = "-n", paramLabel = "N", description = "How many pictures (default: 20).")
    private Integer count;

    @Mixin
    private SamplingOptions sampling;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description =
                    "A picture that is changed into what is asked for; it is fitted to the model's size. Any to any: what is given.")
    private Path image;

    @Option(names = "--audio", paramLabel = "FILE", description = "Any to any: a sound that is given.")
    private Path audio;

    @Option(
            names = "--to",
            paramLabel = "WHAT",
            description =
                    "Any to any: what comes out: picture, text or sound (default: of words a picture, else a text).")
    private String to;

    @Option(
            names = "--strength",
            paramLabel = "S",
            description = "How much of it is changed: near 0 little, 1 all (default: 0.6; 1 with --mask).")
    private Double strength;

    @Option(
            names = "--mask",
            paramLabel = "FILE",
            description = "With --image: white where it is made anew, black where it stays as it is.")
    private Path mask;

    @Option(names = "--no-preview", description = "Do not show on the terminal what the pictures look like so far.")
    private boolean noPreview;

    @Option(
            names = "-o",
            paramLabel = "FILE",
            description =
                    "Where the pictures go, as one PNG (default: generated.png), or the sound, as WAV (default: generated.wav).")
    private Path out;

    @Override
    public void run() {
        if (count != null && (count < 1 || count > MOST)) {
            throw new ParameterException(spec.commandLine(), "-n must be from 1 to " + MOST);
        }
        if (image == null && (strength != null || mask != null)) {
            throw new ParameterException(spec.commandLine(), "--strength and --mask go with --image");
        }
        sampling.requireKnown();
        common.backend();
        OpenedModel opened = new ModelFolder(model).open();
        if (opened instanceof OpenedModel.AnyTokens any) {
            if (wish.label != null || strength != null || mask != null) {
                throw new BadInputException("any to any knows no --label, --strength and --mask; leave them");
            }
            new AnyToAnyMaking(common, sampling, wish.prompts, image, audio, to, count, out).run(any.model());
            return;
        }
        if (audio != null || to != null) {
            throw new BadInputException(
                    model + ": a " + opened.kind()
                            + " model, for which there is no --audio and no --to; train one with: sensorium train tokens --sound-vq");
        }
        pictures(PictureMaker.of(opened, new ModelFolder(model), sampling));
    }

    private void pictures(PictureMaker maker) {
        Path file = out == null ? Path.of("generated.png") : out;
        List<String> kinds = kinds(maker);
        int pictures = count == null ? Math.max(20, kinds.size()) : count;
        List<String> asked = IntStream.range(0, pictures)
                .mapToObj(i -> kinds.get(i % kinds.size()))
                .toList();
        int evaluations = maker.evaluations();
        long began = System.nanoTime();
        Picture grid;
        int columns = columns(kinds.size(), pictures);
        try (var progress = new Progress();
                var preview = Preview.onTerminal(PREVIEW_COLUMNS, PREVIEW_ROWS)) {
            boolean shown = !noPreview && !common.json && Preview.isPossible(progress.isShown(), System.getenv());
            PictureMaker.Watch watch = (i, soFar) -> {
                if (shown && soFar != null && preview.isDue()) {
                    preview.show(Scope.tidy(() -> PictureGrid.of(soFar.get(), columns)));
                }
                progress.update("making pictures", i + 1L, evaluations, "");
            };
            grid = Scope.tidy(() -> PictureGrid.of(
                    image == null ? maker.make(asked, common.seed, watch) : changed(maker, asked, watch), columns));
        }
        double seconds = (System.nanoTime() - began) * 1e-9;
        PngWriter.write(grid, file);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", file.toString());
        json.put("n", pictures);
        json.put("asked", kinds);
        json.putAll(maker.settings());
        json.put("seed", common.seed);
        json.put("seconds", seconds);
        common.print(
                json,
                String.format(
                        Locale.ROOT, "%d pictures in %d steps, %.1f s: %s", pictures, evaluations, seconds, file));
    }

    private Tensor changed(PictureMaker maker, List<String> asked, PictureMaker.Watch watch) {
        int[] shape = maker.shape();
        int n = asked.size();
        Tensor given = Preprocessing.pixels(shape[0], shape[1], image).expand(n, shape[0], shape[1], shape[2]);
        Tensor keep = mask == null
                ? null
                : Preprocessing.pixels(1, shape[1], mask).le(0).to(DType.F32).expand(n, 1, shape[1], shape[2]);
        double usual = mask == null ? 0.6 : 1;
        return maker.change(asked, given, keep, strength == null ? usual : strength, common.seed, watch);
    }

    /** What the pictures are of, in turn. */
    private List<String> kinds(PictureMaker maker) {
        boolean labelled = !maker.labels().isEmpty();
        if (labelled != wish.prompts.isEmpty()) {
            throw new BadInputException(
                    labelled
                            ? "this model knows labels and no texts; ask for one with --label: "
                                    + String.join(", ", maker.labels())
                            : "this model makes what is said in words; say it with --prompt \"…\"");
        }
        if (!labelled) {
            return wish.prompts;
        }
        return wish.label == null ? maker.labels() : List.of(wish.label);
    }

    /** As many as there are kinds where several come in turn, else about as many as rows. */
    private static int columns(int kinds, int pictures) {
        return kinds > 1 ? Math.min(pictures, kinds) : (int) Math.ceil(Math.sqrt(pictures));
    }
}
