package sensorium.diffusion;

/**
 * The noise of each evaluation and of the end.
 *
 * @param sigma one more than there are timesteps
 * @param at the timesteps that the model is told
 */
record Sigmas(double[] sigma, double[] at) {
    private static final double RHO = 7;

    /** @param end the noise of what comes out */
    static Sigmas of(NoiseSchedule schedule, Spacing spacing, int offset, int steps, boolean karras, double end) {
        return of(schedule, spacing.timesteps(schedule.steps(), steps, offset), karras, end);
    }

    static Sigmas of(NoiseSchedule schedule, double[] timesteps, boolean karras, double end) {
        int n = timesteps.length;
        double[] sigma = new double[n + 1];
        double[] at = timesteps.clone();
        for (int i = 0; i < n; i++) {
            sigma[i] = schedule.sigma(timesteps[i]);
        }
        if (karras) {
            double high = Math.pow(sigma[0], 1 / RHO);
            double low = Math.pow(sigma[n - 1], 1 / RHO);
            for (int i = 0; i < n; i++) {
                double share = n == 1 ? 0 : (double) i / (n - 1);
                sigma[i] = Math.pow(high + share * (low - high), RHO);
                at[i] = schedule.timestep(sigma[i]);
            }
        }
        sigma[n] = end;
        return new Sigmas(sigma, at);
    }

    int count() {
        return at.length;
    }

    double sigma(int i) {
        return sigma[i];
    }

    double timestep(int i) {
        return at[i];
    }

    /** Every evaluation but the first a second time, for those that look at the end of a step before they take it. */
    Sigmas twice() {
        int n = 2 * count() - 1;
        double[] s = new double[n + 1];
        double[] t = new double[n];
        for (int i = 0; i < n; i++) {
            s[i] = sigma[(i + 1) / 2];
            t[i] = at[(i + 1) / 2];
        }
        s[n] = sigma[count()];
        return new Sigmas(s, t);
    }
}
