package sensorium.diffusion;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.Conv2d;
import sensorium.nn.Embedding;
import sensorium.nn.GroupNorm;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.nn.unet.DownStage;
import sensorium.nn.unet.MidStage;
import sensorium.nn.unet.TimestepEmbedding;
import sensorium.nn.unet.UpStage;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * The denoiser of Ho et al. (arXiv:2006.11239): a picture shrinks from stage to stage and grows again, and each block on the way up is
 * shown what the block of its size on the way down made. With a context it is that of latent diffusion (Rombach et al.,
 * arXiv:2112.10752).
 *
 * @param labels class → what is added to the embedded timestep, or null
 * @param pooled vector of a text → what is added to it, or null
 * @param up from the smallest map to the largest
 */
public record UNet(
        TimestepEmbedding time,
        Embedding labels,
        Linear pooled,
        Conv2d input,
        List<DownStage> down,
        MidStage middle,
        List<UpStage> up,
        GroupNorm norm,
        Conv2d output,
        UNetConfig config)
        implements Module {

    public static UNet of(Weights w, UNetConfig c) {
        List<Integer> widths = c.widths();
        int last = widths.size() - 1;
        int first = widths.getFirst();
        int embedding = c.blocks().embedding();
        List<Integer> seen = new ArrayList<>(List.of(first)); // channels of what is shown again
        List<DownStage> down = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            int in = i == 0 ? first : widths.get(i - 1);
            Boolean shrinks = i < last ? true : null;
            down.add(DownStage.of(
                    w.at("down").at(i), in, widths.get(i), c.layers(), c.down().get(i), shrinks, c.blocks()));
            seen.addAll(Collections.nCopies(c.layers() + (i < last ? 1 : 0), widths.get(i)));
        }
        List<UpStage> up = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            List<Integer> tail = seen.subList(seen.size() - c.layers() - 1, seen.size());
            List<Integer> skips = new ArrayList<>(tail).reversed();
            tail.clear();
            int in = widths.get(Math.min(last, last - i + 1));
            int out = widths.get(last - i);
            up.add(UpStage.of(w.at("up").at(i), in, out, skips, c.up().get(i), i < last, c.blocks()));
        }
        return new UNet(
                TimestepEmbedding.of(w.at("time"), c.timesteps(), embedding),
                c.classes() > 0 ? Embedding.of(w.at("labels"), c.classes(), embedding) : null,
                c.pooled() > 0 ? Linear.of(w.at("pooled"), c.pooled(), embedding, true) : null,
                Conv2d.of(w.at("input"), c.in(), first, 3, 1, 1, true),
                List.copyOf(down),
                MidStage.of(w.at("middle"), widths.getLast(), c.middle(), c.blocks()),
                List.copyOf(up),
                GroupNorm.of(
                        w.at("norm"), c.blocks().groups(), first, c.blocks().eps()),
                Conv2d.silent(w.at("output"), first, c.out()),
                c);
    }

    /**
     * (N, in, H, W) → (N, out, H, W); H and W are multiples of two to the number of stages less one.
     *
     * @param timesteps (N)
     * @param told classes where there are labels, a pooled vector and a context where there are layers for them
     * @throws ShapeException if a picture cannot be halved as often
     */
    public Tensor forward(Tensor x, Tensor timesteps, Conditioning told) {
        int shrunk = 1 << down.size() - 1;
        if (x.rank() != 4 || x.dim(1) != config.in() || x.dim(2) % shrunk != 0 || x.dim(3) % shrunk != 0) {
            throw new ShapeException("[unet] " + x + " is no batch of pictures of " + config.in()
                    + " channels whose height and width are multiples of " + shrunk);
        }
        return Scope.tidy("a U-Net", () -> {
            Tensor embedding = time.forward(timesteps.to(x.dtype()));
            embedding = labels == null ? embedding : embedding.plus(labels.forward(told.classes()));
            embedding = pooled == null ? embedding : embedding.plus(pooled.forward(told.pooled()));
            Tensor context = told.context();
            Deque<Tensor> skips = new ArrayDeque<>();
            Tensor y = input.forward(x);
            skips.push(y);
            for (DownStage stage : down) {
                y = stage.forward(y, embedding, context, skips::push);
            }
            y = middle.forward(y, embedding, context);
            for (UpStage stage : up) {
                y = stage.forward(y, embedding, context, skips::pop);
            }
            return Trace.note(this, output.forward(norm.forward(y).silu()));
        });
    }
}
