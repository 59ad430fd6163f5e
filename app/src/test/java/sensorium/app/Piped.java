package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static sensorium.app.CommandRun.sensorium;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import sensorium.io.Safetensors;
import sensorium.tensor.Tensor;

/** What {@code features} writes, given to {@code run}. */
final class Piped {
    private Piped() {}

    /**
     * @param folder for the two files, {@code in.safetensors} and {@code out.safetensors}
     * @param input of {@code features}: a file, {@code --text}
     * @return the model's outputs
     */
    static Map<String, Tensor> outputs(Path folder, Path model, Object... input) {
        Path in = features(folder, model, input);
        Path out = folder.resolve("out.safetensors");
        CommandRun run = sensorium("run", model, "--in", in, "--out", out);
        assertThat(run.status()).as(run.err()).isZero();
        return Safetensors.open(out).tensors();
    }

    /** The file of what a model is fed. */
    static Path features(Path folder, Path model, Object... input) {
        Path in = folder.resolve("in.safetensors");
        Object[] words = Stream.concat(Stream.of("features", model, "-o", in), Stream.of(input))
                .toArray();
        CommandRun features = sensorium(words);
        assertThat(features.status()).as(features.err()).isZero();
        return in;
    }
}
