package sensorium.diffusion;

import sensorium.BadInputException;

/** Which of the steps of training are taken when sampling takes fewer. Lin et al., arXiv:2305.08891, table 2. */
public enum Spacing {
    /** Whole strides from 0: the last step of training is not among them. */
    LEADING,
    /** Evenly from the first to the last, both among them; whole numbers only if they happen to be. */
    LINSPACE,
    /** Whole strides back from the last. */
    TRAILING;

    /**
     * The steps, from noise to picture.
     *
     * @param all steps of training
     * @param offset added to whole strides: 1 in latent diffusion
     * @throws BadInputException if {@code count} is not within 1 and {@code all}
     */
    public double[] timesteps(int all, int count, int offset) {
        if (count < 1 || count > all) {
            throw new BadInputException("cannot sample in " + count + " steps; 1 to " + all + " are possible");
        }
        int stride = all / count;
        double[] t = new double[count];
        for (int i = 0; i < count; i++) {
            t[i] = switch (this) {
                case LEADING -> (count - 1.0 - i) * stride + offset;
                case LINSPACE -> count == 1 ? all - 1 : (all - 1.0) * (count - 1 - i) / (count - 1);
                case TRAILING -> Math.rint(all - (double) i * all / count) - 1;
            };
        }
        return t;
    }
}
