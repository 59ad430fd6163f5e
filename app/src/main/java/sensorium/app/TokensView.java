package sensorium.app;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.app.report.BarChart;
import sensorium.app.report.Html;
import sensorium.app.report.Media;
import sensorium.app.report.Page;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;
import sensorium.vision.LabelledPictures;
import sensorium.vision.PictureAutoencoder;
import sensorium.vision.PictureCodec;
import sensorium.vision.PictureGrid;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.ReadPictures;

/** What is left of pictures that went through tokens, as sections of a report. */
final class TokensView {
    private static final int SHOWN = 16;
    private static final int ACROSS = 32;

    private TokensView() {}

    static List<Page.Section> of(PictureTokenizer model, LabelledPictures pictures) {
        return List.of(
                beforeAndAfter(model, pictures),
                new Page.Section(
                        "Any token exchanged",
                        "The first picture as it is read from its tokens. Click on one: what it would be with others"
                                + " of the codes there.",
                        TokenSwap.of(model, first(model, pictures, 1))),
                new Page.Section(
                        "How the codes are used",
                        "How often each code is chosen in pictures that were not trained on, the most frequent first.",
                        BarChart.of("Share of all tokens", sorted(ReadPictures.counts(model, pictures)))),
                new Page.Section("The codebook", "What each code says when all tokens are it.", codebook(model)));
    }

    static List<Page.Section> of(PictureAutoencoder model, LabelledPictures pictures) {
        return List.of(beforeAndAfter(model, pictures));
    }

    private static Page.Section beforeAndAfter(PictureCodec model, LabelledPictures pictures) {
        return new Page.Section(
                "Before and after",
                "Above pictures that were not trained on, below what is read from what was made of them.",
                reconstructions(model, pictures));
    }

    /** In one line. */
    static String words(Map<String, Double> m) {
        String quality = String.format(Locale.ROOT, "PSNR %.2f dB, SSIM %.3f", m.get("psnr"), m.get("ssim"));
        return m.containsKey("used")
                ? String.format(
                        Locale.ROOT,
                        "%s, %.1f %% of the codes in use, perplexity %.0f",
                        quality,
                        100 * m.get("used"),
                        m.get("perplexity"))
                : String.format(Locale.ROOT, "%s, deviation of the maps %.2f", quality, m.get("deviation"));
    }

    /** Shares, the largest first. */
    private static double[] sorted(double[] counts) {
        double all = Arrays.stream(counts).sum();
        return Arrays.stream(counts).map(n -> -n / all).sorted().map(n -> -n).toArray();
    }

    private static Tensor first(PictureCodec model, LabelledPictures pictures, int n) {
        int length = model.channels() * model.side() * model.side();
        float[] values = new float[n * length];
        for (int i = 0; i < n; i++) {
            pictures.draw(i, values, i * length);
        }
        return Tensor.of(values, n, model.channels(), model.side(), model.side());
    }

    private static Html reconstructions(PictureCodec model, LabelledPictures pictures) {
        int n = Math.min(SHOWN, pictures.size());
        return Scope.tidy(() -> {
            Tensor real = first(model, pictures, n);
            Tensor made = model.decode(model.encode(real));
            return Media.grid(PictureGrid.of(Tensor.concat(0, List.of(real, made)), n), "before and after");
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
