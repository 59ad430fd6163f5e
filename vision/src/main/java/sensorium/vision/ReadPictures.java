package sensorium.vision;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import sensorium.memory.Scope;
import sensorium.nn.codes.CodeUse;
import sensorium.tensor.Tensor;

/** How well pictures come back from what was made of them, as they are. */
public final class ReadPictures {
    private static final int AT_ONCE = 250;

    private ReadPictures() {}

    /**
     * Of tokens: {@code psnr} of the mean error and {@code ssim}, the share of codes {@code used}, and their {@code perplexity}.
     */
    public static Map<String, Double> measure(PictureTokenizer model, LabelledPictures pictures) {
        Map<String, Double> measures = new HashMap<>();
        double[] counts = new double[model.config().codes()];
        var quality = new PictureQuality(model.channels(), model.side());
        batches(model, pictures, real -> {
            Tensor tokens = model.tokens(real);
            for (long t : tokens.toLongs()) {
                counts[(int) t]++;
            }
            quality.add(real.toFloats(), model.picture(tokens).clamp(-1, 1).toFloats());
        });
        measures.putAll(quality.measures());
        measures.putAll(CodeUse.of(counts, 0).measures());
        return measures;
    }

    /** Of maps: {@code psnr} and {@code ssim} of the means, and the {@code deviation} of these from zero, a root of a mean of squares. */
    public static Map<String, Double> measure(PictureAutoencoder model, LabelledPictures pictures) {
        Map<String, Double> measures = new HashMap<>();
        double[] squares = new double[1];
        var quality = new PictureQuality(model.channels(), model.side());
        batches(model, pictures, real -> {
            Tensor map = model.encode(real);
            squares[0] += map.square().mean().item() * real.dim(0);
            quality.add(real.toFloats(), model.decode(map).clamp(-1, 1).toFloats());
        });
        measures.putAll(quality.measures());
        measures.put("deviation", Math.sqrt(squares[0] / pictures.size()));
        return measures;
    }

    /** How often each code is chosen for pictures. */
    public static double[] counts(PictureTokenizer model, LabelledPictures pictures) {
        double[] counts = new double[model.config().codes()];
        batches(model, pictures, real -> {
            for (long t : model.tokens(real).toLongs()) {
                counts[(int) t]++;
            }
        });
        return counts;
    }

    private static void batches(PictureCodec model, LabelledPictures pictures, Consumer<Tensor> each) {
        int length = model.channels() * model.side() * model.side();
        for (int from = 0; from < pictures.size(); from += AT_ONCE) {
            int n = Math.min(AT_ONCE, pictures.size() - from);
            float[] real = new float[n * length];
            for (int i = 0; i < n; i++) {
                pictures.draw(from + i, real, i * length);
            }
            Scope.tidyRun(() -> each.accept(Tensor.of(real, n, model.channels(), model.side(), model.side())));
        }
    }
}
