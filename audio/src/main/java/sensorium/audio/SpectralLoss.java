package sensorium.audio;

import java.util.List;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * How far two sounds are apart in their magnitudes, whatever their phases: spectral convergence {@code ‖|X| − |Y|‖ / ‖|X|‖} and the mean
 * absolute difference of the logarithms, at several resolutions (Yamamoto et al., arXiv:1910.11480).
 */
public final class SpectralLoss {
    /** Added to powers: what is quieter is silence. */
    private static final double FLOOR = 1e-3;

    private final List<Stft> resolutions;

    /** @param sizes of the transforms, a quarter of each from frame to frame */
    public SpectralLoss(List<Integer> sizes) {
        this.resolutions = sizes.stream()
                .map(n -> new Stft(Stft.Config.centred(n, n, n / 4, Window.HANN)))
                .toList();
    }

    /** Of sounds (N, T), the mean over resolutions. */
    public Tensor of(Tensor made, Tensor real) {
        return Scope.tidy("spectral loss", () -> {
            Tensor sum = null;
            for (Stft stft : resolutions) {
                Tensor wanted = stft.power(real).plus(FLOOR);
                Tensor power = stft.power(made).plus(FLOOR);
                Tensor convergence = convergence(power.sqrt(), wanted.sqrt());
                Tensor log = power.log().minus(wanted.log()).abs().mean().times(0.5);
                Tensor both = convergence.plus(log);
                sum = sum == null ? both : sum.plus(both);
            }
            return sum.times(1.0 / resolutions.size());
        });
    }

    /** {@code ‖a − b‖ / ‖b‖} of magnitudes of one shape. */
    static Tensor convergence(Tensor a, Tensor b) {
        return a.minus(b)
                .square()
                .sum()
                .sqrt()
                .dividedBy(b.square().sum().sqrt().plus(1e-9));
    }
}
