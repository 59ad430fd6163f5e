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
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.audio.music.Heard;
import sensorium.audio.music.MusicListener;
import sensorium.audio.music.Note;
import sensorium.audio.music.Pitch;
import sensorium.multimodal.classify.FileClassifier;
import sensorium.multimodal.classify.Guess;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;

/** {@code listen AUDIO…}: what is played. */
@Command(
        name = "listen",
        mixinStandardHelpOptions = true,
        description = {
            "Say what music of one voice is: its notes, with their times, its pitch classes and its tempo.",
            "With a classifier of train classify --data music also which family of instruments plays."
        })
final class ListenCommand implements Runnable {
    /** Notes that are written, where it is not JSON. */
    private static final int SHOWN = 12;

    private static final int FAMILIES = 5;

    @Mixin
    private CommonOptions common;

    @Parameters(arity = "1..*", paramLabel = "AUDIO", description = "Sound files, of any length and sample rate.")
    private List<Path> files;

    @Option(names = "--family", paramLabel = "RUN", description = "A classifier of sounds.")
    private Path family;

    @Option(
            names = "--out",
            paramLabel = "PAGE.html",
            description = "Write a page with pitch over the spectrogram, and chroma.")
    private Path out;

    /** @param families likeliest first; empty without a classifier */
    private record Listened(Path file, Waveform sound, Heard heard, List<Guess> families) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("file", file.toString());
            map.put("seconds", heard.seconds());
            map.put("tempo", heard.tempo().isPresent() ? heard.tempo().getAsDouble() : null);
            map.put("pitch", heard.notes().stream().map(Listened::note).toList());
            Map<String, Object> classes = new LinkedHashMap<>();
            for (int c = 0; c < Pitch.CLASSES; c++) {
                classes.put(Pitch.className(c), heard.chroma().mean()[c]);
            }
            map.put("chroma", classes);
            if (!families.isEmpty()) {
                map.put("family", families.getFirst().label());
                map.put("families", families.stream().limit(FAMILIES).toList());
            }
            return map;
        }

        private static Map<String, Object> note(Note note) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("start", note.start());
            map.put("end", note.end());
            map.put("note", note.name());
            map.put("cents", note.cents());
            map.put("hertz", Pitch.hertz(note.pitch()));
            return map;
        }

        String text() {
            List<Note> notes = heard.notes();
            String played = notes.isEmpty()
                    ? "no notes"
                    : notes.stream().limit(SHOWN).map(Note::name).collect(Collectors.joining(" "))
                            + (notes.size() > SHOWN ? " … (" + notes.size() + " in all)" : "");
            String tempo = heard.tempo().isPresent()
                    ? String.format(
                            Locale.ROOT, ", %.1f beats a minute", heard.tempo().getAsDouble())
                    : ", no tempo";
            int strongest = heard.chroma().strongest();
            return file + "  " + played + tempo
                    + (strongest < 0 ? "" : ", mostly " + Pitch.className(strongest))
                    + families.stream()
                            .findFirst()
                            .map(g -> String.format(Locale.ROOT, ", %s %.3f", g.label(), g.probability()))
                            .orElse("");
        }
    }

    @Override
    public void run() {
        common.backend();
        Optional<FileClassifier> classifier = Optional.ofNullable(family).map(ListenCommand::classifier);
        try (var progress = new Progress()) {
            List<Listened> all =
                    files.stream().map(f -> listened(f, classifier, progress)).toList();
            if (out != null) {
                MusicPage.write(
                        out,
                        all.stream()
                                .map(l -> new MusicPage.Piece(
                                        l.file.toString(), l.sound.first(MusicPage.SECONDS), l.heard, l.text()))
                                .toList());
            }
            common.print(
                    all.stream().map(Listened::toMap).toList(),
                    all.stream().map(Listened::text).collect(Collectors.joining("\n")));
        }
    }

    private Listened listened(Path file, Optional<FileClassifier> classifier, Progress progress) {
        Waveform sound = AudioFile.decode(file).mono();
        String phase = "listening to " + file;
        Heard heard = MusicListener.listen(
                sound, seconds -> progress.update(phase, seconds, (long) Math.ceil(sound.seconds()), ""));
        List<Guess> families = classifier.map(c -> c.classify(file)).orElse(List.of());
        return new Listened(file, out == null ? new Waveform(new float[0], 1) : sound, heard, families);
    }

    private static FileClassifier classifier(Path run) {
        return switch (new ModelFolder(run).open()) {
            case OpenedModel.Classes classes -> FileClassifier.of(classes.model());
            case OpenedModel.Sounds sounds -> FileClassifier.of(sounds.model());
            case OpenedModel other ->
                throw new BadInputException(run + ": a " + other.kind()
                        + " model, which tells no instruments apart; train one: sensorium train classify --data music");
        };
    }
}
