package sensorium.vision;

import java.util.Arrays;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/** Many pictures as one, row by row. */
public final class PictureGrid {
    /** Pixels between pictures. */
    public static final int GAP = 2;

    private static final int RGB = 3;
    private static final byte BACKGROUND = (byte) 0x80;

    private PictureGrid() {}

    /**
     * @param pictures (N, C, H, W), C 1 or 3, pixels from −1 to 1; what is beyond is taken for the nearest
     * @param columns of pictures
     */
    public static Picture of(Tensor pictures, int columns) {
        if (pictures.rank() != 4 || pictures.dim(1) != 1 && pictures.dim(1) != 3 || columns < 1) {
            throw new ShapeException("[grid] " + pictures + " is no batch of grey or coloured pictures");
        }
        int n = pictures.dim(0);
        int channels = pictures.dim(1);
        int height = pictures.dim(2);
        int width = pictures.dim(3);
        int rows = Math.ceilDiv(n, columns);
        int across = columns * (width + GAP) - GAP;
        int down = rows * (height + GAP) - GAP;
        var bytes = new byte[across * down * RGB];
        Arrays.fill(bytes, BACKGROUND);
        float[] pixels = pictures.toFloats();
        for (int i = 0; i < n; i++) {
            int left = i % columns * (width + GAP);
            int top = i / columns * (height + GAP);
            for (int c = 0; c < RGB; c++) {
                int source = i * channels + (channels == 1 ? 0 : c);
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        float v = pixels[(source * height + y) * width + x];
                        bytes[((top + y) * across + left + x) * RGB + c] =
                                (byte) Math.round(255 * (Math.clamp(v, -1f, 1f) + 1) / 2);
                    }
                }
            }
        }
        return new Picture(across, down, RGB, bytes);
    }
}
