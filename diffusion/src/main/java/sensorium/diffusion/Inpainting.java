package sensorium.diffusion;

import sensorium.tensor.Tensor;

/**
 * Another way on which a part of a picture stays: after each step it is what noise would have made of it by then (Song et al.,
 * arXiv:2011.13456, appendix I.2; Lugmayr et al., arXiv:2201.09865, without going back).
 *
 * @param picture (N, C, H, W), pictures or latents
 * @param keep (N, 1, H, W) or what broadcasts to it: 1 where the picture stays, 0 where it is made anew
 */
record Inpainting(Trajectory way, Tensor picture, Tensor keep) implements Trajectory {
    @Override
    public int evaluations() {
        return way.evaluations();
    }

    @Override
    public double timestep(int i) {
        return way.timestep(i);
    }

    @Override
    public double initialScale() {
        return way.initialScale();
    }

    @Override
    public Tensor input(Tensor x, int i) {
        return way.input(x, i);
    }

    @Override
    public Tensor step(Tensor output, Tensor x, int i, Noise noise) {
        Tensor made = way.step(output, x, i, noise);
        int next = i + 1;
        Tensor known = next < evaluations() ? way.noised(picture, noise.next(picture.shape()), next) : picture;
        return made.plus(known.minus(made).times(keep));
    }

    @Override
    public Tensor noised(Tensor pictures, Tensor noise, int i) {
        return way.noised(pictures, noise, i);
    }
}
