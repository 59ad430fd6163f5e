package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PixelBaselineTest {
    @Test
    void aPictureIsLikeItselfAtAnySizeAndMargin() {
        Picture small = halves(20, 0xFF0000, 0x0000FF);
        Picture large = Resize.resize(small, 60, 60, Resize.Filter.NEAREST);
        Picture framed = large.onCanvas(17, 5, 100, 80);
        float[] features = PixelBaseline.features(small);
        assertThat(features).hasSize(PixelBaseline.LENGTH);
        assertThat(PixelBaseline.similarity(features, features)).isCloseTo(1, within(1e-5f));
        assertThat(PixelBaseline.similarity(features, PixelBaseline.features(large)))
                .isCloseTo(1, within(1e-3f));
        assertThat(PixelBaseline.similarity(features, PixelBaseline.features(framed)))
                .isCloseTo(1, within(1e-3f));
    }

    @Test
    void coloursCountWhereverTheyAreAndPlacesCountToo() {
        float[] redBlue = PixelBaseline.features(halves(20, 0xFF0000, 0x0000FF));
        float[] blueRed = PixelBaseline.features(halves(20, 0x0000FF, 0xFF0000));
        float[] greenBlack = PixelBaseline.features(halves(20, 0x00FF00, 0x000000));
        // The same histogram, no pixel in common; then neither.
        assertThat(PixelBaseline.similarity(redBlue, blueRed)).isCloseTo(0.5f, within(1e-3f));
        assertThat(PixelBaseline.similarity(redBlue, greenBlack)).isCloseTo(0, within(1e-3f));
    }

    @Test
    void anInvisiblePictureHasPixelsButNoColours() {
        float[] features = PixelBaseline.features(new Picture(3, 3, 4, new byte[3 * 3 * 4]));
        assertThat(features[0]).isZero();
        assertThat(PixelBaseline.similarity(features, features)).isCloseTo(0.5f, within(1e-5f));
    }

    private static Picture halves(int side, int left, int right) {
        var bytes = new byte[side * side * 3];
        for (int i = 0; i < bytes.length; i++) {
            int colour = i / 3 % side < side / 2 ? left : right;
            bytes[i] = (byte) (colour >> 16 - 8 * (i % 3));
        }
        return new Picture(side, side, 3, bytes);
    }
}
