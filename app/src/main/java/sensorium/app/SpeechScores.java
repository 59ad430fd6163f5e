package sensorium.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import sensorium.BadInputException;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.transcribe.SpeechCorpus;
import sensorium.multimodal.transcribe.SpeechEvaluation;
import sensorium.multimodal.transcribe.SpeechToText;
import sensorium.multimodal.transcribe.Utterance;
import sensorium.text.ErrorRates;

/** {@code eval} of a model of speech. */
record SpeechScores(CommonOptions common, SpeechToText model, SpeechToText.Options how, Material.Watcher watcher) {

    /**
     * Of the stamps the figure is that of seen names under fresh perturbation, since a name that was never heard can hardly be spelt; of
     * other data that of the held-out texts. The rest stands beside it.
     */
    void print(SpaceData data, SpeechCorpus corpus) {
        boolean stamps = data.protocol().isPresent();
        List<Skipped> parts = new ArrayList<>(List.of(data.folder().skipped(), corpus.skipped()));
        Map<String, ErrorRates> rates = new LinkedHashMap<>();
        List<Utterance> heldOut = corpus.heldOut();
        if (!heldOut.isEmpty()) {
            rates.put("held_out", measured(heldOut, OptionalLong.empty(), parts));
        }
        OptionalLong fresh = OptionalLong.of(SpeechEvaluation.FRESH);
        if (stamps || heldOut.isEmpty()) {
            rates.put("seen", measured(corpus.training(), fresh, parts));
        }
        List<Utterance> words = corpus.words();
        if (!words.isEmpty()) {
            rates.put("seen_words", measured(words, fresh, new ArrayList<>()));
        }
        Skipped all = Skipped.all(parts.toArray(Skipped[]::new));
        ErrorRates first = rates.get(stamps || heldOut.isEmpty() ? "seen" : "held_out");
        if (first.n() == 0) {
            throw new BadInputException("not one sound of the data can be used" + all.summary());
        }
        Map<String, Integer> unknown =
                model.units().unknown(heldOut.stream().map(Utterance::text).toList());
        Map<String, Object> json = new LinkedHashMap<>(first.toMap());
        rates.forEach((name, r) -> json.put(name, r.toMap()));
        json.put("way", how.way().name().toLowerCase(Locale.ROOT));
        json.put("unknown", unknown);
        json.put("data", data.name());
        json.put("skipped", all.count());
        var text = new StringBuilder();
        rates.forEach((name, r) -> text.append(name.replace('_', ' '))
                .append(name.startsWith("seen") ? ", perturbed: " : ": ")
                .append(SpeechView.words(r))
                .append(System.lineSeparator()));
        common.print(json, text.toString().strip() + model.units().unknownSummary(unknown) + all.summary());
    }

    private ErrorRates measured(List<Utterance> some, OptionalLong perturbed, List<Skipped> skipped) {
        var evaluation = SpeechEvaluation.of(model, some, how, perturbed, watcher);
        skipped.add(evaluation.skipped());
        return evaluation.rates();
    }
}
