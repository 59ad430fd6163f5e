package sensorium.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import sensorium.app.report.Html;
import sensorium.app.report.MelView;
import sensorium.app.report.Page;
import sensorium.app.report.PlainTable;
import sensorium.audio.SoundClips;
import sensorium.audio.SoundCodec;
import sensorium.audio.SoundTokenizer;
import sensorium.audio.SoundTokens;
import sensorium.audio.Waveform;

/** What a model of tokens of sound can do: sections of a report, and its measures. */
final class SoundTokensView {
    private static final int SHOWN = 6;
    private static final double SECONDS = 3;

    private SoundTokensView() {}

    static List<Page.Section> of(SoundCodec model, SoundClips sounds, Map<String, Double> measures) {
        var tokenizer = new SoundTokenizer(model);
        List<Waveform> some = sounds.some(SHOWN, SECONDS);
        return List.of(
                new Page.Section(
                        "Before and after",
                        "Sounds that were not trained on; what the learned decoder reads from their tokens; what Griffin-Lim makes"
                                + " of the mel spectrum that the decoder says.",
                        versions(
                                model,
                                some,
                                List.of("as it is", "learned decoder", "Griffin-Lim"),
                                List.of(
                                        s -> s,
                                        s -> tokenizer.sound(tokenizer.tokens(s)),
                                        s -> tokenizer.soundByGriffinLim(tokenizer.tokens(s), 0)))),
                new Page.Section(
                        "Fewer stages",
                        "One sound by its first stages alone: each codes what the ones before left.",
                        stages(model, tokenizer, some.getFirst())),
                new Page.Section(
                        "The codebooks",
                        "Of the sounds that it was measured on: the share of codes that were chosen, and as how many equally likely ones"
                                + " they count.",
                        codebooks(model, measures)));
    }

    private static Html versions(
            SoundCodec model, List<Waveform> sounds, List<String> names, List<Function<Waveform, Waveform>> versions) {
        List<Html> parts = new ArrayList<>();
        for (int i = 0; i < sounds.size(); i++) {
            for (int v = 0; v < versions.size(); v++) {
                parts.add(mel(
                        model, (i + 1) + ", " + names.get(v), versions.get(v).apply(sounds.get(i))));
            }
        }
        return Html.join(parts);
    }

    private static Html stages(SoundCodec model, SoundTokenizer tokenizer, Waveform sound) {
        SoundTokens tokens = tokenizer.tokens(sound);
        List<Html> parts = new ArrayList<>();
        for (int q = 1; q <= tokens.stages(); q *= 2) {
            String name = String.format(
                    Locale.ROOT,
                    "%d of %d, %.0f bit/s",
                    q,
                    tokens.stages(),
                    model.config().bitsPerSecond(q));
            parts.add(mel(model, name, tokenizer.sound(tokens.first(q))));
        }
        return Html.join(parts);
    }

    private static Html mel(SoundCodec model, String name, Waveform sound) {
        return MelView.of(name, sound, model.config().hearing()).html();
    }

    private static Html codebooks(SoundCodec model, Map<String, Double> measures) {
        List<List<String>> rows = new ArrayList<>();
        for (int s = 0; s < model.config().stages(); s++) {
            rows.add(List.of(
                    Integer.toString(s + 1),
                    String.format(Locale.ROOT, "%.1f %%", 100 * measures.get("used." + s)),
                    String.format(Locale.ROOT, "%.0f", measures.get("perplexity." + s))));
        }
        return PlainTable.of(List.of("stage", "in use", "perplexity"), rows);
    }

    /** What {@code eval} and {@code train} say, stages as lists. */
    static Map<String, Object> json(Map<String, Double> measures) {
        Map<String, Object> json = new LinkedHashMap<>();
        for (String name : List.of("lsd", "mel", "lsd_griffin_lim")) {
            json.put(name, measures.get(name));
        }
        json.put("used", byStage(measures, "used"));
        json.put("perplexity", byStage(measures, "perplexity"));
        json.put("bits_per_second", measures.get("bits_per_second"));
        json.put("n", measures.get("n").intValue());
        return json;
    }

    private static List<Double> byStage(Map<String, Double> measures, String name) {
        List<Double> values = new ArrayList<>();
        for (int s = 0; measures.containsKey(name + "." + s); s++) {
            values.add(measures.get(name + "." + s));
        }
        return values;
    }

    /** In one line. */
    static String words(Map<String, Double> m) {
        List<Double> used = byStage(m, "used");
        return String.format(
                Locale.ROOT,
                "%.0f bit/s in %d stages; log-spectral distance %.2f dB (Griffin-Lim %.2f), mel distance %.2f dB; %.1f %% of the codes"
                        + " in use; of %.0f sounds",
                m.get("bits_per_second"),
                used.size(),
                m.get("lsd"),
                m.get("lsd_griffin_lim"),
                m.get("mel"),
                100 * used.stream().mapToDouble(u -> u).average().orElse(0),
                m.get("n"));
    }
}
