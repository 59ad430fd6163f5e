package sensorium.app;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.app.report.Html;
import sensorium.app.report.Media;
import sensorium.app.report.Page;
import sensorium.diffusion.Conditioning;
import sensorium.diffusion.DiffusionPipeline;
import sensorium.diffusion.DpmSolver;
import sensorium.diffusion.Noise;
import sensorium.diffusion.NoisingProcess;
import sensorium.diffusion.Sampler;
import sensorium.diffusion.Sampling;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;
import sensorium.vision.PictureGrid;

/** What a model makes out of noise, as sections of a report. */
final class DiffusionView {
    private static final int STEPS = 20;
    /** Rows of the first picture. */
    private static final int EACH = 4;
    /** Labels that the other pictures show. */
    private static final int SOME = 4;

    private static final int FRAMES = 11;
    /** Pictures from one end of a row to the other. */
    private static final int BETWEEN = 6;

    private static final double[] GUIDANCES = {1, 1.5, 2, 3, 5, 8};

    private DiffusionView() {}

    /** Few steps, by a sampler that needs few where the model can be sampled by it. */
    private static Sampling guided(DiffusionPipeline model, double guidance) {
        Sampler few = model.process() instanceof NoisingProcess.Diffusion ? DpmSolver.usual() : null;
        return new Sampling(few, STEPS, guidance);
    }

    private static Sampling usual(DiffusionPipeline model) {
        return guided(model, model.usualGuidance());
    }

    /** @param shown what is asked for: labels, or texts */
    static List<Page.Section> of(DiffusionPipeline model, List<String> shown, long seed) {
        List<String> some = shown.subList(0, Math.min(SOME, shown.size()));
        return List.of(
                new Page.Section(
                        "What it makes",
                        "One column each: " + String.join(", ", shown) + ".",
                        samples(model, shown, seed)),
                new Page.Section(
                        "From noise to picture",
                        "%d steps, from left to right; the rows: %s.".formatted(STEPS, String.join(", ", some)),
                        film(model, some, seed)),
                new Page.Section(
                        "How much it is guided",
                        "The same noise in each row; from left to right a guidance of "
                                + String.join(
                                        ", ",
                                        Arrays.stream(GUIDANCES)
                                                .mapToObj(DiffusionView::plain)
                                                .toList())
                                + ".",
                        guidances(model, some, seed)),
                new Page.Section(
                        "From one noise to another",
                        "In between the two ends of a row the noise is mixed, and nothing else.",
                        between(model, some, seed)),
                new Page.Section(
                        "From one wish to another",
                        "The same noise all along; in between the two ends of a row what is asked for is mixed: "
                                + "how far the network is told of the one and of the other.",
                        wishes(model, some, seed)));
    }

    /** The first two alone. */
    static List<Page.Section> brief(DiffusionPipeline model, List<String> shown, String note, long seed) {
        List<String> some = shown.subList(0, Math.min(SOME, shown.size()));
        return List.of(
                new Page.Section(
                        "What it makes of words",
                        note + " One column each: " + String.join(", ", shown) + ".",
                        samples(model, shown, seed)),
                new Page.Section(
                        "From noise to picture",
                        "%d steps, from left to right; the rows: %s.".formatted(STEPS, String.join(", ", some)),
                        film(model, some, seed)));
    }

    private static String plain(double x) {
        return x == Math.rint(x) ? Integer.toString((int) x) : Double.toString(x);
    }

    private static Html samples(DiffusionPipeline model, List<String> shown, long seed) {
        int kinds = shown.size();
        List<String> asked = IntStream.range(0, EACH * kinds)
                .mapToObj(i -> shown.get(i % kinds))
                .toList();
        return picture(kinds, "samples", () -> model.sample(usual(model), asked, seed, (_, _) -> {}));
    }

    private static Html film(DiffusionPipeline model, List<String> asked, long seed) {
        return picture(FRAMES, "a film", () -> {
            List<Tensor> frames = new ArrayList<>();
            var begin = Noise.seeded(seed).next(model.shape(asked.size()));
            frames.add(model.pictures(begin));
            model.sample(usual(model), model.asking().of(asked), begin, Noise.seeded(seed), (x, i) -> {
                if ((i + 1) % (STEPS / (FRAMES - 1)) == 0) {
                    frames.add(model.pictures(x).keep());
                }
            });
            Tensor all = columns(frames);
            frames.subList(1, frames.size()).forEach(Tensor::release);
            return all;
        });
    }

    private static Html guidances(DiffusionPipeline model, List<String> asked, long seed) {
        return picture(
                GUIDANCES.length,
                "a sweep of guidance",
                () -> columns(Arrays.stream(GUIDANCES)
                        .mapToObj(w -> model.sample(guided(model, w), asked, seed, (_, _) -> {}))
                        .toList()));
    }

    /** Along the sphere that normal noise of many dimensions lies on. */
    private static Html between(DiffusionPipeline model, List<String> asked, long seed) {
        return picture(BETWEEN, "interpolation", () -> {
            Tensor from = Noise.seeded(seed).next(model.shape(asked.size()));
            Tensor to = Noise.seeded(seed + 1).next(model.shape(asked.size()));
            Conditioning told = model.asking().of(asked);
            return columns(IntStream.range(0, BETWEEN)
                    .mapToObj(i -> {
                        double angle = Math.PI / 2 * i / (BETWEEN - 1);
                        Tensor mixed = from.times(Math.cos(angle)).plus(to.times(Math.sin(angle)));
                        return model.sample(usual(model), told, mixed, Noise.seeded(seed), (_, _) -> {});
                    })
                    .toList());
        });
    }

    /** Each row from one of those asked for to the next. */
    private static Html wishes(DiffusionPipeline model, List<String> asked, long seed) {
        return picture(BETWEEN, "from one wish to another", () -> {
            Tensor begin = Noise.seeded(seed).next(model.shape(asked.size()));
            List<String> next = new ArrayList<>(asked);
            Collections.rotate(next, -1);
            return columns(IntStream.range(0, BETWEEN)
                    .mapToObj(i -> {
                        double share = (double) i / (BETWEEN - 1);
                        return model.sampleBetween(usual(model), asked, next, share, begin, Noise.seeded(seed));
                    })
                    .toList());
        });
    }

    /** Batches (N, C, H, W), each a column of the grid. */
    private static Tensor columns(List<Tensor> batches) {
        Tensor all = Tensor.stack(1, batches); // (N, columns, C, H, W)
        return all.flatten(0, 2);
    }

    private static Html picture(int columns, String name, java.util.function.Supplier<Tensor> pictures) {
        return Scope.tidy(() -> {
            return Media.grid(PictureGrid.of(pictures.get(), columns), name);
        });
    }
}
