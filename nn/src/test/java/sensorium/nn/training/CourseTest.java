package sensorium.nn.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.nn.training.Course.Knot;
import tools.jackson.databind.json.JsonMapper;

class CourseTest {
    private static final Schedule COSINE = new Schedule.Cosine(0.05, 0);
    private static final List<Schedule> SCHEDULES = List.of(
            COSINE,
            new Schedule.Trapezoid(0.02, 0.1, 0.7, 0),
            new Schedule.InTurn(1 / 3.0, COSINE, new Schedule.Cosine(0.1, 0.2)));

    @Test
    void straightThroughIsStepOverTotalToTheBit() {
        for (long total : new long[] {1, 3, 7, 97, 1000, 2999}) {
            var course = Course.of(total);
            for (long n = 0; n < total; n++) {
                assertThat(course.fraction(n)).isEqualTo((double) n / total);
                for (Schedule s : SCHEDULES) {
                    assertThat(course.factor(s, n)).isEqualTo(s.factor((double) n, (double) total));
                }
            }
        }
    }

    @Test
    void aBendKeepsWhatLiesBeforeAndLeadsToOne() {
        var course = Course.of(1000).bent(100, 300).bent(200, 1200);
        assertThat(course.knots().stream().map(Knot::step)).containsExactly(0L, 100L, 200L, 1200L);
        assertThat(course.total()).isEqualTo(1200);
        assertThat(course.fraction(50)).isEqualTo(0.05);
        assertThat(course.fraction(100)).isCloseTo(0.1, within(1e-15));
        assertThat(course.fraction(200)).isCloseTo(0.55, within(1e-15));
        assertThat(course.fraction(700)).isCloseTo(0.775, within(1e-15));
        assertThat(course.fraction(1200)).isCloseTo(1, within(1e-15));
        // A bend before others takes their place.
        assertThat(course.bent(150, 250).knots().stream().map(Knot::step)).containsExactly(0L, 100L, 150L, 250L);
        assertThat(course.bent(0, 10)).isEqualTo(Course.of(10));
    }

    @Test
    void schedulesAreAsSmoothAsTheCourse() {
        var course = Course.of(1000).bent(123, 777).bent(300, 2000).bent(1111, 1500);
        for (Schedule s : SCHEDULES) {
            for (long n = 0; n < course.total(); n++) {
                double f = course.fraction(n);
                // What a straight run of many steps has there; in a short warm-up one step more or less is a tenth.
                double fine = s.factor(f * 1e6, 1e6);
                assertThat(course.factor(s, n)).as(s + " at " + f).isBetween(0.0, 1.0);
                assertThat(course.factor(s, n)).as(s + " at " + f).isCloseTo(fine, within(0.1));
            }
        }
    }

    @Test
    void theSecondOfTwoStagesBeginsWhereTheShareIsReached() {
        var inTurn = new Schedule.InTurn(0.5, new Schedule.Trapezoid(0, 1, 1, 1), new Schedule.Cosine(0, 0));
        var course = Course.of(1000).bent(101, 417);
        for (long n = 0; n < course.total(); n++) {
            double factor = course.factor(inTurn, n);
            assertThat(factor == 1).isEqualTo(course.fraction(n) < 0.5 || course.fraction(n - 1) < 0.5);
        }
    }

    @Test
    void goesThroughJson() {
        var course = Course.of(1000).bent(123, 777).bent(300, 2000);
        String text = course.json().toString();
        assertThat(text).startsWith("[[0,0.0],[123,0.123],[300,").endsWith(",[2000,1.0]]");
        assertThat(Course.of(JsonMapper.shared().readTree(text))).isEqualTo(course);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "[[0,0]]",
                "[[0,0],[5,0.5]]",
                "[[1,0],[5,1]]",
                "[[0,0.1],[5,1]]",
                "[[0,0],[0,1]]",
                "[[0,0],[5,0.5],[5,1]]",
                "[[0,0],[5,0.5],[6,0.5],[7,1]]",
                "[[0,0],[5],[7,1]]",
                "[[0,0],[5,\"x\"],[7,1]]",
                "[[0,0],7,[8,1]]"
            })
    void whatIsNoCourseIsRefused(String json) {
        assertThatThrownBy(() -> Course.of(JsonMapper.shared().readTree(json)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
