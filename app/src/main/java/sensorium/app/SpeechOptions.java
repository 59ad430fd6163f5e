package sensorium.app;

import picocli.CommandLine.Option;
import sensorium.multimodal.transcribe.SpeechToText;
import sensorium.multimodal.transcribe.SpeechToText.Way;

/** How a model of {@code train transcribe} writes. */
final class SpeechOptions {
    @Option(
            names = "--decoder",
            paramLabel = "WAY",
            description = "Of a model of train transcribe: greedy, beam or attention (default: beam).")
    String way;

    @Option(
            names = "--prior",
            paramLabel = "W",
            description = "What the model of the language counts in a beam search, 0 for nothing (default: 0.6).")
    Double prior;

    @Option(
            names = "--bonus",
            paramLabel = "B",
            description =
                    "What each unit is given there, since a model of the language makes each cost (default: 0.8).")
    Double bonus;

    boolean isGiven() {
        return way != null || prior != null || bonus != null;
    }

    /** @param beams null for the usual number */
    SpeechToText.Options chosen(Integer beams) {
        var usual = SpeechToText.Options.USUAL;
        return new SpeechToText.Options(
                way == null ? usual.way() : Way.named(way),
                beams == null ? usual.beams() : beams,
                prior == null ? usual.weight() : prior,
                bonus == null ? usual.bonus() : bonus);
    }
}
