package sensorium.audio.whisper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sensorium.audio.whisper.Timeline.Stretch;

/** Tokens below 100 are text, 100 is the window's beginning, each one after it 20 ms, two frames, later. */
class TimelineTest {
    private static Timeline of(Integer... tokens) {
        return Timeline.of(List.of(tokens), 100, 60);
    }

    private static Stretch stretch(int start, int end, Integer... tokens) {
        return new Stretch(start, end, List.of(tokens));
    }

    @Test
    void pairsOfTimesCut() {
        Timeline two = of(100, 1, 2, 110, 110, 3, 120);
        assertThat(two.stretches()).containsExactly(stretch(0, 20, 100, 1, 2, 110), stretch(20, 40, 110, 3, 120));
        assertThat(two.done()).isEqualTo(60); // silence follows
    }

    @Test
    void aSegmentWithoutAnEndIsHeardAgain() {
        Timeline cut = of(100, 1, 110, 112, 2, 3);
        assertThat(cut.stretches()).containsExactly(stretch(0, 20, 100, 1, 110));
        assertThat(cut.done()).isEqualTo(20);
        // The same where only its beginning was written.
        assertThat(of(100, 1, 110, 112)).isEqualTo(new Timeline(List.of(stretch(0, 20, 100, 1, 110)), 20));
    }

    @Test
    void oneSegment() {
        assertThat(of(105, 1, 2, 115)).isEqualTo(new Timeline(List.of(stretch(10, 30, 105, 1, 2, 115)), 60));
        // Without an end it lasts as long as the window.
        assertThat(of(105, 1, 2)).isEqualTo(new Timeline(List.of(stretch(10, 60, 105, 1, 2)), 60));
        assertThat(of(1, 2)).isEqualTo(new Timeline(List.of(stretch(0, 60, 1, 2)), 60));
        assertThat(of()).isEqualTo(new Timeline(List.of(stretch(0, 60)), 60));
    }

    @Test
    void itAlwaysGoesOn() {
        assertThat(of(100, 100, 1, 2).done()).isEqualTo(60);
        assertThat(of(100, 1, 190, 190, 2).done()).isEqualTo(60); // no further than the window
    }
}
