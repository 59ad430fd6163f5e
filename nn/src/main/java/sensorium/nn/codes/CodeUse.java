package sensorium.nn.codes;

import java.util.Map;

/**
 * How codes are used.
 *
 * @param codes how many there are
 * @param used how many of them are chosen
 * @param perplexity of how often each is chosen: so many codes, all as frequent, would say as much
 */
public record CodeUse(int codes, int used, double perplexity) {
    /**
     * @param counts how often each was chosen
     * @param least what a code that counts as used was chosen more often than
     */
    public static CodeUse of(double[] counts, double least) {
        double all = 0;
        int used = 0;
        for (double n : counts) {
            all += n;
            used += n > least ? 1 : 0;
        }
        double entropy = 0;
        for (double n : counts) {
            double p = n / all;
            entropy -= n > 0 ? p * Math.log(p) : 0;
        }
        return new CodeUse(counts.length, used, Math.exp(entropy));
    }

    /** Of chosen codes. */
    public static CodeUse of(long[] chosen, int codes) {
        double[] counts = new double[codes];
        for (long c : chosen) {
            counts[(int) c]++;
        }
        return of(counts, 0);
    }

    /** How many are not used. */
    public int dead() {
        return codes - used;
    }

    /** {@code used}, a share, and {@code perplexity}. */
    public Map<String, Double> measures() {
        return Map.of("used", (double) used / codes, "perplexity", perplexity);
    }
}
