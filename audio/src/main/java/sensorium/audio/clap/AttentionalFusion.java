package sensorium.audio.clap;

import sensorium.nn.BatchNorm;
import sensorium.nn.Conv2d;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Two maps into one, each place and channel by how much of either is wanted there (Dai et al., Attentional Feature Fusion, arXiv
 * 2009.14082).
 *
 * @param local looks at each place
 * @param global looks at the mean of all places
 */
record AttentionalFusion(Squeeze local, Squeeze global) implements Module {
    static AttentionalFusion of(Weights w, int channels, int inner) {
        return new AttentionalFusion(
                Squeeze.of(w.at("local"), channels, inner), Squeeze.of(w.at("global"), channels, inner));
    }

    /** Maps x and other (B, C, h, w) → (B, C, h, w). */
    Tensor forward(Tensor x, Tensor other) {
        Tensor both = x.plus(other);
        Tensor share =
                local.forward(both).plus(global.forward(both.mean(true, 2, 3))).sigmoid();
        return Trace.note(
                this, x.times(share).plus(other.times(share.subtractedFrom(1))).times(2));
    }

    /** Through fewer channels and back, place by place. */
    record Squeeze(Conv2d in, BatchNorm norm1, Conv2d out, BatchNorm norm2) implements Module {
        static Squeeze of(Weights w, int channels, int inner) {
            return new Squeeze(
                    Conv2d.of(w.at("in"), channels, inner, 1, 1, 0, true),
                    BatchNorm.of(w.at("norm1"), inner),
                    Conv2d.of(w.at("out"), inner, channels, 1, 1, 0, true),
                    BatchNorm.of(w.at("norm2"), channels));
        }

        Tensor forward(Tensor x) {
            return norm2.forward(out.forward(norm1.forward(in.forward(x)).relu()));
        }
    }
}
