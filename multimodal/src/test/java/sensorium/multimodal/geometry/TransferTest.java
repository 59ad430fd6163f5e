package sensorium.multimodal.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.multimodal.Material;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SharedSpaceConfig;
import sensorium.multimodal.SpaceVectors;
import sensorium.multimodal.classify.Sense;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.Item;
import sensorium.nn.Weights;

/** An untrained space on the toy world: what comes out is no good, but comes out of the right things. */
class TransferTest {
    private static final Material.Watcher SILENT = (phase, done, total) -> {};

    @TempDir
    static Path shared;

    private static SharedSpace space;
    private static DataFolder toy;
    private static Labelled labelled;

    @BeforeAll
    static void aSpaceAndData() {
        space = SharedSpace.of(Weights.random(1), SharedSpaceConfig.small());
        toy = new DataSets(shared, Optional.empty()).open("toy");
        labelled = Labelled.of(space, every(7, toy.forTraining()), every(4, toy.forEvaluation()), 1, SILENT)
                .orElseThrow();
    }

    private static List<Item> every(int step, List<Item> items) {
        return IntStream.range(0, items.size() / step)
                .mapToObj(i -> items.get(i * step))
                .toList();
    }

    @Test
    void picturesAreTriedOnLabelsThatAreHeldOut() {
        assertThat(labelled.tower().sense()).isEqualTo(Sense.PICTURE);
        assertThat(labelled.labels()).hasSize(8).contains("circle", "moon");
        assertThat(labelled.pool().size()).isEqualTo(8 * 16);
        assertThat(labelled.test().size()).isEqualTo(8 * 4);
        assertThat(labelled.majority()).isCloseTo(1.0 / 8, offset(1e-9));
        assertThat(Labelled.of(space, toy.forEvaluation(), toy.forEvaluation(), 1, SILENT))
                .isEmpty();
    }

    @Test
    void ofADrawTheFewAreAmongTheMany() {
        int[] two = labelled.few(2, 5, 3);
        int[] five = labelled.few(5, 5, 3);
        assertThat(two).hasSize(16).doesNotHaveDuplicates();
        assertThat(five).hasSize(40).doesNotHaveDuplicates().contains(two);
        assertThat(labelled.few(5, 5, 3)).isEqualTo(five);
        assertThat(labelled.few(5, 5, 4)).isNotEqualTo(five);
        int[] count = new int[8];
        Arrays.stream(five).forEach(i -> count[labelled.pool().label(i)]++);
        assertThat(count).containsOnly(5);
    }

    /** The tower learnt nothing, so nothing carries over; but a linear map of many numbers can tell what it was shown apart. */
    @Test
    void aProbeAndANetworkFromNothingAreHeldAgainstEachOther() {
        var transfer = Transfer.of(labelled, 2, 3, 2, 1, SILENT);
        assertThat(transfer.gain().mean())
                .isCloseTo(transfer.layers().mean() - transfer.scratch().mean(), offset(1e-9));
        assertThat(transfer.probeGain().mean())
                .isCloseTo(transfer.probe().mean() - transfer.scratch().mean(), offset(1e-9));
        assertThat(transfer.toMap().keySet()).contains("probe", "layers", "from_nothing", "gain", "n");
        Probe probe = Probe.of(labelled, 1);
        assertThat(probe.linear()).isBetween(0.0, 1.0);
        assertThat(probe.trained()).isEqualTo(8 * 16);
        int[] few = labelled.few(1, 1, 0);
        var shown = new Labelled(
                labelled.tower(),
                labelled.labels(),
                labelled.pool(),
                labelled.pool().some(few));
        float[][] pool = shown.tower().vectors(shown.pool());
        assertThat(Probe.accuracy(shown, pool, shown.tower().vectors(shown.test()), few))
                .isEqualTo(1);
        assertThat(probe.curve().keySet()).containsExactly(1, 2, 5, 10);
        var names = ZeroShotScores.of(labelled);
        assertThat(names.n()).isEqualTo(32);
        assertThat(names.templates()).isBetween(0.0, 1.0);
    }

    @Test
    void layersAreUnitVectorsSideBySide() {
        float[][] layers = labelled.tower().layers(labelled.test());
        int stages =
                labelled.tower().space().config().picture().patches().stages().size();
        assertThat(layers).hasNumberOfRows(32);
        for (float[] row : layers) {
            double squares = 0;
            for (float v : row) {
                squares += v * v;
            }
            assertThat(squares).isCloseTo(Math.max(0, stages - 1) + 1, offset(1e-3));
        }
    }

    @Test
    void wordsAreTakenAndAdded() {
        var material =
                Material.of(toy.forEvaluation().subList(0, 24), space.config().hearing(), SILENT);
        var vectors = SpaceVectors.of(space, material);
        // Where pictures lie on their names exactly, what is right is decided by the words alone.
        var lucky = new SpaceVectors(vectors.text(), vectors.text(), vectors.sound());
        Arithmetic sums = Arithmetic.of(space, material.concepts(), lucky, lucky.picture());
        assertThat(sums.n()).isPositive();
        assertThat(sums.right()).isGreaterThanOrEqualTo(sums.counted());
        assertThat(sums.right()).isGreaterThan(0.4);
        assertThat(sums.examples().getFirst().answers()).hasSize(3);
        var shape = SpaceShape.of(space, material, vectors, Optional.empty(), 1);
        assertThat(shape.toMap().keySet()).containsExactly("geometry", "arithmetic");
        assertThat(shape.geometry().between().keySet()).containsExactly("text_picture", "text_sound", "picture_sound");
    }
}
