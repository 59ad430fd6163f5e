package sensorium.vision;

import java.util.ArrayList;
import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.Conv2d;
import sensorium.nn.GroupNorm;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.nn.unet.DownStage;
import sensorium.nn.unet.MidStage;
import sensorium.nn.unet.StageConfig;
import sensorium.tensor.Tensor;

/** Pictures to small maps: the convolutional encoder of VQGAN (Esser et al., arXiv:2012.09841). */
record PictureEncoder(Conv2d input, List<DownStage> down, MidStage middle, GroupNorm norm, Conv2d output)
        implements Module {

    /** @param out channels of the small map */
    static PictureEncoder of(Weights w, AutoencoderLayout c, int out) {
        List<Integer> widths = c.config().widths();
        List<StageConfig> stages = c.encoder();
        List<DownStage> down = new ArrayList<>();
        for (int i = 0; i < widths.size(); i++) {
            int in = widths.get(Math.max(0, i - 1));
            boolean last = i == widths.size() - 1;
            down.add(DownStage.of(w.at("down").at(i), in, widths.get(i), stages.get(i), last));
        }
        return new PictureEncoder(
                Conv2d.of(w.at("input"), c.config().channels(), widths.getFirst(), 3, 1, 1, true),
                List.copyOf(down),
                MidStage.of(w.at("middle"), widths.getLast(), c.middle()),
                GroupNorm.of(w.at("norm"), c.groups(), widths.getLast(), c.eps()),
                Conv2d.of(w.at("output"), widths.getLast(), out, 3, 1, 1, true));
    }

    /** (N, C, H, W) → (N, out, H/s, W/s), s two to the number of stages less one. */
    Tensor forward(Tensor pictures) {
        return Scope.tidy("an encoder of pictures", () -> {
            Tensor y = input.forward(pictures);
            for (DownStage stage : down) {
                y = stage.forward(y, null, null, _ -> {});
            }
            return Trace.note(
                    this,
                    output.forward(norm.forward(middle.forward(y, null, null)).silu()));
        });
    }
}
