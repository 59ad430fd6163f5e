package sensorium.audio.whisper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sensorium.autograd.Tape;
import sensorium.nn.Activation;
import sensorium.nn.Losses;
import sensorium.nn.Parameter;
import sensorium.nn.Positions;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/** One made at random, to be trained. */
class WhisperTest {
    private static final WhisperConfig CONFIG = new WhisperConfig(
            4,
            8,
            new WhisperConfig.Half(2, 2, 16, new Positions.Config(Positions.Kind.SINUSOIDAL, 10)),
            new WhisperConfig.Half(1, 4, 24, new Positions.Config(Positions.Kind.LEARNED, 5)),
            11,
            Activation.GELU_TANH,
            WhisperConfig.Dropout.NONE);

    @Test
    void everyWeightLearns() {
        Whisper model = Whisper.of(Weights.random(3), CONFIG);
        Map<String, Parameter> parameters = model.parameters();
        assertThat(parameters).doesNotContainKey("encoder.positions.table").containsKey("decoder.positions.table");
        float[] values = new float[2 * 4 * 20];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * i);
        }
        Tensor mel = Tensor.of(values, 2, 4, 20);
        Tensor ids = Tensor.of(new long[] {1, 5, 9, 2, 4, 1, 7, 7, 3, 0}, 2, 5);
        Tensor targets = Tensor.of(new long[] {5, 9, 2, 4, 10, 7, 7, 3, 0, 10}, 2, 5);
        Tape.record(tape -> {
            Tensor logits = model.decode(ids, Inputs.attendingTo(model.encode(mel), null));
            List<Tensor> gradients = tape.gradients(
                    Losses.crossEntropy(logits, targets),
                    parameters.values().stream().map(Parameter::value).toList());
            List<String> names = List.copyOf(parameters.keySet());
            for (int i = 0; i < names.size(); i++) {
                assertThat(gradients.get(i).abs().max().item()).as(names.get(i)).isPositive();
            }
            return null;
        });
    }
}
