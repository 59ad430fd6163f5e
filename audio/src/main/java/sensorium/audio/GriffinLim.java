package sensorium.audio;

import sensorium.memory.Scope;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

/**
 * Sound from a mel spectrogram alone, without anything learned: the magnitude of every bin from those of the bands, then phases that
 * agree with one another (Griffin and Lim 1984; with the momentum of Perraudin et al. 2013, "A fast Griffin-Lim algorithm").
 */
public final class GriffinLim {
    private static final double MOMENTUM = 0.99;
    private static final int ROUNDS_OF_BINS = 40;
    private static final double TINY = 1e-12;

    private final Stft stft;
    private final InverseStft back;
    private final MelFilterbank bank;
    private final int iterations;

    /**
     * @param hearing how the spectrogram was made
     * @param iterations of the search for phases, 32 or more
     */
    public GriffinLim(LogMel.Config hearing, int iterations) {
        this.stft = new Stft(hearing.stft());
        this.back = new InverseStft(hearing.stft());
        this.bank = new MelFilterbank(hearing.mel());
        this.iterations = iterations;
    }

    /**
     * Sound of mel powers (frames, bands), frames · hop samples.
     *
     * @param seed of the phases that it begins with
     */
    public float[] sound(Spectrogram power, long seed) {
        if (power.frames() == 0) {
            return new float[0];
        }
        return Scope.tidy("griffin-lim", () -> {
            Tensor bands = Tensor.of(power.values(), power.frames(), power.bands());
            return sound(magnitudes(bands), seed).toFloats();
        });
    }

    /**
     * Magnitudes (frames, bins) whose powers sum to those of the bands (frames, bands) as nearly as powers can, none of which is negative:
     * least squares by the multiplicative rule of Lee and Seung (2001), begun at what the transposed filters say.
     */
    Tensor magnitudes(Tensor power) {
        Tensor filters = Tensor.of(bank.matrix(), bank.bands(), stft.bins()).to(power.dtype());
        Tensor wanted = power.matmul(filters); // (frames, bins)
        Tensor bins = wanted.plus(TINY);
        for (int i = 0; i < ROUNDS_OF_BINS; i++) {
            Tensor now = bins;
            bins = Scope.tidy(() -> {
                Tensor heard = now.matmul(filters.t()).matmul(filters);
                return now.times(wanted).dividedBy(heard.plus(TINY));
            });
            now.release();
        }
        return bins.sqrt();
    }

    /** Samples (frames · hop) whose spectra have nearly these magnitudes (frames, bins). */
    Tensor sound(Tensor magnitude, long seed) {
        int frames = magnitude.dim(0);
        int count = frames * stft.config().hop();
        Tensor guess = unit(frames, seed); // (frames, bins, 2), of any length
        Tensor before = Tensor.zerosLike(guess);
        for (int i = 0; i < iterations; i++) {
            Tensor direction = guess;
            Tensor last = before;
            Tensor now = Scope.tidy(() -> stft.transform(back.samples(at(magnitude, direction), count))
                    .slice(0, 0, frames)
                    .contiguous());
            guess = Scope.tidy(() -> now.plus(now.minus(last).times(MOMENTUM)));
            before = now;
            direction.release();
            last.release();
        }
        return back.samples(at(magnitude, guess), count);
    }

    /** Those magnitudes in these directions of the complex plane. */
    private static Tensor at(Tensor magnitude, Tensor direction) {
        Tensor length = direction.square().sum(true, 2).plus(TINY).sqrt(); // (frames, bins, 1)
        return direction.dividedBy(length).times(magnitude.unsqueeze(2));
    }

    private Tensor unit(int frames, long seed) {
        Philox random = Philox.keyed(seed, frames);
        float[] phases = new float[frames * stft.bins()];
        for (int i = 0; i < phases.length; i++) {
            phases[i] = (float) random.uniform(i, -Math.PI, Math.PI);
        }
        Tensor phase = Tensor.of(phases, frames, stft.bins());
        return InverseStft.polar(Tensor.fullLike(phase, 1), phase);
    }
}
