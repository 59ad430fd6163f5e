package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.audio.whisper.SpeechDecoder;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.multimodal.transcribe.SpeechToText;
import sensorium.multimodal.transcribe.Transcriber;
import sensorium.multimodal.transcribe.Transcript;

/** {@code transcribe MODEL AUDIO…}: what is said. */
@Command(
        name = "transcribe",
        mixinStandardHelpOptions = true,
        description = {
            "Write down what is said in sounds of any length: a line for each.",
            "With a model of train transcribe, or with a published Whisper."
        })
final class TranscribeCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description =
                    "A run of train transcribe; or the folder of a Whisper: config, weights, generation and preprocessor"
                            + " config, tokenizer.")
    private Path model;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "AUDIO", description = "Sound files.")
    private List<Path> files;

    @Option(
            names = "--language",
            paramLabel = "L",
            description = "The language that is spoken, such as en (default: what the model takes it for).")
    private String language;

    @Option(
            names = "--task",
            paramLabel = "T",
            description = "transcribe, or translate into English (default: transcribe).")
    private String task;

    @Option(names = "--timestamps", description = "Write when each segment, or word, begins and ends, in seconds.")
    private boolean timestamps;

    @Option(
            names = "--beam",
            paramLabel = "N",
            description =
                    "Keep the N best transcripts while searching (default: 1; 16 of a model of train transcribe).")
    private Integer beam;

    @Mixin
    private SpeechOptions writing;

    /** What writes down a sound, and tells how many seconds are done. */
    @FunctionalInterface
    private interface Writer {
        Transcript write(Waveform sound, IntConsumer progress);
    }

    @Override
    public void run() {
        common.backend();
        Writer writer = switch (new ModelFolder(model).openSpeech()) {
            case OpenedModel.Hearing hearing -> trained(hearing.model());
            case OpenedModel.Speech speech -> published(speech.model());
            case OpenedModel other -> throw new IllegalStateException(other.kind());
        };
        try (var progress = new Progress()) {
            List<Said> all = files.stream()
                    .map(file -> new Said(file, said(writer, file, progress)))
                    .toList();
            common.print(
                    all.stream().map(Said::toMap).toList(),
                    all.stream().map(s -> s.text(timestamps)).collect(Collectors.joining("\n")));
        }
    }

    private Writer published(Transcriber transcriber) {
        if (writing.isGiven()) {
            throw new BadInputException(
                    model + ": a Whisper, which --decoder, --prior and --bonus are not for; use --beam");
        }
        // JSON has times in any case; a model that was not taught any leaves them out by itself.
        var options = new SpeechDecoder.Options(
                Optional.ofNullable(language),
                Optional.ofNullable(task),
                timestamps || common.json,
                beam == null ? 1 : beam);
        return (sound, progress) -> transcriber.transcribe(sound, options, progress);
    }

    private Writer trained(SpeechToText transcriber) {
        if (language != null || task != null) {
            throw new BadInputException(
                    model + ": was trained on what it is to write; leave --language and --task out");
        }
        SpeechToText.Options options = writing.chosen(beam);
        return (sound, progress) -> transcriber.transcribe(sound, options, progress);
    }

    private static Transcript said(Writer writer, Path file, Progress progress) {
        Waveform sound = AudioFile.decode(file).mono();
        String phase = "listening to " + file;
        return writer.write(sound, seconds -> progress.update(phase, seconds, (long) Math.ceil(sound.seconds()), ""));
    }

    private record Said(Path file, Transcript transcript) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("file", file.toString());
            map.put("text", transcript.text());
            map.put("language", transcript.language());
            map.put("segments", transcript.segments());
            map.put("words", transcript.words());
            return map;
        }

        String text(boolean times) {
            String line = file + "  " + oneLine(transcript.text());
            if (!times) {
                return line;
            }
            Stream<String> parts = transcript.words().isEmpty()
                    ? transcript.segments().stream().map(s -> timed(s.start(), s.end(), s.text()))
                    : transcript.words().stream().map(w -> timed(w.start(), w.end(), w.text()));
            return parts.collect(Collectors.joining("", line, ""));
        }

        private static String timed(double start, double end, String text) {
            return String.format(Locale.ROOT, "\n  %.2f–%.2f  %s", start, end, oneLine(text));
        }

        private static String oneLine(String text) {
            return text.replaceAll("\\s+", " ");
        }
    }
}
