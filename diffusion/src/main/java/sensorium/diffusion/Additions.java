package sensorium.diffusion;

import java.util.List;
import sensorium.diffusion.UNetLayout.Classes;
import sensorium.nn.Activation;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.nn.unet.TimestepEmbedding;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * What a published U-Net is told besides the timestep, but for a class of a table.
 *
 * @param classes two layers for a class, or null
 * @param classLayer one layer for a class, or null
 * @param texts two layers for a text's vector with numbers behind it, as SDXL has them (Podell et al., arXiv:2307.01952); or null
 * @param context brings a context to the width that transformers read, or null
 */
public record Additions(
        TimestepEmbedding classes, Linear classLayer, TimestepEmbedding texts, Linear context, UNetLayout layout)
        implements Module {

    static Additions of(Weights w, UNetLayout c) {
        var told = c.told();
        int embedding = c.embedding();
        return new Additions(
                switch (told.classes()) {
                    case TIMESTEP -> layers(w.at("classes"), c, c.timesteps().sinusoids(), true);
                    case LAYERS -> layers(w.at("classes"), c, told.classWidth(), false);
                    case NONE, TABLE, IDENTITY, LAYER -> null;
                },
                told.classes() == Classes.LAYER
                        ? Linear.of(w.at("classLayer"), told.classWidth(), embedding, true)
                        : null,
                told.texts() > 0 ? layers(w.at("texts"), c, told.texts(), false) : null,
                told.context() > 0 ? Linear.of(w.at("context"), told.context(), read(c), true) : null,
                c);
    }

    /** How wide a context transformers read. */
    private static int read(UNetLayout c) {
        return c.mixers().mapToInt(mixer -> mixer.contextWidth()).max().orElse(0);
    }

    /** @param chosen whether the network's own activation stands between the layers; else SiLU does, whatever that is */
    private static TimestepEmbedding layers(Weights w, UNetLayout c, int in, boolean chosen) {
        TimestepEmbedding.Config times = c.timesteps();
        return TimestepEmbedding.of(
                w,
                new TimestepEmbedding.Config(
                        in, times.cosinesFirst(), times.shift(), chosen ? times.activation() : Activation.SILU),
                c.embedding());
    }

    /**
     * Embedded timesteps with all that is told: (N, E) → (N, E), or (N, 2·E) where the class stands beside.
     *
     * @param time the network's own, which also embeds classes that are told as timesteps are
     */
    Tensor added(Tensor embedding, TimestepEmbedding time, Conditioning told) {
        Tensor known = classes(time, told, embedding.dtype());
        Tensor y = embedding;
        if (known != null) {
            y = layout.told().beside() ? Tensor.concat(1, List.of(y, known)) : y.plus(known);
        }
        return texts == null ? y : y.plus(texts.layers(numbered(told)));
    }

    private Tensor classes(TimestepEmbedding time, Conditioning told, DType type) {
        return switch (layout.told().classes()) {
            case NONE, TABLE -> null;
            case IDENTITY -> told.classes();
            case TIMESTEP -> classes.layers(time.waves(told.classes().to(type)));
            case LAYERS -> classes.layers(told.classes());
            case LAYER -> classLayer.forward(told.classes());
        };
    }

    /** The text's vector, then its numbers, each embedded: (N, D + K·numbers). */
    private Tensor numbered(Conditioning told) {
        Tensor numbers = told.numbers(); // (N, K)
        int n = numbers.dim(0);
        var times = layout.timesteps();
        var each = new TimestepEmbedding.Config(
                layout.told().numbers(), times.cosinesFirst(), times.shift(), times.activation());
        Tensor flat = numbers.to(told.pooled().dtype()).reshape(n * numbers.dim(1));
        Tensor waves = TimestepEmbedding.sinusoids(flat, each)
                .reshape(n, numbers.dim(1) * layout.told().numbers());
        return Tensor.concat(1, List.of(told.pooled(), waves));
    }

    /** (N, S, D) → (N, S, as transformers read it). */
    Tensor read(Tensor given) {
        return context == null ? given : context.forward(given);
    }
}
