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
 * A network that makes pictures of a class out of noise, with what must be known to sample from it.
 *
 * @param prediction what it says
 * @param schedule what it was trained on
 * @param channels of a picture
 * @param side height and width of a picture
 * @param labels names of the classes
 */
public record ClassDiffusion(
        Network network, Prediction prediction, NoiseSchedule schedule, int channels, int side, List<String> labels) {

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
                        .toList());
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
     * @param seed the same gives the same pictures
     * @param watch is shown the samples after each evaluation of the network
     */
    public Tensor sample(Sampler sampler, int steps, long[] classes, long seed, ObjIntConsumer<Tensor> watch) {
        int n = classes.length;
        Trajectory way = sampler.over(schedule, prediction, steps);
        return Scope.tidy("samples", () -> {
            Noise noise = Noise.seeded(seed);
            Tensor wanted = Tensor.of(classes, n);
            Tensor begin = noise.next(Shape.of(n, channels, side, side)).times(way.initialScale());
            Denoiser denoiser = (x, t) -> network.forward(x, Tensor.full(t, n), wanted);
            return way.run(denoiser, begin, 0, noise, watch);
        });
    }
}
