package sensorium.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.multimodal.judge.PromptJudge;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.stamps.Recall;
import sensorium.multimodal.tokens.AnyToAny;
import sensorium.multimodal.tokens.AnyToAnyEvaluation;
import sensorium.multimodal.tokens.MediaCodec;
import sensorium.multimodal.tokens.TokenBank;
import sensorium.multimodal.tokens.TokenReading;

/** {@code eval} of a model of any to any: each output has to find its own name among all, in a shared space. */
record AnyToAnyScores(CommonOptions common, SamplingOptions sampling, AnyToAny model) {
    /** Of perturbations, far from those that training draws from. */
    private static final long FRESH = 1_000_000_007L;

    /**
     * @param space the shared space that judges
     * @param samples things of each direction
     */
    void run(SpaceData data, Path space, int samples, Material.Watcher watcher) {
        if (space == null) {
            throw new BadInputException(
                    "what comes out is judged by a shared space; name one of train shared-space with --space");
        }
        var embedder = new Embedder(new ModelFolder(space).openSpace());
        TokenBank bank = TokenReading.of(
                data.training(), new MediaCodec(model), TokenReading.Options.MEASURING, common.seed + FRESH, watcher);
        var judge = new PromptJudge(
                embedder, bank.entries().stream().map(TokenBank.Entry::name).toList());
        var writing = AnyToAnyMaking.asked(sampling, common.seed);
        long began = System.nanoTime();
        var scores = new AnyToAnyEvaluation(model, bank, judge, writing, common.seed).scores(samples, watcher);
        Map<String, Object> json = new LinkedHashMap<>();
        List<String> words = new ArrayList<>();
        scores.forEach((d, score) -> {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("first5", score.plain().r5());
            figures.put("first", score.plain().r1());
            figures.put(
                    "interval",
                    Recall.interval(score.plain().r5(), score.plain().n()));
            figures.put("perturbed_first5", score.perturbed().r5());
            figures.put("perturbed_first", score.perturbed().r1());
            figures.put("ceiling_first5", score.ceiling().r5());
            figures.put("ceiling_first", score.ceiling().r1());
            figures.put("n", score.plain().n());
            json.put(d.toString(), figures);
            words.add(String.format(
                    Locale.ROOT,
                    "%-15s %5.1f %% (%.1f %% freshly perturbed; real ones through their tokens %.1f %%), n = %d",
                    d,
                    100 * score.plain().r5(),
                    100 * score.perturbed().r5(),
                    100 * score.ceiling().r5(),
                    score.plain().n()));
        });
        json.put("names", judge.names());
        json.put("speech", model.config().speech());
        json.put("temperature", writing.choice().temperature());
        json.put("guidance", writing.guidance());
        json.put("sampling_seconds", (System.nanoTime() - began) * 1e-9);
        json.put("space", space.toString());
        json.put("data", data.name());
        json.put("skipped", bank.skipped().count());
        common.print(
                json,
                "its own name is among the first five of " + judge.names() + ":\n" + String.join("\n", words)
                        + bank.skipped().summary());
    }
}
