package sensorium.app;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.app.report.Html;
import sensorium.app.report.Media;
import sensorium.app.report.Page;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;
import sensorium.vision.LabelledPictures;
import sensorium.vision.PictureGrid;
import sensorium.vision.PictureTokenizer;

/** What is left of pictures that went through tokens, as sections of a report. */
final class TokensView {
    private static final int SHOWN = 16;
    private static final int ACROSS = 32;

    private TokensView() {}

    static List<Page.Section> of(PictureTokenizer model, LabelledPictures pictures) {
        return List.of(
                new Page.Section(
                        "Before and after",
                        "Above pictures that were not trained on, below what is read from their tokens.",
                        reconstructions(model, pictures)),
                new Page.Section(
                        "One token exchanged",
                        "The first picture, with the token in its middle replaced by other codes.",
                        exchanged(model, pictures)),
                new Page.Section("The codebook", "What each code says when all tokens are it.", codebook(model)));
    }

    /** In one line. */
    static String words(Map<String, Double> m) {
        return String.format(
                Locale.ROOT,
                "PSNR %.2f dB, SSIM %.3f, %.1f %% of the codes in use, perplexity %.0f",
                m.get("psnr"),
                m.get("ssim"),
                100 * m.get("used"),
                m.get("perplexity"));
    }

    private static Tensor first(PictureTokenizer model, LabelledPictures pictures, int n) {
        var c = model.config();
        int length = c.channels() * c.side() * c.side();
        float[] values = new float[n * length];
        for (int i = 0; i < n; i++) {
            pictures.draw(i, values, i * length);
        }
        return Tensor.of(values, n, c.channels(), c.side(), c.side());
    }

    private static Html reconstructions(PictureTokenizer model, LabelledPictures pictures) {
        int n = Math.min(SHOWN, pictures.size());
        return Scope.tidy(() -> {
            Tensor real = first(model, pictures, n);
            Tensor made = model.picture(model.tokens(real));
            return Media.grid(PictureGrid.of(Tensor.concat(0, List.of(real, made)), n), "before and after");
        });
    }

    private static Html exchanged(PictureTokenizer model, LabelledPictures pictures) {
        return Scope.tidy(() -> {
            long[] tokens = model.tokens(first(model, pictures, 1)).toLongs();
            int across = model.config().tokens();
            int n = Math.min(SHOWN, model.config().codes());
            long[] all = new long[n * tokens.length];
            for (int i = 0; i < n; i++) {
                System.arraycopy(tokens, 0, all, i * tokens.length, tokens.length);
                all[i * tokens.length + tokens.length / 2] =
                        (long) i * model.config().codes() / n;
            }
            return Media.grid(
                    PictureGrid.of(model.picture(Tensor.of(all, n, across, across)), n), "one token exchanged");
        });
    }

    /** The middle of each picture, which borders do not reach. */
    private static Html codebook(PictureTokenizer model) {
        int codes = model.config().codes();
        int across = model.config().tokens();
        int patch = model.config().side() / across;
        return Scope.tidy(() -> {
            long[] all = IntStream.range(0, codes * across * across)
                    .mapToLong(i -> i / (across * across))
                    .toArray();
            int from = across / 2 * patch;
            Tensor middles = model.picture(Tensor.of(all, codes, across, across))
                    .slice(2, from, from + patch)
                    .slice(3, from, from + patch);
            return Media.grid(PictureGrid.of(middles, ACROSS), "the codebook");
        });
    }
}
