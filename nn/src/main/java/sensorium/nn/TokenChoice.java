package sensorium.nn;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

/**
 * How the next token is chosen from scores of all.
 *
 * @param temperature that scores are divided by: below 1 the likely becomes likelier; 0 takes the best
 * @param topK only so many of the best, 0 for all
 * @param topP only the best that together have this probability (Holtzman et al., arXiv:1904.09751), 1 for all
 */
public record TokenChoice(double temperature, int topK, double topP) {
    public static final TokenChoice AS_LEARNT = new TokenChoice(1, 0, 1);

    /** @throws BadInputException if a number is out of its range */
    public TokenChoice {
        if (!(temperature >= 0 && temperature <= 100)) {
            throw new BadInputException("the temperature must be from 0 to 100, not " + temperature);
        }
        if (topK < 0) {
            throw new BadInputException("top-k must be 0 for all tokens, or more, not " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new BadInputException("top-p must be above 0 and at most 1, not " + topP);
        }
    }

    /**
     * One token for each row.
     *
     * @param scores (N, tokens), logarithms of probabilities but for a constant
     * @param random of this place in the sequence
     */
    public long[] choose(Tensor scores, Philox random) {
        int n = scores.dim(0);
        int tokens = scores.dim(1);
        double[] all = scores.toDoubles();
        return IntStream.range(0, n)
                .mapToLong(i -> choose(Arrays.copyOfRange(all, i * tokens, (i + 1) * tokens), random.uniform(i)))
                .toArray();
    }

    /** @param u from 0 to 1 */
    private int choose(double[] scores, double u) {
        Integer[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -scores[i]))
                .toArray(Integer[]::new);
        if (temperature == 0) {
            return order[0];
        }
        int most = topK == 0 ? order.length : Math.min(topK, order.length);
        double[] weights = new double[most];
        double sum = 0;
        for (int i = 0; i < most; i++) {
            weights[i] = Math.exp((scores[order[i]] - scores[order[0]]) / temperature);
            sum += weights[i];
        }
        double kept = 0;
        int last = 0;
        for (int i = 0; i < most && kept < topP * sum; i++) {
            kept += weights[i];
            last = i;
        }
        double left = u * kept;
        for (int i = 0; i < last; i++) {
            left -= weights[i];
            if (left < 0) {
                return order[i];
            }
        }
        return order[last];
    }
}
