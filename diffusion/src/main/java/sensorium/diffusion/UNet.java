package sensorium.diffusion;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import sensorium.diffusion.UNetLayout.Classes;
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
import sensorium.tensor.DType;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * The denoiser of Ho et al. (arXiv:2006.11239): a picture shrinks from stage to stage and grows again, and each block on the way up is
 * shown what the block of its size on the way down made. With a context it is that of latent diffusion (Rombach et al.,
 * arXiv:2112.10752).
 *
 * @param labels class → what is added to the embedded timestep, or null
 * @param pooled vector of a text → what is added to it, or null
 * @param middle of the smallest map, or null
 * @param up from the smallest map to the largest
 */
public record UNet(
        TimestepEmbedding time,
        Embedding labels,
        Linear pooled,
        Additions additions,
        Conv2d input,
        List<DownStage> down,
        MidStage middle,
        List<UpStage> up,
        GroupNorm norm,
        Conv2d output,
        UNetLayout layout)
        implements Module {

    public static UNet of(Weights w, UNetConfig c) {
        return of(w, UNetLayout.of(c));
    }

    public static UNet of(Weights w, UNetLayout c) {
        List<Integer> widths = c.widths();
        int last = widths.size() - 1;
        int first = widths.getFirst();
        int embedding = c.embedding();
        var told = c.told();
        List<Integer> seen = new ArrayList<>(List.of(first)); // channels of what is shown again
        List<DownStage> down = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            int in = i == 0 ? first : widths.get(i - 1);
            var stage = c.down().get(i);
            down.add(DownStage.of(w.at("down").at(i), in, widths.get(i), stage, i == last));
            seen.addAll(Collections.nCopies(stage.layers() + (i < last ? 1 : 0), widths.get(i)));
        }
        List<UpStage> up = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            var stage = c.up().get(i);
            List<Integer> tail = seen.subList(seen.size() - stage.layers(), seen.size());
            List<Integer> skips = new ArrayList<>(tail).reversed();
            tail.clear();
            int in = widths.get(Math.min(last, last - i + 1));
            int out = widths.get(last - i);
            up.add(UpStage.of(w.at("up").at(i), in, out, skips, stage, i == last));
        }
        var blocks = c.up().getLast().blocks();
        int inKernel = c.ends().inKernel();
        return new UNet(
                TimestepEmbedding.of(w.at("time"), c.timesteps(), embedding, c.style()),
                told.classes() == Classes.TABLE ? Embedding.of(w.at("labels"), told.classWidth(), embedding) : null,
                told.pooled() > 0 ? Linear.of(w.at("pooled"), told.pooled(), embedding, true) : null,
                Additions.of(w.at("additions"), c),
                Conv2d.of(w.at("input"), c.in(), first, inKernel, 1, inKernel / 2, true),
                List.copyOf(down),
                c.middle() == null ? null : MidStage.of(w.at("middle"), widths.getLast(), c.middle()),
                List.copyOf(up),
                GroupNorm.of(w.at("norm"), blocks.groups(), first, blocks.eps()),
                Conv2d.silent(w.at("output"), first, c.out(), c.ends().outKernel()),
                c);
    }

    /**
     * (N, in, H, W) → (N, out, H, W).
     *
     * @param timesteps (N)
     * @param told classes where there are labels, a pooled vector and a context where there are layers for them
     * @throws ShapeException if a picture has other channels
     */
    public Tensor forward(Tensor x, Tensor timesteps, Conditioning told) {
        if (x.rank() != 4 || x.dim(1) != layout.in()) {
            throw new ShapeException("[unet] " + x + " is no batch of pictures of " + layout.in() + " channels");
        }
        return Scope.tidy("a U-Net", () -> {
            var ends = layout.ends();
            Tensor embedding = ends.ofEmbedding().apply(embedding(timesteps, told, x.dtype()));
            Tensor context = told.context() == null ? null : additions.read(told.context());
            Deque<Tensor> skips = new ArrayDeque<>();
            Tensor y = input.forward(ends.centred() ? x.times(2).minus(1) : x);
            skips.push(y);
            for (DownStage stage : down) {
                y = stage.forward(y, embedding, context, skips::push);
            }
            y = middle == null ? y : middle.forward(y, embedding, context);
            for (UpStage stage : up) {
                y = stage.forward(y, embedding, context, skips);
            }
            y = output.forward(ends.activation().apply(norm.forward(y)));
            return Trace.note(this, ends.perTimestep() ? y.dividedBy(over(timesteps, y)) : y);
        });
    }

    /** (N) → (N, E). */
    private Tensor embedding(Tensor timesteps, Conditioning told, DType type) {
        Tensor y = time.forward(timesteps.to(type), told.guidance());
        y = labels == null ? y : y.plus(labels.forward(told.classes()));
        y = pooled == null ? y : y.plus(pooled.forward(told.pooled()));
        return additions.added(y, time, told);
    }

    private static Tensor over(Tensor timesteps, Tensor y) {
        return timesteps.to(y.dtype()).reshape(timesteps.dim(0), 1, 1, 1);
    }
}
