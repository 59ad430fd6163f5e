package sensorium.multimodal.stamps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RecallTest {
    private static final List<String> GALLERY = List.of("a", "b", "c", "d", "e", "f", "a");

    @Test
    void countsTheBestRightItem() {
        var recall = Recall.of(
                new float[][] {
                    {.1f, .2f, .3f, .4f, .5f, .6f, .9f}, // "a": its second picture is first
                    {.9f, .8f, .7f, .6f, .5f, .4f, .3f}, // "e" is fifth
                    {.9f, .8f, .7f, .6f, .5f, .4f, .3f}, // "f" is sixth
                    {1f, 1f, 1f, 1f, 1f, 1f, 1f}, // "b": of equal scores the earlier is first
                    {1f, 1f, 1f, 1f, 1f, 1f, 1f}, // "z" is not there
                },
                List.of("a", "e", "f", "b", "z"),
                GALLERY);
        assertThat(recall).isEqualTo(new Recall(.2, .6, 5));
    }

    @Test
    void intervalIsWilsons() {
        // 7 of 36: checked by hand from Wilson (1927), equation for z = 1.96
        var interval = Recall.interval(7 / 36.0, 36);
        assertThat(interval[0]).isCloseTo(.0975, within(.001));
        assertThat(interval[1]).isCloseTo(.3502, within(.001));
        assertThat(Recall.interval(0, 10)[0]).isCloseTo(0, within(1e-12));
        assertThat(Recall.interval(1, 10)[1]).isCloseTo(1, within(1e-12));
    }

    @Test
    void meanOfDraws() {
        assertThat(Recall.mean(new Recall(.5, .75, 4), new Recall(.25, .25, 4))).isEqualTo(new Recall(.375, .5, 4));
    }
}
