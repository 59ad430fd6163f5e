package sensorium.nn.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PaceTest {
    /** The first update of a cold machine takes long; batches of those after it are prepared before the second is made. */
    @Test
    void aRunDoesNotEndEarlyBecauseItsFirstUpdateWasSlow() {
        var pace = new Pace(90);
        Course course = pace.guess();
        pace.start(0, 0);
        course = pace.revise(course, 1, 3, 19);
        course = pace.revise(course, 2, 4, 23.4);
        course = pace.revise(course, 3, 5, 26.4);
        assertThat(course.total()).isGreaterThan(20);
        long made = 3;
        for (double seconds = 27.4; seconds < 90 && made < course.total(); seconds++) {
            made++;
            course = pace.revise(course, made, made + 2, seconds);
        }
        assertThat(made).isBetween(60L, 68L);
        assertThat(course.total()).isEqualTo(made);
    }

    @Test
    void whereEveryUpdateIsAsSlowItEndsInTimeAllTheSame() {
        var pace = new Pace(90);
        Course course = pace.guess();
        pace.start(0, 0);
        long made = 0;
        for (double seconds = 19; made < course.total(); seconds += 19) {
            made++;
            course = pace.revise(course, made, made + 2, seconds);
        }
        assertThat(made).isBetween(4L, 6L);
    }
}
