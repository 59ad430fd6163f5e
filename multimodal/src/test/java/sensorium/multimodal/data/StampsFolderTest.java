package sensorium.multimodal.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StampsFolderTest {
    @TempDir
    Path root;

    @BeforeEach
    void makeStamps() throws IOException {
        // "held" has a name that is held out; "frog" has not
        put("animals/frog-1.png", "picture 1");
        put("animals/frog-1.txt", "A frog.\nfr.utf8=Une grenouille.\nca@valencia.utf8=Una granota.\nde.utf8=\nx\n");
        put("animals/frog-1_desc_fr.ogg", "grenouille");
        put("animals/frog-1_desc_pt_BR.wav", "sapo");
        put("animals/frog.png", "picture 2");
        put("animals/frog.svg", "the same as a drawing");
        put("animals/frog.txt", "The frog!\n");
        put("animals/frog.ogg", "croak");
        put("animals/frog_desc.ogg", "a frog");
        put("animals/frog_desc_fr.ogg", "grenouille");
        put("animals/frog_desc_ru.ogg", "lyagushka");
        put("animals/frog_mirror.png", "picture 3");
        put("animals/frog_mirror.txt", "A frog.\n");
        put("symbols/alphabets/a.png", "letter");
        put("symbols/alphabets/a.txt", "A\n");
        put("town/lamp.svg", "drawing");
        put("town/lamp.txt", "A lamp.\n");
        put("town/mute.png", "nobody says what it is");
        put("town/orphan.txt", "No picture.\n");
        put("town/held.png", "held out");
        put("town/held.txt", heldOut() + "\nfr.utf8=tenu\n");
        put("town/held_desc_fr.ogg", "tenu");
        put("town/held_desc_es.ogg", "grenouille in Spanish");
    }

    private static String heldOut() {
        return IntStream.range(0, 100)
                .mapToObj(i -> "thing " + i)
                .filter(StampsSplit::isTest)
                .findFirst()
                .orElseThrow();
    }

    private void put(String name, String content) throws IOException {
        Files.createDirectories(root.resolve(name).getParent());
        Files.writeString(root.resolve(name), content);
    }

    @Test
    void captionsAndSoundsFindTheirPictures() throws IOException {
        StampsFolder.convert(root);
        var data = DataFolder.read(root);
        assertThat(data.skipped().count()).isZero();
        assertThat(data.items())
                .extracting(Item::id)
                .containsExactly(
                        "animals/frog-1.png",
                        "animals/frog.png",
                        "animals/frog_mirror.png",
                        "symbols/alphabets/a.png",
                        "town/held.png",
                        "town/lamp.svg",
                        "town/mute.png");
        var first = data.items().get(0);
        assertThat(first.captions())
                .containsExactly(
                        new Caption("en", "A frog."),
                        new Caption("fr", "Une grenouille."),
                        new Caption("ca@valencia", "Una granota."));
        assertThat(first.sounds()).extracting(Sound::language).containsExactlyInAnyOrder("fr", "pt_BR");
        assertThat(first.label()).contains("animals");
        assertThat(data.items().get(1).sounds())
                .extracting(Sound::language)
                .containsExactlyInAnyOrder("zxx", "en", "fr", "ru");
    }

    @Test
    void splitsFollowTheRule() throws IOException {
        assertThat(StampsSplit.isTest("frog")).isFalse();
        assertThat(StampsFolder.items(root))
                .extracting(Item::split)
                .containsExactly(
                        Optional.of("train"),
                        Optional.of("known-concept"), // the last picture of a name that has several
                        Optional.of("extra"),
                        Optional.of("extra"),
                        Optional.of("test"),
                        Optional.of("extra"),
                        Optional.of("extra"));
    }

    @Test
    void spokenLanguagesHoldNamesOutAndTakeARecordingOnce() throws IOException {
        StampsFolder.convert(root);
        var spoken = DataFolder.read(root.resolve(SpokenLanguages.FOLDER));
        assertThat(spoken.items())
                .extracting(Item::id)
                .containsExactly(
                        "test/es/town-held_desc_es.ogg",
                        "test/fr/town-held_desc_fr.ogg",
                        "train/fr/animals-frog-1_desc_fr.ogg",
                        "train/ru/animals-frog_desc_ru.ogg");
        assertThat(spoken.labels()).containsExactly("es", "fr", "ru");
    }
}
