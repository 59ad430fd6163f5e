package sensorium.app;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.app.report.Html;
import sensorium.app.report.Media;
import sensorium.app.report.Page;
import sensorium.diffusion.ClassDiffusion;
import sensorium.diffusion.Ddim;
import sensorium.diffusion.Noise;
import sensorium.diffusion.Sampler;
import sensorium.memory.Scope;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;
import sensorium.vision.PictureGrid;

/** What a model makes out of noise, as sections of a report. */
final class DiffusionView {
    private static final Sampler WAY = Ddim.usual();
    private static final int STEPS = 50;
    private static final double GUIDANCE = 2;
    /** Rows of the first picture. */
    private static final int EACH = 4;
    /** Labels that the other pictures show. */
    private static final int SOME = 6;

    private static final int FRAMES = 11;
    private static final double[] GUIDANCES = {1, 1.5, 2, 3, 5, 8};

    private DiffusionView() {}

    static List<Page.Section> of(ClassDiffusion model, long seed) {
        int some = Math.min(SOME, model.labels().size());
        return List.of(
                new Page.Section(
                        "What it makes",
                        "One column a label: " + String.join(", ", model.labels()) + ".",
                        samples(model, seed)),
                new Page.Section(
                        "From noise to picture",
                        "%d steps, from left to right; every row is another label.".formatted(STEPS),
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
                        between(model, some, seed)));
    }

    private static String plain(double x) {
        return x == Math.rint(x) ? Integer.toString((int) x) : Double.toString(x);
    }

    private static Html samples(ClassDiffusion model, long seed) {
        int kinds = model.labels().size();
        return picture(
                kinds,
                "samples",
                () -> model.sample(
                        WAY,
                        STEPS,
                        IntStream.range(0, EACH * kinds)
                                .mapToLong(i -> i % kinds)
                                .toArray(),
                        GUIDANCE,
                        seed,
                        (_, _) -> {}));
    }

    private static long[] first(int labels) {
        return IntStream.range(0, labels).mapToLong(i -> i).toArray();
    }

    private static Html film(ClassDiffusion model, int labels, long seed) {
        return picture(FRAMES, "a film", () -> {
            List<Tensor> frames = new ArrayList<>();
            var begin = Noise.seeded(seed).next(shape(model, labels));
            frames.add(begin);
            model.sample(WAY, STEPS, first(labels), GUIDANCE, begin, Noise.seeded(seed), (x, i) -> {
                if ((i + 1) % (STEPS / (FRAMES - 1)) == 0) {
                    frames.add(x.keep());
                }
            });
            Tensor all = columns(frames);
            frames.subList(1, frames.size()).forEach(Tensor::release);
            return all;
        });
    }

    private static Html guidances(ClassDiffusion model, int labels, long seed) {
        return picture(
                GUIDANCES.length,
                "a sweep of guidance",
                () -> columns(Arrays.stream(GUIDANCES)
                        .mapToObj(w -> model.sample(WAY, STEPS, first(labels), w, seed, (_, _) -> {}))
                        .toList()));
    }

    /** Along the sphere that normal noise of many dimensions lies on. */
    private static Html between(ClassDiffusion model, int labels, long seed) {
        return picture(FRAMES, "interpolation", () -> {
            Tensor from = Noise.seeded(seed).next(shape(model, labels));
            Tensor to = Noise.seeded(seed + 1).next(shape(model, labels));
            return columns(IntStream.range(0, FRAMES)
                    .mapToObj(i -> {
                        double angle = Math.PI / 2 * i / (FRAMES - 1);
                        Tensor mixed = from.times(Math.cos(angle)).plus(to.times(Math.sin(angle)));
                        return model.sample(
                                WAY, STEPS, first(labels), GUIDANCE, mixed, Noise.seeded(seed), (_, _) -> {});
                    })
                    .toList());
        });
    }

    private static Shape shape(ClassDiffusion model, int n) {
        return Shape.of(n, model.channels(), model.side(), model.side());
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
