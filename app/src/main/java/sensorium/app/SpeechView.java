package sensorium.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sensorium.app.report.Html;
import sensorium.app.report.Page;
import sensorium.app.report.PlainTable;
import sensorium.app.report.SpeechCard;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.multimodal.transcribe.SpeechEvaluation;
import sensorium.multimodal.transcribe.SpeechToText;
import sensorium.text.ErrorRates;

/** What a model of speech writes, as sections of a report. */
final class SpeechView {
    private static final int SHOWN = 6;
    private static final int WORST = 12;
    /** Longer sounds are cut off where they are shown. */
    private static final double SECONDS = 6;

    private SpeechView() {}

    /**
     * @param seen whether the sounds were trained on, and are perturbed
     * @param unknown of the held-out texts
     */
    static List<Page.Section> of(
            SpeechToText model, SpeechEvaluation evaluation, boolean seen, Map<String, Integer> unknown) {
        List<Page.Section> sections = new ArrayList<>();
        ErrorRates rates = evaluation.rates();
        sections.add(new Page.Section(
                "How much is wrong",
                (seen ? "Of sounds that were trained on, freshly perturbed." : "Of sentences that were not trained on.")
                        + " An error is a character, or a word, that is left out, put in, or another.",
                PlainTable.of(
                        List.of("", "of 100"),
                        List.of(
                                List.of("characters wrong", percent(rates.cer())),
                                List.of("words wrong", percent(rates.wer())),
                                List.of("sounds", Integer.toString(rates.n()))))));
        sections.add(new Page.Section(
                "What is written, and when it is said",
                "Each word stands under the sound's spectrogram where it is heard; below it what was said.",
                Html.join(evaluation.entries().stream()
                        .limit(SHOWN)
                        .map(e -> shown(model, e))
                        .toList())));
        List<List<String>> worst = evaluation.worst(WORST).stream()
                .map(e -> List.of(
                        Integer.toString(e.pair().characterErrors()),
                        e.said().text(),
                        e.written().text()))
                .toList();
        if (!worst.isEmpty()) {
            sections.add(new Page.Section(
                    "The worst", "", PlainTable.of(List.of("characters wrong", "said", "written"), worst)));
        }
        if (!unknown.isEmpty()) {
            sections.add(new Page.Section(
                    "What cannot be written",
                    "There is no unit for these in the texts that were learnt from.",
                    PlainTable.of(
                            List.of("what", "how often"),
                            unknown.entrySet().stream()
                                    .map(e -> List.of(e.getKey(), e.getValue().toString()))
                                    .toList())));
        }
        return sections;
    }

    private static Html shown(SpeechToText model, SpeechEvaluation.Entry entry) {
        Waveform whole = AudioFile.decode(entry.said().file())
                .mono()
                .resampled(model.hearing().sampleRate());
        Waveform sound = whole.first(SECONDS);
        List<SpeechCard.Word> words = entry.written().words().stream()
                .map(w -> new SpeechCard.Word(w.start(), w.end(), w.text()))
                .toList();
        return new SpeechCard(
                        entry.said().id(),
                        sound,
                        model.hearing().of(sound),
                        words,
                        entry.said().text())
                .html();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    /** In one line. */
    static String words(ErrorRates rates) {
        return String.format(
                Locale.ROOT,
                "word error %.1f %%, character error %.1f %%, %d sounds",
                100 * rates.wer(),
                100 * rates.cer(),
                rates.n());
    }
}
