package sensorium.audio;

import java.util.List;
import sensorium.nn.LayerNorm;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

/**
 * Vectors to frames at twice their rate, each with a log-mel spectrum and, for the inverse short-time Fourier transform, a magnitude and
 * a phase for every bin (Siuzdak, arXiv:2306.00814; the phases here as advances, see {@link #spectra}).
 *
 * @param entry the width of a vector to channels
 * @param up one frame to two
 * @param mel channels to bands
 * @param magnitude channels to bins: natural logarithms
 * @param phase channels to bins: radians that a phase goes on, beside what a tone in the middle of its bin does
 */
record SoundDecoder(
        Linear entry,
        List<ConvNextBlock> coarse,
        Linear up,
        List<ConvNextBlock> fine,
        LayerNorm norm,
        Linear mel,
        Linear magnitude,
        Linear phase)
        implements Module {
    /** Magnitudes beyond e to the power of this are none of a sound's. */
    private static final double LOUDEST = 7;

    static SoundDecoder of(Weights w, int bands, int bins, SoundCodec.Config c) {
        return new SoundDecoder(
                Linear.of(w.at("entry"), c.width(), c.channels(), true),
                SoundEncoder.blocks(w.at("coarse"), c.blocks(), c.channels()),
                Linear.of(w.at("up"), c.channels(), 2 * c.channels(), true),
                SoundEncoder.blocks(w.at("fine"), 2 * c.blocks(), c.channels()),
                LayerNorm.of(w.at("norm"), c.channels(), 1e-6),
                Linear.of(w.at("mel"), c.channels(), bands, true),
                Linear.of(w.at("magnitude"), c.channels(), bins, true),
                Linear.of(w.at("phase"), c.channels(), bins, true));
    }

    /** Vectors to each side that a frame is made from. */
    int reach() {
        return coarse.size() * ConvNextBlock.reach() + Math.ceilDiv(fine.size() * ConvNextBlock.reach(), 2);
    }

    /** (N, T, width) → (N, 2T, channels). */
    Tensor frames(Tensor vectors) {
        Tensor x = SoundEncoder.through(coarse, entry.forward(vectors));
        x = up.forward(x).reshape(x.dim(0), 2 * x.dim(1), x.dim(2));
        return Trace.note(this, norm.forward(SoundEncoder.through(fine, x)));
    }

    /**
     * Frames as spectra. A phase is said as how far it goes on from that of the frame before, so a steady tone, which is the same in every
     * frame, is a steady advance; noise is an advance that is not. The first frame goes on from phases that have nothing in common.
     *
     * @param frames (N, T, channels)
     * @param hop samples from one frame to the next
     * @param known phases (bins) of frame {@code at}, where sounds are read piece by piece; null where they begin
     * @return magnitudes and phases (N, T, bins)
     */
    Spectra spectra(Tensor frames, int hop, Tensor known, int at) {
        Tensor m =
                magnitude.forward(frames).minimum(Tensor.full(frames, LOUDEST)).exp();
        Tensor advance = phase.forward(frames);
        Tensor own = Tensor.of(advance, advances(advance.dim(2), hop)).to(advance.dtype());
        Tensor sum = advance.plus(own).cumSum(1);
        if (known == null) {
            return new Spectra(m, sum.plus(Tensor.of(sum, begin(sum.dim(2))).to(sum.dtype())));
        }
        return new Spectra(m, sum.minus(sum.slice(1, at, at + 1)).plus(known));
    }

    /**
     * Of the frames of sounds.
     *
     * @param magnitude (N, T, bins)
     * @param phase (N, T, bins), radians, as of a frame's middle
     */
    record Spectra(Tensor magnitude, Tensor phase) {
        /** (N, T, bins, 2), real and imaginary parts as of a frame's beginning. */
        Tensor complex() {
            // Half a frame earlier every other bin is half a turn back.
            double[] signs = new double[phase.dim(2)];
            for (int k = 0; k < signs.length; k++) {
                signs[k] = k % 2 == 0 ? 1 : -1;
            }
            return InverseStft.polar(magnitude.times(Tensor.of(phase, signs).to(phase.dtype())), phase);
        }
    }

    /** How far a tone in the middle of each bin goes on from one frame to the next, −π to π. */
    private static double[] advances(int bins, int hop) {
        int nFft = 2 * (bins - 1);
        double[] advances = new double[bins];
        for (int k = 0; k < bins; k++) {
            advances[k] = Math.IEEEremainder(2 * Math.PI * ((long) k * hop % nFft) / nFft, 2 * Math.PI);
        }
        return advances;
    }

    private static double[] begin(int bins) {
        Philox random = Philox.keyed(0, bins);
        double[] phases = new double[bins];
        for (int k = 0; k < bins; k++) {
            phases[k] = random.uniform(k, -Math.PI, Math.PI);
        }
        return phases;
    }
}
