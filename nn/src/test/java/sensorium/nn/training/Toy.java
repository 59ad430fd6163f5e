package sensorium.nn.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.nn.Buffer;
import sensorium.nn.Confusion;
import sensorium.nn.Init;
import sensorium.nn.Losses;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Training;
import sensorium.nn.Weights;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

/** Two classes of points, inside and outside a ring: a small network with all that a checkpoint must carry. */
final class Toy implements Recipe<Toy.Batch> {
    private static final int ITEMS = 50;

    record Batch(float[] x, long[] y) {}

    record Net(Parameter in, Parameter bias, Parameter middle, Parameter out, Buffer seen) implements Module {
        static Net of(Weights w, int width) {
            return new Net(
                    w.parameter("in", Init.he(2), 2, width),
                    w.parameter("bias", Init.zeros(), width),
                    w.parameter("middle", Init.he(width), width, width),
                    w.parameter("out", Init.he(width), width, 2),
                    w.buffer("seen", Init.zeros(), 1));
        }

        /** (N, 2) → (N, 2); counts what it has seen in training, as running statistics do. */
        Tensor forward(Tensor x) {
            if (Training.isActive()) {
                seen.set(seen.value().plus(x.dim(0)));
            }
            Tensor h = x.matmul(in.value()).plus(bias.value()).relu(); // (N, W)
            h = Training.dropout(h.matmul(middle.value()).relu(), 0.1);
            return h.matmul(out.value());
        }
    }

    private final Net net;
    private final Epochs epochs;
    private final float[] points = new float[2 * ITEMS];
    private final int[] labels = new int[ITEMS];
    boolean poisoned;

    Toy(long seed) {
        this(seed, 16, 8);
    }

    Toy(long seed, int width, int batch) {
        net = Net.of(Weights.random(seed), width);
        epochs = new Epochs(ITEMS, batch, seed);
        var random = new Philox(99, 0);
        for (int i = 0; i < ITEMS; i++) {
            labels[i] = i % 2;
            double angle = random.uniform(2L * i, 0, 2 * Math.PI);
            double radius = random.uniform(2L * i + 1, 0, 0.4) + labels[i];
            points[2 * i] = (float) (radius * Math.cos(angle));
            points[2 * i + 1] = (float) (radius * Math.sin(angle));
        }
    }

    @Override
    public Net model() {
        return net;
    }

    @Override
    public Batch batch(Step step) {
        int[] items = epochs.batch(step.batch());
        var x = new float[2 * items.length];
        var y = new long[items.length];
        for (int i = 0; i < items.length; i++) {
            x[2 * i] = points[2 * items[i]];
            x[2 * i + 1] = points[2 * items[i] + 1];
            y[i] = labels[items[i]];
        }
        return new Batch(x, y);
    }

    @Override
    public void begin(Step step) {
        // The second half leaves the bias alone: freezing must come back after a resume.
        net.bias().setTrainable(step.fraction() < 0.5);
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor logits = net.forward(Tensor.of(batch.x(), batch.y().length, 2));
        Tensor loss = Losses.crossEntropy(logits, Tensor.of(batch.y(), batch.y().length));
        return new Loss(
                poisoned ? loss.times(Double.NaN) : loss,
                batch.y().length,
                Map.of("margin", logits.max().item()));
    }

    @Override
    public Map<String, Double> evaluate() {
        var confusion = new Confusion(2);
        confusion.add(net.forward(Tensor.of(points, ITEMS, 2)), labels);
        return Map.of("accuracy", confusion.accuracy());
    }

    /** With all that a checkpoint must carry; only one checkpoint, at the end. */
    static Plan plan(long steps) {
        Descent descent = Descent.adamW(0.03).withAccumulate(2).withEma(0.9);
        return Plan.of(3, new Length.Steps(steps), descent)
                .withEvaluation(7, "accuracy")
                .withCheckpoints(1e9);
    }

    static RunFolder fresh(Path path) {
        return RunFolder.create(path, JsonMapper.shared().createObjectNode().put("model_type", "toy"));
    }

    /** Large enough that kernels share the work among threads. */
    static Toy wide() {
        return new Toy(1, 256, 96);
    }

    /**
     * Trains in the folder {@code args[0]} for {@code args[1]} steps, a wide toy if there is a third argument; goes on where
     * there is a run. For tests that kill it.
     */
    public static void main(String[] args) {
        Path path = Path.of(args[0]);
        try (RunFolder folder = Files.exists(path.resolve("config.json")) ? RunFolder.resume(path) : fresh(path)) {
            Plan plan = plan(Long.parseLong(args[1])).withCheckpoints(0.02);
            Trainer.train(args.length > 2 ? wide() : new Toy(1), plan, folder, TrainingListener.SILENT);
        } catch (BadInputException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
