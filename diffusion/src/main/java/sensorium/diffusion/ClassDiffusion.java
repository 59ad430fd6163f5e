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
 * A network that makes pictures of a class out of noise, with what must be known to sample from it.
 *
 * @param prediction what it says
 * @param schedule what it was trained on
 * @param channels of a picture
 * @param side height and width of a picture
 * @param labels names of the classes
 * @param guided whether the network also knows no class, under the number after the last
 * @param bounds of what it predicts
 */
public record ClassDiffusion(
        Network network,
        Prediction prediction,
        NoiseSchedule schedule,
        int channels,
        int side,
        List<String> labels,
        boolean guided,
        Bounds bounds) {

    /** (N, C, H, W), timesteps (N) and classes (N), I64 → (N, C, H, W). */
    @FunctionalInterface
    public interface Network {
        Tensor forward(Tensor x, Tensor timesteps, Tensor classes);
    }

    /**
     * The published diffusion transformer of digits in a folder.
     *
     * @throws BadInputException if it is none, or malformed
     */
    public static ClassDiffusion ofDigits(Path folder) {
        Dit dit = MnistDit.load(folder);
        return new ClassDiffusion(
                dit::forward,
                Prediction.EPSILON,
                MnistDit.SCHEDULE,
                dit.config().in(),
                dit.config().side(),
                IntStream.range(0, dit.config().classes())
                        .mapToObj(Integer::toString)
                        .toList(),
                false,
                // Bounds undo what its noise, unbounded, has done: in many steps all is lost.
                Bounds.NONE);
    }

    /** A model that was trained here. */
    public static ClassDiffusion of(DiffusionModel model) {
        DiffusionConfig c = model.config();
        return new ClassDiffusion(
                model::forward,
                c.prediction(),
                NoiseSchedule.named(c.schedule()),
                c.channels(),
                c.side(),
                c.labels(),
                true,
                Bounds.PIXELS);
    }

    /**
     * The number of a class.
     *
     * @throws BadInputException if none is called so
     */
    public int label(String name) {
        int i = labels.indexOf(name);
        if (i < 0) {
            throw new BadInputException("no class is called " + name + "; there are: " + String.join(", ", labels));
        }
        return i;
    }

    /**
     * Pictures (N, C, H, W), pixels from −1 to 1 and, where the sampler leaves them so, a little beyond.
     *
     * @param classes of each picture
     * @param guidance how far beyond what the class adds to the prediction (Ho and Salimans, arXiv:2207.12598); 1 is not guided
     * @param seed the same gives the same pictures
     * @param watch is shown the samples after each evaluation of the network
     */
    public Tensor sample(
            Sampler sampler, int steps, long[] classes, double guidance, long seed, ObjIntConsumer<Tensor> watch) {
        return Scope.tidy("samples", () -> {
            Noise noise = Noise.seeded(seed);
            Tensor begin = noise.next(Shape.of(classes.length, channels, side, side));
            return sample(sampler, steps, classes, guidance, begin, noise, watch);
        });
    }

    /**
     * The same from noise that is given.
     *
     * @param begin (N, C, H, W), normal with variance 1
     * @param noise for samplers that need more of it on the way
     */
    public Tensor sample(
            Sampler sampler,
            int steps,
            long[] classes,
            double guidance,
            Tensor begin,
            Noise noise,
            ObjIntConsumer<Tensor> watch) {
        if (guidance != 1 && !guided) {
            throw new BadInputException(
                    "this model knows no pictures of no class, so it cannot be guided; leave --guidance 1");
        }
        int n = classes.length;
        Trajectory way = sampler.within(bounds).over(schedule, prediction, steps);
        return Scope.tidy("samples", () -> {
            Tensor wanted = Tensor.of(classes, n);
            Denoiser denoiser = guidance == 1
                    ? (x, t) -> network.forward(x, Tensor.full(t, n), wanted)
                    : (x, t) -> guided(x, t, wanted, guidance);
            return way.run(denoiser, begin.times(way.initialScale()), 0, noise, watch);
        });
    }

    /** With the class and without it in one batch; from the second through the first, and on. */
    private Tensor guided(Tensor x, double t, Tensor wanted, double guidance) {
        int n = x.dim(0);
        Tensor none = Tensor.full(labels.size(), n).to(DType.I64);
        Tensor both = network.forward(
                Tensor.concat(0, List.of(x, x)), Tensor.full(t, 2 * n), Tensor.concat(0, List.of(wanted, none)));
        Tensor without = both.slice(0, n, 2 * n);
        return without.plus(both.slice(0, 0, n).minus(without).times(guidance));
    }
}
