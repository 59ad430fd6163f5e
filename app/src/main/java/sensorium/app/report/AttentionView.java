package sensorium.app.report;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import sensorium.vision.Picture;
import sensorium.vision.Resize;

/**
 * How a picture is looked at: what each head attends to, and, for every patch under the pointer, where
 * that patch looks.
 *
 * @param name what the picture shows
 * @param picture as the model sees it
 * @param rows of patches
 * @param columns of patches
 * @param heads (heads, rows·columns) what each reads of the whole picture
 * @param patches (rows·columns, rows·columns) who looks where, mean over the heads of a block
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record AttentionView(
        String name, Picture picture, int rows, int columns, List<float[]> heads, float[][] patches) {
    private static final int SIDE = 144;

    public Html html() {
        Picture large = Resize.resize(picture, SIDE, SIDE * picture.height() / picture.width(), Resize.Filter.BICUBIC);
        List<Html> maps = new ArrayList<>();
        for (int h = 0; h < heads.size(); h++) {
            maps.add(Html.of(
                    "<figure><img alt=\"head {} over {}\" src=\"{}\"><figcaption>head {}</figcaption></figure>",
                    h + 1,
                    name,
                    Media.png(ColourMap.over(large, heads.get(h), rows, columns)),
                    h + 1));
        }
        return Html.of("""
                <article class="attention"><figure><div class="patches" data-rows="{}" data-columns="{}" data-weights="{}">
                <img alt="{}" src="{}"></div><figcaption>{}</figcaption></figure>{}</article>
                """, rows, columns, quantised(), name, Media.png(large), name, maps);
    }

    /** Each patch's row as bytes, its largest weight 255. */
    private String quantised() {
        int n = rows * columns;
        var bytes = new byte[n * n];
        for (int q = 0; q < n; q++) {
            float most = 1e-9f;
            for (int k = 0; k < n; k++) {
                most = Math.max(most, patches[q][k]);
            }
            for (int k = 0; k < n; k++) {
                bytes[q * n + k] = (byte) Math.round(255 * patches[q][k] / most);
            }
        }
        return Base64.getEncoder().encodeToString(bytes);
    }
}
