package sensorium.nn.training;

/** The learning rate's course over a run, as a factor on its peak. */
public sealed interface Schedule {
    /**
     * @param step a place in the run, from 0; no whole number where the pace of the run has changed, see {@link Course}
     * @param total steps of the run
     * @return the factor at this step
     */
    double factor(double step, double total);

    record Constant() implements Schedule {
        @Override
        public double factor(double step, double total) {
            return 1;
        }
    }

    /**
     * Linear rise, then half a cosine down (Loshchilov and Hutter, arXiv 1608.03983).
     *
     * @param warmUp share of the steps that rise
     * @param end factor that the cosine goes to
     */
    record Cosine(double warmUp, double end) implements Schedule {
        @Override
        public double factor(double step, double total) {
            double rise = warmUp * total;
            if (step < rise) {
                return (step + 1) / (rise + 1);
            }
            double done = (step - rise) / (total - rise);
            return end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * done));
        }
    }

    /**
     * Linear rise, plateau, linear fall (Zhai et al., arXiv 2106.04560, appendix).
     *
     * @param warmUp share of the steps that rise
     * @param start factor that the rise begins at
     * @param hold share of the steps after which the rate falls
     * @param end factor that the fall goes to
     */
    record Trapezoid(double warmUp, double start, double hold, double end) implements Schedule {
        @Override
        public double factor(double step, double total) {
            double done = step / total;
            if (done < warmUp) {
                return start + (1 - start) * done / warmUp;
            }
            return done < hold ? 1 : end + (1 - end) * (1 - done) / (1 - hold);
        }
    }

    /**
     * One course after the other, for a run in two stages.
     *
     * @param share of the steps that go to the first
     */
    record InTurn(double share, Schedule first, Schedule then) implements Schedule {
        @Override
        public double factor(double step, double total) {
            double beyond = step - Math.floor(step);
            double border = beyond + Math.ceil(share * total - beyond); // the first step at or after the share
            return step < border ? first.factor(step, border) : then.factor(step - border, total - border);
        }
    }
}
