package sensorium.app;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import sensorium.app.report.Html;
import sensorium.app.report.Media;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PictureGrid;
import sensorium.vision.PictureTokenizer;

/**
 * A picture each of whose tokens can be exchanged on the page: all that can be seen is made beforehand, of large pictures only what
 * is around the token, for further away it changes next to nothing.
 */
final class TokenSwap {
    /** Codes that are tried at each place of a few, of many. */
    private static final int CODES = 12;

    private static final int CODES_OF_MANY = 4;
    private static final int FEW_PLACES = 64;
    /** Tokens across of what is shown anew. */
    private static final int AROUND = 7;

    private TokenSwap() {}

    /** @param picture (1, C, H, W), pixels from −1 to 1 */
    static Html of(PictureTokenizer model, Tensor picture) {
        var c = model.config();
        int across = c.tokens();
        int patch = c.side() / across;
        int window = Math.min(c.side(), AROUND * patch);
        int codes = Math.min(c.codes(), across * across > FEW_PLACES ? CODES_OF_MANY : CODES);
        int[] tried = IntStream.range(0, codes)
                .map(i -> (int) ((long) i * c.codes() / codes))
                .toArray();
        long[] tokens = Scope.tidy(() -> model.tokens(picture).toLongs());
        Picture base = Scope.tidy(() -> PictureGrid.of(model.picture(Tensor.of(tokens, 1, across, across)), 1));
        Picture sprite = Scope.tidy(() -> {
            List<Tensor> all = new ArrayList<>();
            for (int place = 0; place < tokens.length; place++) {
                all.add(exchanged(model, tokens, place, tried, window));
            }
            return PictureGrid.of(Tensor.concat(0, all), codes);
        });
        return Html.of(
                "<div class=\"swap\" data-places=\"{}\" data-side=\"{}\" data-window=\"{}\" data-gap=\"{}\""
                        + " data-codes=\"{}\" data-tokens=\"{}\"><img alt=\"the picture\" class=\"base\" src=\"{}\"><img"
                        + " alt=\"\" class=\"sprite\" hidden src=\"{}\"></div>",
                across,
                c.side(),
                window,
                PictureGrid.GAP,
                IntStream.of(tried).mapToObj(Integer::toString).collect(Collectors.joining(" ")),
                IntStream.range(0, tokens.length)
                        .mapToObj(i -> Long.toString(tokens[i]))
                        .collect(Collectors.joining(" ")),
                Media.png(base),
                Media.png(sprite));
    }

    /** What is around a place with each of the codes there: (codes, C, window, window). */
    private static Tensor exchanged(PictureTokenizer model, long[] tokens, int place, int[] tried, int window) {
        int across = model.config().tokens();
        int side = model.config().side();
        int patch = side / across;
        long[] all = new long[tried.length * tokens.length];
        for (int i = 0; i < tried.length; i++) {
            System.arraycopy(tokens, 0, all, i * tokens.length, tokens.length);
            all[i * tokens.length + place] = tried[i];
        }
        int left = start(place % across, patch, window, side);
        int top = start(place / across, patch, window, side);
        return Scope.tidy(() -> model.picture(Tensor.of(all, tried.length, across, across))
                .slice(2, top, top + window)
                .slice(3, left, left + window)
                .contiguous());
    }

    /** Where the window of a token begins; the page knows it by the same rule. */
    private static int start(int token, int patch, int window, int side) {
        return Math.clamp(token * patch + patch / 2 - window / 2, 0, side - window);
    }
}
