package sensorium.vision;

import java.util.ArrayList;
import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.Conv2d;
import sensorium.nn.GroupNorm;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Says of every patch of a picture how real it looks (Isola et al., arXiv:1611.07004): convolutions that halve the picture, with
 * leaky ReLU. Group norm stands where the original has batch norm, so that one picture says nothing about another.
 *
 * @param norms after each convolution but the first and the last
 */
public record PatchDiscriminator(List<Conv2d> convs, List<GroupNorm> norms) implements Module {
    private static final int NARROWEST = 32;
    private static final int GROUPS = 8;
    private static final double EPS = 1e-5;
    private static final double SLOPE = 0.2;
    private static final int LARGE = 32;

    /**
     * @param channels of a picture
     * @param side of a picture: large ones are halved three times, others twice
     */
    public static PatchDiscriminator of(Weights w, int channels, int side) {
        int halvings = side > LARGE ? 3 : 2;
        List<Conv2d> convs = new ArrayList<>();
        List<GroupNorm> norms = new ArrayList<>();
        int in = channels;
        for (int i = 0; i < halvings; i++) {
            int out = NARROWEST << i;
            convs.add(Conv2d.of(w.at("convs").at(i), in, out, 4, 2, 1, true));
            if (i > 0) {
                norms.add(GroupNorm.of(w.at("norms").at(i - 1), GROUPS, out, EPS));
            }
            in = out;
        }
        convs.add(Conv2d.of(w.at("convs").at(halvings), in, 1, 3, 1, 1, true));
        return new PatchDiscriminator(List.copyOf(convs), List.copyOf(norms));
    }

    /** (N, C, H, W) → scores (N, 1, h, w), high for real patches. */
    public Tensor forward(Tensor pictures) {
        return Scope.tidy("a discriminator of patches", () -> {
            Tensor y = convs.getFirst().forward(pictures).leakyRelu(SLOPE);
            for (int i = 0; i < norms.size(); i++) {
                y = norms.get(i).forward(convs.get(i + 1).forward(y)).leakyRelu(SLOPE);
            }
            return convs.getLast().forward(y);
        });
    }

    /** What it has to learn: scores of real patches above 1, of made ones below −1 (the hinge loss of Lim and Ye, arXiv:1705.02894). */
    public Tensor loss(Tensor real, Tensor made) {
        Tensor missed = forward(real).subtractedFrom(1).relu().mean();
        Tensor fooled = forward(made).plus(1).relu().mean();
        return missed.plus(fooled).times(0.5);
    }
}
