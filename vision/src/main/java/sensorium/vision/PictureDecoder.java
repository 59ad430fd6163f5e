package sensorium.vision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.Conv2d;
import sensorium.nn.GroupNorm;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.nn.unet.MidStage;
import sensorium.nn.unet.StageConfig;
import sensorium.nn.unet.UpStage;
import sensorium.tensor.Tensor;

/** Small maps back to pictures, as {@link PictureEncoder} the other way round, with a block more in each stage. */
record PictureDecoder(Conv2d input, MidStage middle, List<UpStage> up, GroupNorm norm, Conv2d output)
        implements Module {

    static PictureDecoder of(Weights w, AutoencoderLayout c) {
        List<Integer> widths = c.config().widths().reversed(); // from the smallest map to the largest
        List<StageConfig> stages = c.decoder();
        List<Integer> nothingShownAgain = Collections.nCopies(c.config().layers() + 1, 0);
        List<UpStage> up = new ArrayList<>();
        for (int i = 0; i < widths.size(); i++) {
            int in = widths.get(Math.max(0, i - 1));
            boolean last = i == widths.size() - 1;
            up.add(UpStage.of(w.at("up").at(i), in, widths.get(i), nothingShownAgain, stages.get(i), last));
        }
        return new PictureDecoder(
                Conv2d.of(w.at("input"), c.config().latent(), widths.getFirst(), 3, 1, 1, true),
                MidStage.of(w.at("middle"), widths.getFirst(), c.middle()),
                List.copyOf(up),
                GroupNorm.of(w.at("norm"), c.groups(), widths.getLast(), c.eps()),
                Conv2d.of(w.at("output"), widths.getLast(), c.out(), 3, 1, 1, true));
    }

    /** (N, latent, h, w) → (N, C, s·h, s·w). */
    Tensor forward(Tensor latent) {
        return Trace.note(this, Scope.tidy(() -> output.forward(beforeLast(latent))));
    }

    /** (N, latent, h, w) → (N, channels, s·h, s·w), what the last layer reads. */
    Tensor beforeLast(Tensor latent) {
        return Scope.tidy("a decoder of pictures", () -> {
            Tensor y = middle.forward(input.forward(latent), null, null);
            for (UpStage stage : up) {
                y = stage.forward(y, null, null, null);
            }
            return norm.forward(y).silu();
        });
    }
}
