package sensorium.nn.unet;

import sensorium.memory.Scope;
import sensorium.nn.Activation;
import sensorium.nn.Attention;
import sensorium.nn.Conv2d;
import sensorium.nn.GroupNorm;
import sensorium.nn.Mlp;
import sensorium.nn.Trace;
import sensorium.nn.Transformer;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Placement;
import sensorium.nn.TransformerConfig.Residual;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * The one transformer over the places of a map, which also attends to a context (Rombach et al., arXiv:2112.10752). The result is added
 * to the map.
 *
 * @param in 1×1, channels → width
 * @param out 1×1, width → channels
 */
public record SpatialTransformer(GroupNorm norm, Conv2d in, Transformer transformer, Conv2d out) implements Mixer {
    /** Of the norm before it, whatever that of the other norms is. */
    static final double EPS = 1e-6;

    /** @param depth how many blocks */
    static SpatialTransformer of(Weights w, int channels, int depth, Mixer.Config c) {
        var heads = c.heads().over(channels).with(new Attention.Biases(false, false, false, true));
        var config = TransformerConfig.of(channels, depth, heads.heads())
                .with(heads)
                .with(new Mlp.Config(4 * channels, Activation.GELU, true, true, 0))
                .with(new Residual(Placement.PRE, false, 0, 0, 0))
                .attendingTo(c.contextWidth());
        Weights inner = w.at("transformer");
        return new SpatialTransformer(
                GroupNorm.of(w.at("norm"), c.groups(), channels, c.eps()),
                Conv2d.of(w.at("in"), channels, channels, 1, 1, 0, true),
                c.contextOnly() ? Transformer.ofContextOnly(inner, config) : Transformer.of(inner, config),
                Conv2d.of(w.at("out"), channels, channels, 1, 1, 0, true));
    }

    @Override
    public Tensor forward(Tensor x, Tensor context) {
        return Trace.note(this, Scope.tidy("a spatial transformer", () -> {
            Tensor tokens = in.forward(norm.forward(x)).flatten(2, 4).t(); // (N, H·W, C)
            Tensor mixed = transformer.forward(tokens, Transformer.Inputs.attendingTo(context, null));
            return x.plus(out.forward(mixed.t().reshape(x.shape())));
        }));
    }
}
