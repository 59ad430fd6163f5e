package sensorium.audio.speech;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Losses;
import sensorium.nn.Parameter;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

class SpeechModelTest {
    private static final SpeechModel.Config CONFIG = SpeechModel.Config.small(5);
    private static final int BANDS = CONFIG.whisper().bands();

    private static float[] mel(int n, int frames) {
        float[] values = new float[n * BANDS * frames];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(0.37 * i * i % 91);
        }
        return values;
    }

    /** A sound says the same alone and among longer ones. */
    @Test
    void paddingIsNotHeard() {
        Scope.tidyRun(() -> {
            var model = SpeechModel.of(Weights.random(2), CONFIG);
            int[] lengths = {9, 14, 3};
            float[] values = mel(3, 14);
            for (int i = 0; i < 3; i++) {
                for (int b = 0; b < BANDS; b++) {
                    int row = (i * BANDS + b) * 14;
                    Arrays.fill(values, row + lengths[i], row + 14, 0);
                }
            }
            Tensor batch = Tensor.of(values, 3, BANDS, 14);
            Tensor together = model.logits(model.whisper().encode(batch, Tensor.of(new long[] {9, 14, 3}, 3)));
            assertThat(together.dim(1)).isEqualTo(7);
            assertThat(together.dim(2)).isEqualTo(6);
            for (int i = 0; i < 3; i++) {
                Tensor alone = model.logits(
                        model.whisper().encode(batch.slice(0, i, i + 1).slice(2, 0, lengths[i])));
                int tokens = (lengths[i] + 1) / 2;
                assertThat(alone.dim(1)).isEqualTo(tokens);
                Tensor difference = together.slice(0, i, i + 1)
                        .slice(1, 0, tokens)
                        .minus(alone)
                        .abs()
                        .max();
                assertThat(difference.item()).isLessThan(1e-4);
            }
        });
    }

    @Test
    void everyWeightLearns() {
        var model = SpeechModel.of(Weights.random(3), CONFIG);
        Map<String, Parameter> parameters = model.parameters();
        Tape.record(tape -> {
            Tensor heard =
                    model.whisper().encode(Tensor.of(mel(2, 20), 2, BANDS, 20), Tensor.of(new long[] {20, 15}, 2));
            Tensor units = Tensor.of(new long[] {0, 3, 3, 4, 2, 0}, 2, 3);
            Tensor ctc = Losses.ctc(
                    model.logits(heard),
                    units,
                    Tensor.of(new long[] {10, 8}, 2),
                    Tensor.of(new long[] {3, 2}, 2),
                    model.blank());
            Tensor ids = Tensor.of(new long[] {6, 0, 3, 6, 4, 2}, 2, 3);
            Tensor logits = model.whisper().decode(ids, Inputs.attendingTo(heard, null));
            Tensor loss = ctc.plus(Losses.crossEntropy(logits, units));
            List<Tensor> gradients = tape.gradients(
                    loss, parameters.values().stream().map(Parameter::value).toList());
            List<String> names = List.copyOf(parameters.keySet());
            for (int i = 0; i < names.size(); i++) {
                assertThat(gradients.get(i).abs().max().item()).as(names.get(i)).isPositive();
            }
            return null;
        });
    }

    @Test
    void theDecoderWritesUnitsAlone() {
        Scope.tidyRun(() -> {
            var model = SpeechModel.of(Weights.random(4), CONFIG);
            Tensor heard = model.whisper().encode(Tensor.of(mel(1, 16), 1, BANDS, 16));
            for (int beams : new int[] {1, 3}) {
                assertThat(model.written(heard, beams))
                        .allMatch(u -> u >= 0 && u < 5)
                        .hasSizeLessThanOrEqualTo(9);
            }
            assertThat(model.written(heard, 1)).isEqualTo(withoutCache(model, heard));
            Emissions emissions = model.emissions(heard);
            assertThat(emissions.frames()).isEqualTo(8);
            double sum = 0;
            for (int c = 0; c < 6; c++) {
                sum += Math.exp(emissions.at(3, c));
            }
            assertThat(sum).isBetween(0.9999, 1.0001);
        });
    }

    /** The likeliest unit at each step, all of it computed anew each time. */
    private static List<Integer> withoutCache(SpeechModel model, Tensor heard) {
        List<Integer> written = new ArrayList<>();
        while (written.size() < 9) {
            long[] ids = new long[written.size() + 1];
            ids[0] = model.start();
            for (int i = 1; i < ids.length; i++) {
                ids[i] = written.get(i - 1);
            }
            double[] scores = model.whisper()
                    .decode(Tensor.of(ids, 1, ids.length), Inputs.attendingTo(heard, null))
                    .select(1, ids.length - 1)
                    .toDoubles();
            int best = 0;
            for (int c = 0; c <= model.end(); c++) {
                best = scores[c] > scores[best] ? c : best;
            }
            if (best == model.end()) {
                break;
            }
            written.add(best);
        }
        return written;
    }
}
