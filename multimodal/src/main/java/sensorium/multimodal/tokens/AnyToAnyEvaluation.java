package sensorium.multimodal.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.multimodal.Material;
import sensorium.multimodal.judge.PromptJudge;
import sensorium.multimodal.stamps.Recall;
import sensorium.random.Philox;

/**
 * Whether what comes out is what went in: embedded in a shared space, it must find its own name among all names. Beside it the real things,
 * through the same tokens: more cannot be reached.
 */
public final class AnyToAnyEvaluation {
    private static final int AT_ONCE = 50;

    private final AnyToAny model;
    private final MediaCodec codec;
    private final TokenBank bank;
    private final PromptJudge judge;
    private final TokenWriter.Options writing;
    private final long seed;

    /** @param seed of which things are asked for */
    public AnyToAnyEvaluation(
            AnyToAny model, TokenBank bank, PromptJudge judge, TokenWriter.Options writing, long seed) {
        this.model = model;
        this.codec = new MediaCodec(model);
        this.bank = bank;
        this.judge = judge;
        this.writing = writing;
        this.seed = seed;
    }

    /**
     * A direction's figures.
     *
     * @param plain of what was given as it is
     * @param perturbed of it freshly perturbed; the same of texts
     * @param ceiling of real things through their tokens
     */
    public record Score(Recall plain, Recall perturbed, Recall ceiling) {}

    /** @param most things of each direction */
    public Map<Direction, Score> scores(int most, Material.Watcher watcher) {
        Map<Direction, Score> scores = new LinkedHashMap<>();
        for (Direction d : Direction.LEARNT) {
            List<TokenBank.Entry> known = bank.of(d);
            List<TokenBank.Entry> chosen = Arrays.stream(
                            Philox.keyed(seed, -1, scores.size()).permutation(known.size()))
                    .limit(most)
                    .mapToObj(known::get)
                    .toList();
            scores.put(d, score(d, chosen, watcher));
        }
        return scores;
    }

    private Score score(Direction d, List<TokenBank.Entry> chosen, Material.Watcher watcher) {
        List<TokenBank.Views> given = new ArrayList<>();
        List<int[]> real = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            List<TokenBank.Views> any = chosen.get(i).given().get(d.from());
            List<int[]> wanted = chosen.get(i).wanted().get(d.to());
            // Of several texts or spoken names one in turn; so all languages are asked.
            given.add(any.get(i % any.size()));
            real.add(wanted.get(i % wanted.size()));
        }
        List<String> names = chosen.stream().map(TokenBank.Entry::name).toList();
        Recall ceiling = judged(d.to(), real, names);
        Recall plain = judged(
                d.to(), written(d, given.stream().map(TokenBank.Views::plain).toList(), watcher), names);
        Recall perturbed = d.from() == Medium.TEXT
                ? plain
                : judged(
                        d.to(),
                        written(d, given.stream().map(TokenBank.Views::varied).toList(), watcher),
                        names);
        return new Score(plain, perturbed, ceiling);
    }

    private List<int[]> written(Direction d, List<int[]> given, Material.Watcher watcher) {
        List<int[]> all = new ArrayList<>();
        for (int from = 0; from < given.size(); from += AT_ONCE) {
            watcher.update(d.toString(), from, given.size());
            List<int[]> some = given.subList(from, Math.min(given.size(), from + AT_ONCE));
            var options = new TokenWriter.Options(writing.guidance(), writing.choice(), writing.seed() + from);
            all.addAll(TokenWriter.write(model, d, some, options, _ -> {}));
        }
        return all;
    }

    private Recall judged(Medium medium, List<int[]> rows, List<String> names) {
        return switch (medium) {
            case TEXT -> judge.read(rows.stream().map(codec::text).toList(), names);
            case PICTURE -> judge.recognised(rows.stream().map(codec::picture).toList(), names);
            case SOUND -> judge.heard(codec.sounds(rows), names);
        };
    }
}
