package sensorium.multimodal.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import sensorium.audio.AudioFile;
import sensorium.audio.music.Note;
import sensorium.multimodal.music.MusicScores;
import sensorium.random.Philox;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MusicTest {
    @TempDir
    static Path root;

    private DataFolder music;
    private Melodies melodies;

    @BeforeAll
    void make() throws Exception {
        Music.write(root, new Music.Size(1, 0, 1));
        music = DataFolder.read(root);
        melodies = Melodies.read(music);
    }

    @Test
    void isComposedAndPlayedWithItsTruth() {
        assertThat(music.labels()).hasSize(10).contains("piano", "bass", "flute");
        assertThat(music.splits()).containsExactly("test", "train");
        assertThat(music.skipped().count()).isZero();
        Set<Integer> known = new HashSet<>();
        Set<Integer> heldOut = new HashSet<>();
        for (Item item : music.items()) {
            var sound = AudioFile.decode(item.sounds().getFirst().file());
            assertThat(sound.sampleRate()).isEqualTo(16_000);
            assertThat(sound.seconds()).isBetween(3.5, 9.0);
            assertThat(sound.mono().rms()).isGreaterThan(0.01);
            Melody melody = melodies.of(item.sounds().getFirst()).orElseThrow();
            assertThat(melody.tempo()).isBetween(60.0, 180.0);
            assertThat(melody.notes()).hasSizeGreaterThan(2);
            assertThat(melody.notes().getLast().end()).isLessThan(sound.seconds());
            (item.split().orElseThrow().equals("test") ? heldOut : known).add(melody.program());
        }
        assertThat(heldOut).hasSize(4).doesNotContainAnyElementsOf(known);
    }

    /** Programs may share a sound, and a program that sounds like one that was trained on would be no test. */
    @Test
    void whatIsHeldOutSoundsLikeNothingThatIsTrainedOn() throws Exception {
        Map<Integer, float[]> known = new HashMap<>();
        Map<Integer, float[]> heldOut = new HashMap<>();
        for (var family : MusicFamily.values()) {
            for (int program : family.trained()) {
                known.put(program, aNote(program));
            }
            if (family.heldOut().isPresent()) {
                heldOut.put(family.heldOut().getAsInt(), aNote(family.heldOut().getAsInt()));
                assertThat(family.trained()).hasSizeGreaterThan(1);
            }
        }
        assertThat(heldOut).hasSize(4);
        heldOut.forEach((program, sound) -> known.forEach(
                (other, like) -> assertThat(sound).as(program + " and " + other).isNotEqualTo(like)));
    }

    /** The same piece, whatever family the program is of. */
    private static float[] aNote(int program) throws Exception {
        var piece = new MusicPiece(MusicFamily.BRASS, program, Philox.keyed(7));
        return MidiSound.play(piece.sequence(), 0.6, 16_000).samples();
    }

    @Test
    void theSamePieceSoundsTheSameEachTime() throws Exception {
        var piece = new MusicPiece(MusicFamily.BRASS, 56, Philox.keyed(7));
        float[] once = MidiSound.play(piece.sequence(), 2, 16_000).samples();
        float[] again = MidiSound.play(new MusicPiece(MusicFamily.BRASS, 56, Philox.keyed(7)).sequence(), 2, 16_000)
                .samples();
        assertThat(once).hasSize(32_000).isEqualTo(again);
        float[] other = MidiSound.play(new MusicPiece(MusicFamily.BRASS, 57, Philox.keyed(7)).sequence(), 2, 16_000)
                .samples();
        assertThat(other).isNotEqualTo(once);
    }

    @Test
    void whatIsPlayedIsHeard() {
        var scores = MusicScores.of(music.split(Item.TRAIN), melodies, (phase, done, total) -> {});
        assertThat(scores.pieces()).isEqualTo(23);
        assertThat(scores.pitch()).isGreaterThan(0.9);
        assertThat(scores.tempo()).isGreaterThan(0.7);
    }

    @Test
    void aTruthThatIsNoneIsSkippedAndSaidSo() throws Exception {
        Path folder = Files.createDirectories(root.resolve("own"));
        Files.copy(music.items().getFirst().sounds().getFirst().file(), folder.resolve("a.wav"));
        String[] lines = {
            "\"notes\": [[0.1, 0.5, 60]], \"tempo\": 90, \"program\": 1",
            "\"notes\": [[0.5, 0.1, 60]], \"tempo\": 90, \"program\": 1",
            "\"notes\": [[0.1, 0.5, 60]], \"tempo\": -1, \"program\": 1",
            "\"notes\": 3, \"tempo\": 90, \"program\": 1",
            "\"notes\": [[0.1, 0.5]], \"tempo\": 90, \"program\": 1"
        };
        var text = new StringBuilder();
        for (String line : lines) {
            text.append("{\"audio_file_name\": \"a.wav\", ").append(line).append("}\n");
        }
        Files.writeString(folder.resolve("metadata.jsonl"), text);
        var own = DataFolder.read(folder);
        var read = Melodies.read(own);
        assertThat(read.skipped().count()).isEqualTo(4);
        assertThat(read.skipped().reasons().getFirst()).contains("line 2").contains("a note's end must be a number");
        assertThat(read.of(own.items().getFirst().sounds().getFirst())
                        .orElseThrow()
                        .notes())
                .containsExactly(new Note(0.1, 0.5, 60));
        assertThat(Melodies.read(DataFolder.read(root.resolve("sounds"))).isEmpty())
                .isTrue();
    }
}
