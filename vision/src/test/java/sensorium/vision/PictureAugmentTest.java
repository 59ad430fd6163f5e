package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.vision.Augmentation.Background;
import sensorium.vision.Augmentation.Colour;
import sensorium.vision.Augmentation.Damage;
import sensorium.vision.Augmentation.Place;

class PictureAugmentTest {
    private static final int SIDE = 24;
    private static final Place STILL = new Place(1, 1, 0, 0, 0, 0);
    private static final Colour TRUE = new Colour(0, 0, 0, 0);
    private static final Background WHITE = new Background(0, 0, 0);
    private static final Damage SOUND = new Damage(0, 0, 0, 0);
    private static final Augmentation EVERYTHING = new Augmentation(
            new Place(0.5, 1.2, 1, 30, 0.3, 0.5),
            new Colour(60, 0.5, 0.3, 0.2),
            new Background(0.3, 0.3, 0.3),
            new Damage(0.5, 0.5, 0.5, 0.1),
            0.3);

    @Test
    void withoutAnyVariationThePictureIsItself() {
        Picture picture = noise(SIDE, SIDE, 3, 1);
        float[] drawn = draw(PictureBank.of(List.of(picture), SIDE), Augmentation.NONE, 0);
        for (int i = 0; i < drawn.length; i++) {
            int pixel = i % (SIDE * SIDE);
            assertThat(drawn[i])
                    .isCloseTo(picture.at(pixel % SIDE, pixel / SIDE, i / (SIDE * SIDE)) / 255f, within(1e-5f));
        }
    }

    @Test
    void alphaIsCroppedToAndComposedOverTheBackground() {
        var bytes = new byte[40 * 40 * 4];
        for (int y = 10; y < 22; y++) {
            for (int x = 5; x < 29; x++) { // 24 x 12, half transparent red
                bytes[(y * 40 + x) * 4] = (byte) 255;
                bytes[(y * 40 + x) * 4 + 3] = (byte) 128;
            }
        }
        float[] drawn = draw(PictureBank.of(List.of(new Picture(40, 40, 4, bytes)), SIDE), Augmentation.NONE, 0);
        assertThat(at(drawn, 0, 12, 12)).isCloseTo(1, within(1e-5f));
        assertThat(at(drawn, 1, 12, 12)).isCloseTo(127 / 255f, within(1e-5f));
        assertThat(at(drawn, 1, 0, 6)).isCloseTo(127 / 255f, within(1e-5f));
        assertThat(at(drawn, 1, 23, 17)).isCloseTo(127 / 255f, within(1e-5f));
        assertThat(at(drawn, 1, 12, 5)).isEqualTo(1);
        assertThat(at(drawn, 1, 12, 18)).isEqualTo(1);
    }

    @Test
    void flippingExchangesLeftAndRight() {
        PictureBank bank = PictureBank.of(List.of(noise(SIDE, SIDE, 3, 2)), SIDE);
        float[] drawn = draw(bank, Augmentation.NONE, 0);
        float[] flipped = draw(bank, new Augmentation(new Place(1, 1, 0, 0, 0, 1), TRUE, WHITE, SOUND, 0), 0);
        for (int x = 0; x < SIDE; x++) {
            assertThat(at(flipped, 2, x, 7)).isCloseTo(at(drawn, 2, SIDE - 1 - x, 7), within(1e-5f));
        }
    }

    @Test
    void greyKeepsLumaAndTakesColour() {
        PictureBank bank = PictureBank.of(List.of(noise(SIDE, SIDE, 3, 3)), SIDE);
        float[] drawn = draw(bank, Augmentation.NONE, 0);
        float[] grey = draw(bank, new Augmentation(STILL, new Colour(90, 0, 0, 1), WHITE, SOUND, 0), 0);
        for (int i = 0; i < SIDE * SIDE; i++) {
            float luma = 0.213f * drawn[i] + 0.715f * drawn[i + SIDE * SIDE] + 0.072f * drawn[i + 2 * SIDE * SIDE];
            for (int c = 0; c < 3; c++) {
                assertThat(grey[i + c * SIDE * SIDE]).isCloseTo(luma, within(1e-5f));
            }
        }
    }

    @Test
    void hueTurnsAndBrightnessScales() {
        var red = new byte[SIDE * SIDE * 3];
        for (int i = 0; i < red.length; i += 3) {
            red[i] = (byte) 200;
        }
        PictureBank bank = PictureBank.of(List.of(new Picture(SIDE, SIDE, 3, red)), SIDE);
        var greens = new HashSet<Float>();
        for (int key = 0; key < 20; key++) {
            float[] drawn = draw(bank, new Augmentation(STILL, new Colour(25, 0, 0.5, 0), WHITE, SOUND, 0), key);
            assertThat(at(drawn, 0, 9, 9)).isBetween(0.3f, 1f);
            assertThat(at(drawn, 1, 9, 9)).isBetween(0f, 0.35f);
            greens.add(at(drawn, 1, 9, 9));
        }
        assertThat(greens).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void backgroundsAreWhatTheirNamesSay(int kind) {
        // A picture with next to nothing in it, so that what is seen is background.
        PictureBank bank = PictureBank.of(List.of(noise(SIDE, SIDE, 3, 4)), SIDE);
        var background = new Background(kind == 0 ? 1 : 0, kind == 1 ? 1 : 0, kind == 2 ? 1 : 0);
        var how = new Augmentation(new Place(0.01, 0.01, 0, 0, 0, 0), TRUE, background, SOUND, 0);
        for (int key = 0; key < 20; key++) {
            float[] drawn = draw(bank, how, key);
            double roughest = 0;
            var shades = new HashSet<Integer>();
            for (int x = 1; x < SIDE; x++) {
                roughest = Math.max(roughest, Math.abs(at(drawn, 0, x, 2) - at(drawn, 0, x - 1, 2)));
                shades.add(Math.round(at(drawn, 0, x, 2) * 1e5f));
            }
            for (float value : drawn) {
                assertThat(value).isBetween(-1e-5f, 1 + 1e-5f);
            }
            if (kind == 0) {
                assertThat(shades).hasSize(1);
            } else {
                assertThat(roughest).isBetween(1e-7, kind == 1 ? 0.06 : 0.5);
            }
        }
    }

    @Test
    void placesReachTheEdgesAndStayInside() {
        var black = new Picture(8, 8, 3, new byte[8 * 8 * 3]);
        var how = new Augmentation(new Place(0.5, 0.5, 1, 0, 0, 0), TRUE, WHITE, SOUND, 0);
        int leftmost = SIDE;
        int rightmost = 0;
        for (int key = 0; key < 200; key++) {
            float[] drawn = draw(PictureBank.of(List.of(black), 8), how, key);
            double ink = 0;
            for (int i = 0; i < SIDE * SIDE; i++) {
                ink += 1 - drawn[i];
                if (drawn[i] < 0.5) {
                    leftmost = Math.min(leftmost, i % SIDE);
                    rightmost = Math.max(rightmost, i % SIDE);
                }
            }
            // Interpolated edges reach over by less than half a pixel of the bank each side.
            assertThat(ink).isCloseTo(12 * 12, within(24.0));
        }
        assertThat(leftmost).isZero();
        assertThat(rightmost).isEqualTo(SIDE - 1);
    }

    @Test
    void theSameKeysGiveTheSameFloatsOnAnyThread() {
        PictureBank bank = bank();
        var augment = new PictureAugment(bank, SIDE, EVERYTHING, 42);
        var inOrder = new float[200][augment.length()];
        var atOnce = new float[200][augment.length() + 5];
        for (int i = 199; i >= 0; i--) {
            augment.draw(i % bank.size(), i, inOrder[i], 0);
        }
        IntStream.range(0, 200).parallel().forEach(i -> augment.draw(i % bank.size(), i, atOnce[i], 5));
        for (int i = 0; i < 200; i++) {
            for (int j = 0; j < augment.length(); j++) {
                assertThat(Float.floatToRawIntBits(atOnce[i][j + 5])).isEqualTo(Float.floatToRawIntBits(inOrder[i][j]));
            }
        }
    }

    @Test
    void seedKeyAndPictureEachMatter() {
        PictureBank bank = bank();
        Set<Integer> seen = new HashSet<>();
        for (long seed = 0; seed < 2; seed++) {
            for (int key = 0; key < 3; key++) {
                for (int picture = 0; picture < 2; picture++) {
                    var augment = new PictureAugment(bank, SIDE, Augmentation.TRAINING, seed);
                    var out = new float[augment.length()];
                    augment.draw(picture, key, out, 0);
                    seen.add(java.util.Arrays.hashCode(out));
                }
            }
        }
        assertThat(seen).hasSize(12);
    }

    @Test
    void everythingAtOnceStaysWithinTheRange() {
        PictureBank bank = bank();
        var augment = new PictureAugment(bank, SIDE, EVERYTHING, 7);
        var out = new float[augment.length()];
        for (int key = 0; key < 300; key++) {
            augment.draw(key % bank.size(), key, out, 0);
            for (float value : out) {
                assertThat(value).isBetween(-1e-5f, 1 + 1e-5f);
            }
        }
    }

    @Test
    void mixingBlendsInThePartnerItNames() {
        PictureBank bank = bank();
        var how = new Augmentation(STILL, TRUE, WHITE, SOUND, 1);
        var augment = new PictureAugment(bank, SIDE, how, 5);
        var mixed = new float[augment.length()];
        for (int key = 0; key < 10; key++) {
            var drawn = augment.draw(0, key, mixed, 0);
            float[] first = draw(bank, Augmentation.NONE, 0);
            var second = new float[augment.length()];
            new PictureAugment(bank, SIDE, Augmentation.NONE, 0).draw(drawn.partner(), 0, second, 0);
            assertThat(drawn.weight()).isBetween(0.5f, 1f);
            for (int i = 0; i < mixed.length; i++) {
                assertThat(mixed[i])
                        .isCloseTo(drawn.weight() * first[i] + (1 - drawn.weight()) * second[i], within(1e-5f));
            }
        }
    }

    @Test
    void damageIsVisible() {
        PictureBank bank = bank();
        float[] whole = draw(bank, Augmentation.NONE, 1);
        for (var damage : List.of(new Damage(1, 0.5, 0, 0), new Damage(0, 0, 1, 0), new Damage(0, 0, 0, 0.2))) {
            float[] damaged = draw(bank, new Augmentation(STILL, TRUE, WHITE, damage, 0), 1);
            assertThat(damaged).as("%s", damage).isNotEqualTo(whole);
        }
        float[] plain = draw(
                PictureBank.of(List.of(new Picture(8, 8, 3, new byte[8 * 8 * 3])), 8),
                new Augmentation(new Place(4, 4, 0, 0, 0, 0), TRUE, WHITE, new Damage(0, 0, 1, 0), 0),
                1);
        for (float value : plain) {
            assertThat(value).isCloseTo(0, within(1e-6f)); // a blur changes nothing where there is nothing to blur
        }
    }

    @Test
    void refusesImpossibleStrengths() {
        assertThatThrownBy(() -> new Place(0, 1, 0, 0, 0, 0)).hasMessageContaining("scale 0.0 to 1.0");
        assertThatThrownBy(() -> new Background(0.5, 0.5, 0.5)).hasMessageContaining("1.");
        assertThatThrownBy(() -> new Colour(0, 0, 0, Double.NaN)).hasMessageContaining("grey is NaN");
    }

    private static PictureBank bank() {
        return PictureBank.of(List.of(noise(64, 40, 4, 5), noise(30, 70, 3, 6), noise(9, 9, 4, 7)), 48);
    }

    private static float[] draw(PictureBank bank, Augmentation how, long key) {
        var augment = new PictureAugment(bank, SIDE, how, 1);
        var out = new float[augment.length()];
        augment.draw(0, key, out, 0);
        return out;
    }

    private static float at(float[] drawn, int channel, int x, int y) {
        return drawn[(channel * SIDE + y) * SIDE + x];
    }

    private static Picture noise(int width, int height, int channels, int seed) {
        var bytes = new byte[width * height * channels];
        new Random(seed).nextBytes(bytes);
        return new Picture(width, height, channels, bytes);
    }
}
