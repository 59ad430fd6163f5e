package sensorium.diffusion;

import java.nio.file.Path;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * A network that makes pictures out of noise, with what must be known to sample from it.
 *
 * @param process what it was trained on
 * @param denoised (C, H, W) of what is denoised: pictures or latents
 * @param latents null where it is pictures
 * @param asking what it can be asked for
 * @param usualGuidance what it is guided by where nothing is said; 1 where the network does not know what nothing in particular is, so
 *     that it cannot be
 * @param bounds of what it predicts
 */
public record DiffusionPipeline(
        Network network,
        NoisingProcess process,
        Shape denoised,
        Latents latents,
        Asking asking,
        double usualGuidance,
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
                new NoisingProcess.Diffusion(MnistDit.SCHEDULE, Prediction.EPSILON),
                Shape.of(c.in(), c.side(), c.side()),
                null,
                new Asking.Labels(digits),
                1,
                // Bounds undo what its noise, unbounded, has done: in many steps all is lost.
                Bounds.NONE);
    }

    /** A model that was trained here. */
    public static DiffusionPipeline of(DiffusionModel model) {
        DiffusionConfig c = model.config();
        return new DiffusionPipeline(
                model::forward,
                c.process(),
                Shape.of(c.denoised()),
                model.latents(),
                model.text() == null ? new Asking.Labels(c.labels()) : new Asking.Texts(model.text()),
                usualGuidance(c),
                model.latents() == null ? Bounds.PIXELS : Bounds.NONE);
    }

    /** Of labels there are few, so that more is learnt of each; what suits either network stands in docs/making.md. */
    private static double usualGuidance(DiffusionConfig config) {
        if (config.labels().isEmpty()) {
            return 2;
        }
        return switch (config.network()) {
            case UNetConfig _ -> 3;
            case DitConfig _ -> 4;
        };
    }

    /** Of {@code n} samples. */
    public Shape shape(int n) {
        return Shape.of(n, denoised.dim(0), denoised.dim(1), denoised.dim(2));
    }

    /** Height and width of the pictures. */
    public int pictureSide() {
        return latents == null ? denoised.dim(1) : latents.codec().side();
    }

    /** Samples (N, C, H, W) as pictures, pixels from −1 to 1 and, where the sampler leaves them so, a little beyond. */
    public Tensor pictures(Tensor samples) {
        return latents == null ? samples : latents.decode(samples);
    }

    /** The way that samples go. */
    public Trajectory trajectory(Sampling how) {
        Sampler sampler = how.sampler() == null ? process.usual() : how.sampler();
        return process.trajectory(sampler.within(bounds), how.steps());
    }

    /**
     * Pictures (N, C, H, W).
     *
     * @param asked of each picture, as {@link #asking} knows it
     * @param seed the same gives the same pictures
     * @param watch is shown the samples after each evaluation of the network
     */
    public Tensor sample(Sampling how, List<String> asked, long seed, ObjIntConsumer<Tensor> watch) {
        return Scope.tidy("samples", () -> {
            Noise noise = Noise.seeded(seed);
            return sample(how, asking.of(asked), noise.next(shape(asked.size())), noise, watch);
        });
    }

    /**
     * The same from noise that is given.
     *
     * @param begin samples, normal with variance 1
     * @param noise for samplers that need more of it on the way
     */
    public Tensor sample(Sampling how, Conditioning told, Tensor begin, Noise noise, ObjIntConsumer<Tensor> watch) {
        Trajectory way = trajectory(how);
        return Scope.tidy("samples", () -> {
            Denoiser denoiser = denoiser(told, begin.dim(0), how.guidance());
            return pictures(way.run(denoiser, begin.times(way.initialScale()), 0, noise, watch));
        });
    }

    /**
     * Pictures between two wishes: the prediction is {@code share} of what the network says of {@code second}, the rest of what it says
     * of {@code first}. Works for classes as for texts.
     */
    public Tensor sampleBetween(
            Sampling how, List<String> first, List<String> second, double share, Tensor begin, Noise noise) {
        Trajectory way = trajectory(how);
        int n = begin.dim(0);
        return Scope.tidy("samples", () -> {
            Denoiser one = denoiser(asking.of(first), n, how.guidance());
            Denoiser other = denoiser(asking.of(second), n, how.guidance());
            Denoiser mixed = (x, t) ->
                    one.predict(x, t).times(1 - share).plus(other.predict(x, t).times(share));
            return pictures(way.run(mixed, begin, noise));
        });
    }

    /**
     * Given pictures, changed: so much noise is put on them that the rest of the way makes something else of them (Meng et al., SDEdit,
     * arXiv:2108.01073).
     *
     * @param given (N, C, H, W), pixels from −1 to 1, of the size that the model makes
     * @param keep (N, 1, H, W), 1 where a picture stays as it is and 0 where it is made anew; null changes all of it
     * @param strength share of the way that is gone: near 0 nearly the same picture, 1 one that knows nothing of it
     * @throws BadInputException if the strength is not above 0 and at most 1
     */
    public Tensor change(
            Sampling how,
            List<String> asked,
            Tensor given,
            Tensor keep,
            double strength,
            long seed,
            ObjIntConsumer<Tensor> watch) {
        if (!(strength > 0 && strength <= 1)) {
            throw new BadInputException("--strength must be above 0 and at most 1, not " + strength);
        }
        Trajectory plain = trajectory(how);
        int step = Math.min((int) Math.round((1 - strength) * how.steps()), how.steps() - 1);
        int from = plain.first(step, how.steps());
        return Scope.tidy("samples", () -> {
            Noise noise = Noise.seeded(seed);
            Tensor picture = latents == null ? given : latents.encode(given);
            Trajectory way = keep == null ? plain : new Inpainting(plain, picture, places(keep));
            Tensor fresh = noise.next(picture.shape());
            Tensor begin = from == 0 ? fresh.times(way.initialScale()) : plain.noised(picture, fresh, from);
            Denoiser denoiser = denoiser(asking.of(asked), given.dim(0), how.guidance());
            Tensor made = pictures(way.run(denoiser, begin, from, noise, watch));
            // Latents are not exact: what stays is taken from the picture itself.
            return keep == null ? made : made.plus(given.minus(made).times(keep));
        });
    }

    /** (N, 1, H, W) of pixels → of what is denoised: a place stays where all its pixels do. */
    private Tensor places(Tensor keep) {
        int across = denoised.dim(1);
        int by = keep.dim(2) / across;
        return by == 1
                ? keep
                : keep.reshape(-1, 1, across, by, across, by)
                        .mean(false, 3, 5)
                        .gt(0.999)
                        .to(DType.F32);
    }

    /** The network as samplers ask it. */
    private Denoiser denoiser(Conditioning told, int n, Guidance guidance) {
        Denoiser plain = (x, t) -> network.forward(x, Tensor.full(t, n), told);
        if (guidance.weight() == 1) {
            return plain;
        }
        if (usualGuidance == 1) {
            throw new BadInputException(
                    "this model knows no pictures of no class, so it cannot be guided; leave --guidance 1");
        }
        // With what was asked and without in one batch; from the second through the first, and on.
        Conditioning both = told.and(asking.none(n));
        return (x, t) -> {
            if (!guidance.at(t / process.steps())) {
                return plain.predict(x, t);
            }
            Tensor y = network.forward(Tensor.concat(0, List.of(x, x)), Tensor.full(t, 2 * n), both);
            Tensor without = y.slice(0, n, 2 * n);
            return without.plus(y.slice(0, 0, n).minus(without).times(guidance.weight()));
        };
    }
}
