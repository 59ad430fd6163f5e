package sensorium.multimodal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import sensorium.nn.Weights;
import sensorium.vision.Picture;

final class MovingSpaceTest {
    private static final SharedSpaceConfig CONFIG = SharedSpaceConfig.moving();

    /** A dark square on its way from left to right. */
    private static List<Picture> film(int frames) {
        List<Picture> film = new ArrayList<>();
        for (int f = 0; f < frames; f++) {
            var bytes = new byte[32 * 32 * 3];
            Arrays.fill(bytes, (byte) 220);
            int left = 24 * f / Math.max(1, frames - 1);
            for (int y = 12; y < 20; y++) {
                Arrays.fill(bytes, (y * 32 + left) * 3, (y * 32 + left + 8) * 3, (byte) 20);
            }
            film.add(new Picture(32, 32, 3, bytes));
        }
        return film;
    }

    @Test
    void aFilmIsSixtyFourTubeletsThroughTheSameTower() {
        assertThat(CONFIG.frames()).isEqualTo(8);
        assertThat(CONFIG.deep()).isEqualTo(2);
        assertThat(CONFIG.picture().tokens()).isEqualTo(64);
        assertThat(SharedSpaceConfig.small().frames()).isEqualTo(1);
        assertThat(SharedSpaceConfig.small().deep()).isEqualTo(1);
    }

    @Test
    void theOrderOfFramesCountsAndAStillIsAFilmThatStands() {
        var embedder = new Embedder(SharedSpace.of(Weights.random(1), CONFIG));
        List<Picture> film = film(8);
        List<Picture> back = new ArrayList<>(film);
        Collections.reverse(back);
        List<Picture> still = Collections.nCopies(8, film.getFirst());
        float[][] v = embedder.films(List.of(film, back, still, film.subList(0, 1), film(16)));
        assertThat(v[0]).isNotEqualTo(v[1]);
        assertThat(v[2]).isEqualTo(v[3]);
        assertThat(embedder.pictures(List.of(film.getFirst()))[0]).containsExactly(v[3], within(1e-5f));
        double squares = 0;
        for (float x : v[0]) {
            squares += x * x;
        }
        assertThat(squares).isCloseTo(1, within(1e-5));
        assertThat(v[4]).isNotEqualTo(v[3]);
    }
}
