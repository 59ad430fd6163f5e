package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.memory.Scope;
import sensorium.nn.Positions;
import sensorium.nn.TokenChoice;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

class TokenPriorTest {
    private static final int CODES = 6;
    private static final TokenPrior.Config TINY = new TokenPrior.Config(
            List.of("up", "down"),
            new PictureTokenizer.Config(1, 6, 1, CODES, 4, new AutoencoderConfig(1, List.of(8, 8), 1, 8, 4, false)),
            TransformerConfig.of(32, 2, 2)
                    .with(new Positions.Config(Positions.Kind.LEARNED, 9))
                    .causally());

    @TempDir
    Path folder;

    /** Tokens that count up, or down, from anywhere. */
    private static TokenRecipe.Corpus counting(int size) {
        short[] tokens = new short[size * 9];
        int[] labels = new int[size];
        for (int p = 0; p < size; p++) {
            labels[p] = p % 2;
            for (int i = 0; i < 9; i++) {
                tokens[p * 9 + i] = (short) Math.floorMod(p / 2 + (p % 2 == 0 ? i : -i), CODES);
            }
        }
        return new TokenRecipe.Corpus(tokens, labels);
    }

    @Test
    void whatFollowsIsLearntAndWritten() {
        Scope.tidyRun(() -> {
            var model = TokenPrior.of(Weights.random(1), TINY);
            var recipe = new TokenRecipe(model, counting(48), counting(48), 1);
            Trainer.Outcome outcome;
            try (var run =
                    RunFolder.create(folder.resolve("run"), JsonMapper.shared().createObjectNode())) {
                outcome = Trainer.train(
                        recipe, TokenRecipe.plan(1, new Length.Steps(250)), run, new TrainingListener() {});
            }
            // The first of nine can be any of six; the others are certain.
            assertThat(outcome.measures().get("held_out_surprise")).isCloseTo(Math.log(CODES) / 9, within(0.1));
            long[] classes = {0, 0, 0, 1, 1, 1};
            long[] written =
                    model.write(classes, 1, TokenChoice.AS_LEARNT, 4, _ -> {}).toLongs();
            int right = 0;
            for (int i = 0; i < written.length; i++) {
                long step = i < 27 ? 1 : CODES - 1;
                right += i % 9 == 0 || written[i] == (written[i - 1] + step) % CODES ? 1 : 0;
            }
            assertThat(right).isGreaterThan(50); // of 54
        });
    }

    @Test
    void theBestTokensAreThoseOfAForwardWithoutCache() {
        Scope.tidyRun(() -> {
            var model = TokenPrior.of(Weights.random(2), TINY);
            long[] classes = {0, 1};
            double guidance = 1.5;
            Tensor tokens = model.write(classes, guidance, new TokenChoice(0, 0, 1), 1, _ -> {});
            Tensor before = tokens.reshape(2, 9).slice(1, 0, 8);
            Tensor told = model.forward(Tensor.of(classes, 2), before);
            Tensor untold = model.forward(Tensor.full(2, 2).to(DType.I64), before);
            Tensor best = untold.plus(told.minus(untold).times(guidance)).argMax(2); // (2, 9)
            assertThat(tokens.toLongs()).isEqualTo(best.toLongs());
            assertThat(model.pictures().picture(tokens).shape().dims()).containsExactly(2, 1, 6, 6);
        });
    }
}
