package sensorium.multimodal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.audio.music.Heard;
import sensorium.audio.music.MusicListener;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;

final class ToyMotionTest {
    @TempDir
    Path folder;

    /** Where the middle of what is red is. */
    private static double[] middle(Picture p) {
        double x = 0;
        double y = 0;
        int n = 0;
        for (int i = 0; i < p.width() * p.height(); i++) {
            int column = i % p.width();
            int row = i / p.width();
            if (p.at(column, row, 0) > 150 && p.at(column, row, 1) < 90 && p.at(column, row, 2) < 90) {
                x += column;
                y += row;
                n++;
            }
        }
        return new double[] {x / n, y / n};
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSaidToMoveMovesAndSoundsLikeIt(ToyMotion.Motion motion) throws Exception {
        var moving = new ToyMotion.Moving(Toy.Shape.SQUARE, Toy.Colour.RED, motion, 0);
        ToyMotion.write(folder, List.of(moving));
        Item item = DataFolder.read(folder).items().getFirst();
        assertThat(item.caption("en").orElseThrow())
                .isEqualTo("a red square moving " + item.label().orElseThrow());
        List<Picture> frames = item.pictures().getFirst().frames(10, 64);
        assertThat(frames).hasSize(ToyFilm.FRAMES);
        double[] first = middle(frames.getFirst());
        double[] last = middle(frames.getLast());
        double[] way = {last[0] - first[0], last[1] - first[1]};
        assertThat(way[0]).isCloseTo(Math.abs(motion.x()) * way[0], within(1.0));
        assertThat(way[1]).isCloseTo(Math.abs(motion.y()) * way[1], within(1.0));
        assertThat(way[0] * motion.x() + way[1] * motion.y()).isGreaterThan(18);

        Waveform sound = AudioFile.decode(item.sounds().getFirst().file()).mono();
        Heard heard = MusicListener.listen(sound);
        double rise = heard.line().median(0.5, 0.58) - heard.line().median(0.02, 0.1);
        assertThat(rise).isCloseTo(-16 * motion.y(), within(1.5)); // a square's melody is one note
        double half = sound.seconds() / 2;
        double louder = sound.cut(new Waveform.Stretch(sound.samples().length / 2, sound.samples().length))
                        .rms()
                / sound.first(half).rms();
        assertThat((int) Math.signum(Math.rint(Math.log(louder)))).isEqualTo(motion.x());
    }

    @Test
    void filmsAreReadFromMetadataWhicheverWayTheyAreStored() throws Exception {
        ToyMotion.write(folder, List.of(new ToyMotion.Moving(Toy.Shape.STAR, Toy.Colour.BLUE, ToyMotion.Motion.UP, 5)));
        Path frames = Files.createDirectories(folder.resolve("frames"));
        List<Picture> film =
                DataFolder.read(folder).items().getFirst().pictures().getFirst().frames(4, 32);
        for (int f = 0; f < 4; f++) {
            PngWriter.write(film.get(f), frames.resolve(f + ".png"));
        }
        Files.writeString(folder.resolve("metadata.jsonl"), """
                {"video_file_name": "films/blue-star-up-5.gif", "text": "up", "split": "test"}
                {"video_file_name": ["frames"], "text": "up"}
                {"video_file_name": "nowhere", "text": "up"}
                {"image_file_name": "frames", "text": "up"}
                {"video_file_name": "../frames", "text": "up"}
                """);
        DataFolder read = DataFolder.read(folder);
        assertThat(read.items()).hasSize(2);
        assertThat(read.skipped().reasons())
                .anyMatch(r -> r.contains("missing file 'nowhere'"))
                .anyMatch(r -> r.contains("'frames' is not a file"))
                .anyMatch(r -> r.contains("leads out of the folder"));
        assertThat(read.items().get(1).pictures().getFirst().frames(4, 32)).isEqualTo(film);
        assertThat(read.items().get(1).id()).isEqualTo("frames");
    }
}
