package sensorium.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Transcripts;
import sensorium.multimodal.stamps.StampsProtocol;
import sensorium.multimodal.transcribe.SpeechCorpus;

/** Where texts of sounds come from, and of which language. */
final class SpeechData {
    /** Of the stamps' spoken names, where nothing else is said. */
    private static final String STAMPS_LANGUAGE = "fr";

    @Option(
            names = "--transcripts",
            paramLabel = "FILE",
            description =
                    "What is said in the sounds: a table with tabs, file and text; or lines such as name: text (default: "
                            + Transcripts.FILE + " in the data folder, where it is).")
    private Path transcripts;

    @Option(
            names = "--language",
            paramLabel = "L",
            description = "Only speech in this language, where the data names languages (default for the stamps: fr).")
    String language;

    /** What is learnt from and what is held out. */
    SpeechCorpus corpus(SpaceData data) {
        if (data.protocol().isPresent()) {
            StampsProtocol stamps = data.protocol().get();
            return SpeechCorpus.of(
                    stamps.forTraining(), stamps.test(), Optional.of(language == null ? STAMPS_LANGUAGE : language));
        }
        Optional<String> wanted = Optional.ofNullable(language);
        if (data.folder().splits().isEmpty()) {
            return SpeechCorpus.of(withTexts(data, data.folder().items()), wanted);
        }
        return SpeechCorpus.of(
                withTexts(data, data.training()), withTexts(data, data.folder().forEvaluation()), wanted);
    }

    private List<Item> withTexts(SpaceData data, List<Item> items) {
        Path beside = data.folder().root().resolve(Transcripts.FILE);
        if (transcripts != null) {
            return Transcripts.read(transcripts).of(items);
        }
        return Files.isRegularFile(beside) ? Transcripts.read(beside).of(items) : items;
    }
}
