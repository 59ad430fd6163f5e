package sensorium.diffusion;

import java.nio.file.Path;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * A network that makes pictures out of noise, with what must be known to sample from it.
 *
 * @param prediction what it says
 * @param schedule what it was trained on
 * @param denoised (C, H, W) of what is denoised: pictures or latents
 * @param latents null where it is pictures
 * @param asking what it can be asked for
 * @param guided whether the network also knows what nothing in particular is
 * @param bounds of what it predicts
 */
public record DiffusionPipeline(
        Network network,
        Prediction prediction,
        NoiseSchedule schedule,
        Shape denoised,
        Latents latents,
        Asking asking,
        boolean guided,
        Bounds bounds) {

    /** (N, C, H, W) and timesteps (N) → (N, C, H, W). */
    @FunctionalInterface
    public interface Network {
        Tensor forward(Tensor x, Tensor timesteps, Conditioning told);
    }

    /**
     * The published diffusion transformer of digits in a folder.
     *
     * @throws BadInputException if it is none, or malformed
     */
    public static DiffusionPipeline ofDigits(Path folder) {
        Dit dit = MnistDit.load(folder);
        DitConfig c = dit.config();
        var digits = IntStream.range(0, c.classes()).mapToObj(Integer::toString).toList();
        return new DiffusionPipeline(
                dit::forward,
                Prediction.EPSILON,
                MnistDit.SCHEDULE,
                Shape.of(c.in(), c.side(), c.side()),
                null,
                new Asking.Labels(digits),
                false,
                // Bounds undo what its noise, unbounded, has done: in many steps all is lost.
                Bounds.NONE);
    }

    /** A model that was trained here. */
    public static DiffusionPipeline of(DiffusionModel model) {
        DiffusionConfig c = model.config();
        return new DiffusionPipeline(
                model::forward,
                c.prediction(),
                NoiseSchedule.named(c.schedule()),
                Shape.of(c.denoised()),
                model.latents(),
                model.text() == null ? new Asking.Labels(c.labels()) : new Asking.Texts(model.text()),
                true,
                model.latents() == null ? Bounds.PIXELS : Bounds.NONE);
    }

    /** Of {@code n} samples. */
    public Shape shape(int n) {
        return Shape.of(n, denoised.dim(0), denoised.dim(1), denoised.dim(2));
    }

    /** Samples (N, C, H, W) as pictures, pixels from −1 to 1 and, where the sampler leaves them so, a little beyond. */
    public Tensor pictures(Tensor samples) {
        return latents == null ? samples : latents.decode(samples);
    }

    /**
     * Pictures (N, C, H, W).
     *
     * @param asked of each picture, as {@link #asking} knows it
     * @param guidance how far beyond what was asked adds to the prediction (Ho and Salimans, arXiv:2207.12598); 1 is not guided
     * @param seed the same gives the same pictures
     * @param watch is shown the samples after each evaluation of the network
     */
    public Tensor sample(
            Sampler sampler, int steps, List<String> asked, double guidance, long seed, ObjIntConsumer<Tensor> watch) {
        return Scope.tidy("samples", () -> {
            Noise noise = Noise.seeded(seed);
            Tensor begin = noise.next(shape(asked.size()));
            return sample(sampler, steps, asking.of(asked), guidance, begin, noise, watch);
        });
    }

    /**
     * The same from noise that is given.
     *
     * @param begin samples, normal with variance 1
     * @param noise for samplers that need more of it on the way
     */
    public Tensor sample(
            Sampler sampler,
            int steps,
            Conditioning told,
            double guidance,
            Tensor begin,
            Noise noise,
            ObjIntConsumer<Tensor> watch) {
        Trajectory way = sampler.within(bounds).over(schedule, prediction, steps);
        return Scope.tidy(
                "samples",
                () -> pictures(way.run(
                        denoiser(told, begin.dim(0), guidance), begin.times(way.initialScale()), 0, noise, watch)));
    }

    /**
     * Pictures between two wishes: the prediction is {@code share} of what the network says of {@code second}, the rest of what it says
     * of {@code first}. Works for classes as for texts.
     */
    public Tensor sampleBetween(
            Sampler sampler,
            int steps,
            List<String> first,
            List<String> second,
            double share,
            double guidance,
            Tensor begin,
            Noise noise) {
        Trajectory way = sampler.within(bounds).over(schedule, prediction, steps);
        int n = begin.dim(0);
        return Scope.tidy("samples", () -> {
            Denoiser one = denoiser(asking.of(first), n, guidance);
            Denoiser other = denoiser(asking.of(second), n, guidance);
            Denoiser mixed = (x, t) ->
                    one.predict(x, t).times(1 - share).plus(other.predict(x, t).times(share));
            return pictures(way.run(mixed, begin, noise));
        });
    }

    /** The network as samplers ask it. */
    private Denoiser denoiser(Conditioning told, int n, double guidance) {
        if (guidance == 1) {
            return (x, t) -> network.forward(x, Tensor.full(t, n), told);
        }
        if (!guided) {
            throw new BadInputException(
                    "this model knows no pictures of no class, so it cannot be guided; leave --guidance 1");
        }
        // With what was asked and without in one batch; from the second through the first, and on.
        Conditioning both = told.and(asking.none(n));
        return (x, t) -> {
            Tensor y = network.forward(Tensor.concat(0, List.of(x, x)), Tensor.full(t, 2 * n), both);
            Tensor without = y.slice(0, n, 2 * n);
            return without.plus(y.slice(0, 0, n).minus(without).times(guidance));
        };
    }
}
