package sensorium.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An exported encoder of sentences in ONNX Runtime, its inputs in place. A session computes with a number of threads that is fixed
 * when it is made, so there is one for each.
 */
final class OnnxRuntime implements Engine {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final Map<Integer, OrtSession> sessions = new HashMap<>();
    private final String model;
    private final Map<String, OnnxTensor> inputs;

    private OnnxRuntime(Path model, int[] ids, int batch) throws OrtException {
        this.model = model.toString();
        long[] shape = {batch, ids.length / batch};
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        long[] tokens = Arrays.stream(ids).asLongStream().toArray();
        this.inputs = Map.of(
                "input_ids", OnnxTensor.createTensor(environment, LongBuffer.wrap(tokens), shape),
                "attention_mask", OnnxTensor.createTensor(environment, LongBuffer.wrap(ones), shape),
                "token_type_ids", OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[ids.length]), shape));
    }

    /** @param ids of the tokens of {@code batch} sentences of one length */
    static OnnxRuntime sentences(Path model, int[] ids, int batch) {
        try {
            return new OnnxRuntime(model, ids, batch);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String name() {
        return "ONNX Runtime";
    }

    @Override
    public void run() {
        var _ = vectors();
    }

    @Override
    public List<float[]> results() {
        return List.of(vectors());
    }

    private float[] vectors() {
        try (OrtSession.Result result = session().run(inputs)) {
            OnnxTensor states = (OnnxTensor) result.get(0); // (B, N, D)
            long[] shape = states.getInfo().getShape();
            return unitMeans(states.getFloatBuffer(), (int) shape[0], (int) shape[1], (int) shape[2]);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the export leaves to its caller: the mean of a sentence's states, made length one. */
    private static float[] unitMeans(FloatBuffer states, int batch, int tokens, int width) {
        float[] means = new float[batch * width];
        float[] state = new float[width];
        for (int b = 0; b < batch; b++) {
            for (int t = 0; t < tokens; t++) {
                states.get(state);
                for (int d = 0; d < width; d++) {
                    means[b * width + d] += state[d];
                }
            }
            double squares = 0;
            for (int d = 0; d < width; d++) {
                squares += (double) means[b * width + d] * means[b * width + d];
            }
            float factor = (float) (1 / Math.sqrt(squares));
            for (int d = 0; d < width; d++) {
                means[b * width + d] *= factor;
            }
        }
        return means;
    }

    private OrtSession session() throws OrtException {
        OrtSession session = sessions.get(Threads.count());
        if (session == null) {
            try (var options = new OrtSession.SessionOptions()) {
                options.setIntraOpNumThreads(Threads.count());
                session = environment.createSession(model, options);
            }
            sessions.put(Threads.count(), session);
        }
        return session;
    }
}
