package sensorium.diffusion;

import java.util.ArrayList;
import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.GridPositions;
import sensorium.nn.Init;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Patches;
import sensorium.nn.Trace;
import sensorium.nn.Transformer;
import sensorium.nn.Weights;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * The denoiser that is the one transformer, on patches (Peebles and Xie, arXiv:2212.09748): timestep and class, or text, shift and scale what
 * each block sees, and gate what it adds.
 *
 * @param widen from what a patch first becomes to the transformer's width, or null
 * @param conditions one for all blocks, or one for each
 * @param output a token to the pixels of its patch
 */
public record Dit(
        Patches patches,
        Linear widen,
        GridPositions positions,
        List<Condition> conditions,
        Transformer transformer,
        Linear output,
        DitConfig config)
        implements Module {

    public static Dit of(Weights w, DitConfig c) {
        int width = c.transformer().width();
        int across = c.side() / c.patch();
        List<Condition> conditions = new ArrayList<>();
        for (int i = 0; i < c.conditions(); i++) {
            conditions.add(Condition.of(w.at("conditions").at(i), c, width));
        }
        return new Dit(
                Patches.of(w.at("patches"), c.patchWidth(), Patches.Config.of(c.in(), c.side(), c.side(), c.patch())),
                c.patchWidth() == width ? null : Linear.of(w.at("widen"), c.patchWidth(), width, true),
                GridPositions.of(w.at("positions"), c.positions(), 0, across, across, width),
                List.copyOf(conditions),
                Transformer.of(w.at("transformer"), c.transformer()),
                Linear.of(w.at("output"), width, c.patch() * c.patch() * c.out(), true, Init.zeros()),
                c);
    }

    /**
     * (N, in, H, W) → (N, out, H, W); H and W are multiples of the patch.
     *
     * @param timesteps (N)
     * @param told classes, or the pooled vector of a text
     * @throws ShapeException if patches do not fill a picture
     */
    public Tensor forward(Tensor x, Tensor timesteps, Conditioning told) {
        if (x.rank() != 4
                || x.dim(1) != config.in()
                || x.dim(2) % config.patch() != 0
                || x.dim(3) % config.patch() != 0) {
            throw new ShapeException("[dit] " + x + " is no batch of pictures of " + config.in()
                    + " channels whose height and width are multiples of " + config.patch());
        }
        return Scope.tidy("a diffusion transformer", () -> {
            int rows = x.dim(2) / config.patch();
            int columns = x.dim(3) / config.patch();
            Tensor tokens = patches.forward(x);
            tokens = widen == null ? tokens : widen.forward(tokens);
            tokens = Trace.note(this, "tokens", positions.add(tokens, rows, columns));
            Tensor t = timesteps.to(x.dtype());
            List<Tensor> shifts =
                    conditions.stream().map(c -> c.forward(t, told)).toList();
            Tensor y = output.forward(transformer.forward(tokens, Transformer.Inputs.conditioned(shifts)));
            return Trace.note(this, pixels(y, rows, columns));
        });
    }

    /** (N, rows·columns, patch·patch·out) → (N, out, rows·patch, columns·patch). */
    private Tensor pixels(Tensor tokens, int rows, int columns) {
        int p = config.patch();
        return tokens.reshape(tokens.dim(0), rows, columns, p, p, config.out())
                .permute(0, 5, 1, 3, 2, 4)
                .reshape(tokens.dim(0), config.out(), rows * p, columns * p);
    }
}
