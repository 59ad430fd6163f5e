package sensorium.diffusion;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import sensorium.tensor.Tensor;

/**
 * The pseudo linear multistep sampler of Liu et al., arXiv:2202.09778, which Stable Diffusion 1.x is published with: steps of DDIM along
 * a mean of the last four predictions. The first step is tried, looked at where it ends, and taken again, so there is an evaluation more
 * than there are steps.
 *
 * @param offset of the timesteps where they are whole strides
 * @param endsClean whether the last step goes to x₀; else to the first step of training
 */
public record Plms(Bounds bounds, Spacing spacing, int offset, boolean endsClean) implements Sampler {
    /** What the last predictions weigh, the latest first, where there are one to four of them. */
    private static final double[][] WEIGHTS = {
        {1}, {3 / 2., -1 / 2.}, {23 / 12., -16 / 12., 5 / 12.}, {55 / 24., -59 / 24., 37 / 24., -9 / 24.}
    };

    public static Plms usual() {
        return new Plms(Bounds.NONE, Spacing.LEADING, 1, false);
    }

    @Override
    public Plms within(Bounds other) {
        return new Plms(other, spacing, offset, endsClean);
    }

    @Override
    public Trajectory over(NoiseSchedule schedule, Prediction prediction, int steps) {
        double[] plain = spacing.timesteps(schedule.steps(), steps, offset);
        int[] twice = new int[steps == 1 ? 1 : steps + 1]; // the second one is asked about twice
        for (int i = 0; i < twice.length; i++) {
            twice[i] = (int) plain[i < 2 ? i : i - 1];
        }
        return new Way(schedule, prediction, twice, schedule.steps() / steps);
    }

    private final class Way implements Trajectory {
        private final NoiseSchedule schedule;
        private final Prediction prediction;
        private final int[] timesteps;
        private final int stride;
        private final Deque<Tensor> before = new ArrayDeque<>(); // outputs, the latest first
        private Tensor start; // where the first step began, while it is only tried

        Way(NoiseSchedule schedule, Prediction prediction, int[] timesteps, int stride) {
            this.schedule = schedule;
            this.prediction = prediction;
            this.timesteps = timesteps;
            this.stride = stride;
        }

        @Override
        public int evaluations() {
            return timesteps.length;
        }

        @Override
        public int first(int step, int steps) {
            return step == 0 ? 0 : step + 1;
        }

        @Override
        public double timestep(int i) {
            return timesteps[i];
        }

        @Override
        public Tensor noised(Tensor pictures, Tensor noise, int i) {
            double kept = schedule.kept(timesteps[i]);
            return pictures.times(Math.sqrt(kept)).plus(noise.times(Math.sqrt(1 - kept)));
        }

        @Override
        public Tensor step(Tensor output, Tensor x, int i, Noise noise) {
            int at = timesteps[i];
            if (start != null) { // what the tried step ended in was looked at: now it is taken
                Tensor begin = start;
                start = null;
                Tensor mean = output.plus(before.getFirst()).times(0.5);
                Tensor moved = moved(begin, mean, at + stride, at);
                begin.release();
                return moved;
            }
            if (i == 0 && timesteps.length > 1) {
                start = x.keep();
            }
            before.addFirst(output.keep());
            if (before.size() > WEIGHTS.length) {
                before.removeLast().release();
            }
            Tensor moved = moved(x, weighted(), at, at - stride);
            if (i == timesteps.length - 1) {
                before.forEach(Tensor::release);
                before.clear();
            }
            return moved;
        }

        private Tensor weighted() {
            double[] weights = WEIGHTS[before.size() - 1];
            Iterator<Tensor> outputs = before.iterator();
            Tensor sum = outputs.next().times(weights[0]);
            for (int k = 1; k < weights.length; k++) {
                sum = sum.plus(outputs.next().times(weights[k]));
            }
            return sum;
        }

        /** A step of DDIM without fresh noise. */
        private Tensor moved(Tensor x, Tensor output, int from, int to) {
            double kept = schedule.kept(from);
            double after = to >= 0 ? schedule.kept(to) : endsClean ? 1 : schedule.kept(0);
            double a = Math.sqrt(kept);
            double s = Math.sqrt(1 - kept);
            Tensor picture = bounds.apply(prediction.sample(x, output, a, s));
            return picture.times(Math.sqrt(after))
                    .plus(prediction.noise(x, output, a, s).times(Math.sqrt(1 - after)));
        }
    }
}
