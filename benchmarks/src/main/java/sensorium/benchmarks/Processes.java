package sensorium.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import sensorium.BadInputException;
import sensorium.vision.HuggingFaceVit;

/** What can only be measured of whole processes: peak memory, each engine in a process of its own, and how long a start takes. */
final class Processes {
    static final String MEMORY = "memory";
    static final String START = "start";

    private static final int STARTS = 3;
    /** Enough for pools and allocators to have all that they will ever hold. */
    private static final int RUNS = 5;

    /** What a process does: engines opened where they are wanted, for a library that is loaded takes memory too. */
    private static final Map<String, Supplier<List<Supplier<Engine>>>> LOADS = new TreeMap<>(
            Map.of("vit b16 batch 8", () -> VitCases.openers(8), "train vit 28x28 batch 128", TrainCases::vitOpeners));

    private static final String PREPROCESSING = """
            {"do_resize": true, "size": {"height": 224, "width": 224}, "resample": 2, "do_rescale": true,
             "rescale_factor": 0.00392156862745098, "do_normalize": true,
             "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
            """;

    private Processes() {}

    /** Peak resident memory (VmHWM) in 10⁶ bytes, ours and libtorch's. */
    static List<Cost> memory(int threads) {
        List<Cost> costs = new ArrayList<>();
        for (String load : LOADS.keySet()) {
            double ours = child(load, 0, threads);
            double theirs = child(load, 1, threads);
            costs.add(new Cost(MEMORY + "/" + load, threads, "MB", ours, theirs));
        }
        return costs;
    }

    /** Seconds of whole commands: {@code devices}, and a ViT-B/16 loaded from its folder and shown one picture. */
    static List<Cost> start(int threads) {
        try {
            Path folder = Files.createTempDirectory("sensorium-start");
            Path picture = folder.resolve("picture.png");
            HuggingFaceVit.save(VitCases.model(), folder, Optional.empty());
            Files.writeString(folder.resolve("preprocessor_config.json"), PREPROCESSING);
            ImageIO.write(new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
            var classify = List.of("classify", folder.toString(), picture.toString(), "--threads=" + threads);
            List<Cost> costs = List.of(
                    new Cost(START + "/devices", threads, "s", seconds(List.of("devices")), null),
                    new Cost(START + "/vit b16 one picture", threads, "s", seconds(classify), null));
            for (String file : List.of("model.safetensors", "config.json", "preprocessor_config.json", "picture.png")) {
                Files.delete(folder.resolve(file));
            }
            Files.delete(folder);
            return costs;
        } catch (IOException e) {
            throw new BadInputException("cannot write a model to start with: " + e.getMessage(), e);
        }
    }

    /** The median of a command's runs. */
    private static double seconds(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("sensorium.home"), "sensorium").toString());
        command.addAll(arguments);
        output(command); // the first may have to build
        var seconds = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            long began = System.nanoTime();
            output(command);
            seconds[i] = (System.nanoTime() - began) * 1e-9;
        }
        return Statistics.median(seconds);
    }

    private static double child(String load, int engine, int threads) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(Measurement.FLAGS);
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmn48m", Threads.flag(threads))); // as the launcher has it
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Processes.class.getName()));
        command.addAll(List.of(load, Integer.toString(engine)));
        return Double.parseDouble(output(command).strip());
    }

    private static String output(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (process.waitFor() != 0) {
                throw new BadInputException("this failed, run it to see why: " + String.join(" ", command));
            }
            return output;
        } catch (IOException e) {
            throw new BadInputException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new BadInputException("interrupted while waiting for " + command.getFirst(), e);
        }
    }

    /** The child: opens one engine of a load, runs it, and prints its peak. */
    public static void main(String[] args) throws IOException {
        Engine engine = LOADS.get(args[0]).get().get(Integer.parseInt(args[1])).get();
        for (int i = 0; i < RUNS; i++) {
            engine.run();
        }
        System.out.println(peak());
    }

    private static double peak() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")) * 1e-6)
                .findFirst()
                .orElseThrow();
    }
}
