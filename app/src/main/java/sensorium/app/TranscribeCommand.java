package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.audio.whisper.SpeechDecoder;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.transcribe.Transcriber;
import sensorium.multimodal.transcribe.Transcript;

/** {@code transcribe MODEL AUDIO…}: what is said. */
@Command(
        name = "transcribe",
        mixinStandardHelpOptions = true,
        description = "Write down what is said in sounds of any length, with a published Whisper: a line for each.")
final class TranscribeCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "The folder of a Whisper: config, weights, generation and preprocessor config, tokenizer.")
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

    @Option(names = "--timestamps", description = "Write when each segment begins and ends, in seconds.")
    private boolean timestamps;

    @Option(
            names = "--beam",
            paramLabel = "N",
            description = "Keep the N best transcripts while searching (default: ${DEFAULT-VALUE}).")
    private int beam = 1;

    @Override
    public void run() {
        common.backend();
        // JSON has times in any case; a model that was not taught any leaves them out by itself.
        var options = new SpeechDecoder.Options(
                Optional.ofNullable(language), Optional.ofNullable(task), timestamps || common.json, beam);
        Transcriber transcriber = new ModelFolder(model).openSpeech();
        try (var progress = new Progress()) {
            List<Said> all = files.stream()
                    .map(file -> new Said(file, said(transcriber, file, options, progress)))
                    .toList();
            common.print(
                    all.stream().map(Said::toMap).toList(),
                    all.stream().map(s -> s.text(timestamps)).collect(Collectors.joining("\n")));
        }
    }

    private static Transcript said(
            Transcriber transcriber, Path file, SpeechDecoder.Options options, Progress progress) {
        Waveform sound = AudioFile.decode(file).mono();
        String phase = "listening to " + file;
        return transcriber.transcribe(
                sound, options, seconds -> progress.update(phase, seconds, (long) Math.ceil(sound.seconds()), ""));
    }

    private record Said(Path file, Transcript transcript) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("file", file.toString());
            map.put("text", transcript.text());
            map.put("language", transcript.language());
            map.put("segments", transcript.segments());
            return map;
        }

        String text(boolean times) {
            String line = file + "  " + oneLine(transcript.text());
            return times
                    ? transcript.segments().stream()
                            .map(s -> String.format(
                                    Locale.ROOT, "\n  %.2f–%.2f  %s", s.start(), s.end(), oneLine(s.text())))
                            .collect(Collectors.joining("", line, ""))
                    : line;
        }

        private static String oneLine(String text) {
            return text.replaceAll("\\s+", " ");
        }
    }
}
