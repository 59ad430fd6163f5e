package sensorium.audio;

import java.util.List;
import java.util.stream.IntStream;
import sensorium.nn.Conv1d;
import sensorium.nn.LayerNorm;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Log-mel frames to vectors at half their rate.
 *
 * @param entry over frames, bands to channels
 * @param down two frames to one
 * @param exit channels to the width of a vector
 */
record SoundEncoder(
        Conv1d entry, List<ConvNextBlock> fine, Conv1d down, List<ConvNextBlock> coarse, LayerNorm norm, Linear exit)
        implements Module {
    private static final int KERNEL = 7;

    static SoundEncoder of(Weights w, int bands, SoundCodec.Config c) {
        return new SoundEncoder(
                Conv1d.of(w.at("entry"), bands, c.channels(), KERNEL, 1, KERNEL / 2, true),
                blocks(w.at("fine"), c.blocks(), c.channels()),
                Conv1d.of(w.at("down"), c.channels(), c.channels(), 2, 2, 0, true),
                blocks(w.at("coarse"), c.blocks(), c.channels()),
                LayerNorm.of(w.at("norm"), c.channels(), 1e-6),
                Linear.of(w.at("exit"), c.channels(), c.width(), true));
    }

    static List<ConvNextBlock> blocks(Weights w, int count, int channels) {
        return IntStream.range(0, count)
                .mapToObj(i -> ConvNextBlock.of(w.at(i), channels))
                .toList();
    }

    static Tensor through(List<ConvNextBlock> blocks, Tensor x) {
        Tensor y = x;
        for (ConvNextBlock block : blocks) {
            y = block.forward(y);
        }
        return y;
    }

    /** Vectors to each side whose frames one is made from. */
    int reach() {
        int frames = KERNEL / 2 + fine.size() * ConvNextBlock.reach();
        return coarse.size() * ConvNextBlock.reach() + Math.ceilDiv(frames, 2);
    }

    /** (N, 2T, bands) → (N, T, width). */
    Tensor forward(Tensor mel) {
        Tensor x = entry.forward(mel.transpose(1, 2)).transpose(1, 2); // (N, 2T, channels)
        x = through(fine, x);
        x = down.forward(x.transpose(1, 2)).transpose(1, 2); // (N, T, channels)
        x = through(coarse, x);
        return Trace.note(this, exit.forward(norm.forward(x.contiguous())));
    }
}
