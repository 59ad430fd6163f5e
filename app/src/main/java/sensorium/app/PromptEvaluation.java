package sensorium.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.diffusion.DiffusionPipeline;
import sensorium.memory.Scope;
import sensorium.multimodal.CaptionedPictures;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.multimodal.judge.PromptJudge;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.stamps.Recall;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PictureGrid;

/**
 * Whether pictures made of words show what was said: each must find its own name among those of all pictures that were trained on, in a
 * shared space. Beside it the real pictures, as they are and as they come back from latents: more cannot be reached.
 */
record PromptEvaluation(CommonOptions common, DiffusionPipeline model, SamplingOptions sampling) {
    private static final int AT_ONCE = 50;

    void run(SpaceData data, Path space, int count, Progress progress) {
        if (space == null) {
            throw new BadInputException(
                    "pictures of words are judged by a shared space; name one of train shared-space with --space");
        }
        Material.Watcher watcher = (phase, done, total) -> progress.update(phase, done, total, "");
        var embedder = new Embedder(new ModelFolder(space).openSpace());
        var known = CaptionedPictures.of(data.training(), model.pictureSide(), watcher);
        List<String> names = IntStream.range(0, known.size())
                .mapToObj(i -> Material.concept(known.item(i)))
                .toList();
        var judge = new PromptJudge(embedder, names);
        int[] chosen = Arrays.stream(Philox.keyed(common.seed, -1).permutation(known.size()))
                .filter(i -> model.asking().knows(known.captions().get(i).getFirst()))
                .limit(count)
                .toArray();
        int n = chosen.length;
        List<String> asked = Arrays.stream(chosen)
                .mapToObj(i -> known.captions().get(i).getFirst())
                .toList();
        List<String> right = Arrays.stream(chosen).mapToObj(names::get).toList();
        long began = System.nanoTime();
        Recall made = judge.recognised(made(asked, progress), right);
        double seconds = (System.nanoTime() - began) * 1e-9;
        Recall ceiling = judge.recognised(real(known, chosen, true), right);
        Recall real = judge.recognised(real(known, chosen, false), right);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("found", made.r5());
        json.put("found_first", made.r1());
        json.put("found_through_latents", ceiling.r5());
        json.put("found_real", real.r5());
        json.put("interval", Recall.interval(made.r5(), n));
        json.put("names", judge.names());
        json.put("n", n);
        json.put("sampler", sampling.sampler == null ? "usual" : sampling.sampler);
        json.put("steps", sampling.steps);
        sampling.describe(json, model.usualGuidance());
        json.put("sampling_seconds", seconds);
        json.put("space", space.toString());
        common.print(
                json,
                String.format(
                        Locale.ROOT,
                        "of %d pictures %.1f %% find their name among the first five of %d (%.1f %% first); of real pictures"
                                + " %.1f %%, of real ones through the latents %.1f %%",
                        n,
                        100 * made.r5(),
                        judge.names(),
                        100 * made.r1(),
                        100 * real.r5(),
                        100 * ceiling.r5()));
    }

    private List<Picture> made(List<String> asked, Progress progress) {
        List<Picture> all = new ArrayList<>();
        for (int from = 0; from < asked.size(); from += AT_ONCE) {
            List<String> some = asked.subList(from, Math.min(asked.size(), from + AT_ONCE));
            progress.update("making pictures", from, asked.size(), "");
            long seed = common.seed + from;
            all.addAll(Scope.tidy(
                    () -> pictures(model.sample(sampling.sampling(model.usualGuidance()), some, seed, (_, _) -> {}))));
        }
        return all;
    }

    /** @param through whether they go through the latents, where there are some */
    private List<Picture> real(CaptionedPictures known, int[] chosen, boolean through) {
        int side = model.pictureSide();
        List<Picture> all = new ArrayList<>();
        for (int i : chosen) {
            float[] pixels = new float[3 * side * side];
            known.draw(i, pixels, 0);
            all.addAll(Scope.tidy(() -> {
                Tensor x = Tensor.of(pixels, 1, 3, side, side);
                return pictures(
                        through && model.latents() != null
                                ? model.latents().decode(model.latents().encode(x))
                                : x);
            }));
        }
        return all;
    }

    private static List<Picture> pictures(Tensor batch) {
        return IntStream.range(0, batch.dim(0))
                .mapToObj(i -> PictureGrid.of(batch.slice(0, i, i + 1), 1))
                .toList();
    }
}
