package sensorium.multimodal.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToyTest {
    @TempDir
    Path cache;

    @Test
    void isMadeOnTheSpotAndTheSameEachTime() throws Exception {
        var sets = new DataSets(cache.resolve("one"), Optional.empty());
        var toy = sets.open("toy");
        assertThat(toy.items()).hasSize(1024);
        assertThat(toy.forTraining()).hasSize(896);
        assertThat(toy.forEvaluation()).hasSize(128);
        assertThat(toy.labels()).hasSize(8);
        assertThat(toy.skipped().count()).isZero();

        var names = new HashSet<String>();
        for (var item : toy.forEvaluation()) {
            assertThat(item.captions()).extracting(Caption::language).containsExactly("en", "fr", "es");
            names.add(item.caption("en").orElseThrow());
        }
        assertThat(names).hasSize(128).contains("a small red circle", "a large black star");
        assertThat(toy.items())
                .extracting(i -> i.caption("fr").orElseThrow())
                .contains("une petite étoile verte", "un grand cœur noir");
        assertThat(toy.items())
                .extracting(i -> i.caption("es").orElseThrow())
                .contains("una estrella roja pequeña", "un corazón negro grande");

        var again = new Toy.Thing(Toy.Shape.MOON, Toy.Colour.PINK, true, 3);
        var picture = cache.resolve("again.png");
        var sound = cache.resolve("again.wav");
        ToyPicture.write(again, picture);
        ToySound.write(again, sound);
        assertThat(toy.root().resolve("pictures/small-pink-moon-3.png")).hasSameBinaryContentAs(picture);
        assertThat(toy.root().resolve("sounds/small-pink-moon-3.wav")).hasSameBinaryContentAs(sound);
    }

    @Test
    void drawsAndPlays() throws Exception {
        var thing = new Toy.Thing(Toy.Shape.CIRCLE, Toy.Colour.RED, false, 0);
        var file = cache.resolve("circle.png");
        ToyPicture.write(thing, file);
        var picture = new ImageSource.InFile(file).decode();
        assertThat(picture.width()).isEqualTo(64);
        int red = 0;
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 64; x++) {
                red += picture.at(x, y, 0) > 150 && picture.at(x, y, 1) < 90 && picture.at(x, y, 2) < 90 ? 1 : 0;
            }
        }
        // a disc of radius 20 to 25 less its outline
        assertThat(red).isBetween((int) (Math.PI * 19 * 19), (int) (Math.PI * 25 * 25));

        var sound = cache.resolve("circle.wav");
        ToySound.write(thing, sound);
        try (var in = AudioSystem.getAudioInputStream(sound.toFile())) {
            assertThat(in.getFormat().getSampleRate()).isEqualTo(16_000);
            assertThat(in.getFrameLength()).isBetween(8_000L, 11_000L);
            var bytes = in.readAllBytes();
            int peak = 0;
            for (int i = 0; i < bytes.length; i += 2) {
                peak = Math.max(peak, Math.abs((short) (bytes[i] & 0xff | bytes[i + 1] << 8)));
            }
            assertThat(peak).isBetween(5_000, 25_000);
        }
    }

    @Test
    void differentThingsLookAndSoundDifferent() throws IOException {
        var one = new Toy.Thing(Toy.Shape.STAR, Toy.Colour.BLUE, true, 0);
        var two = new Toy.Thing(Toy.Shape.STAR, Toy.Colour.BLUE, true, 1);
        ToyPicture.write(one, cache.resolve("1.png"));
        ToyPicture.write(two, cache.resolve("2.png"));
        ToySound.write(one, cache.resolve("1.wav"));
        ToySound.write(two, cache.resolve("2.wav"));
        assertThat(Files.mismatch(cache.resolve("1.png"), cache.resolve("2.png")))
                .isNotEqualTo(-1);
        assertThat(Files.mismatch(cache.resolve("1.wav"), cache.resolve("2.wav")))
                .isNotEqualTo(-1);
    }
}
