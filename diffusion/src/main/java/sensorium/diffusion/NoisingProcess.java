package sensorium.diffusion;

import java.util.Arrays;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.tensor.Tensor;

/** How pictures are lost in noise in steps of training, what a model says of it, and the way back. */
public sealed interface NoisingProcess {
    String FLOW = "rectified-flow";

    /** How many steps of training there are; the first is nearly the picture. */
    int steps();

    /** Pictures (N, …) at a step each, with noise like them. */
    Tensor noised(Tensor pictures, Tensor noise, int[] steps);

    /** What a model should say there. */
    Tensor target(Tensor pictures, Tensor noise, int[] steps);

    /** Weights (N) of the squared errors that give no step more than {@code most} times its due. */
    Tensor minSnr(int[] steps, double most);

    /** The way that is usually taken where none is asked for. */
    Sampler usual();

    /**
     * @param steps of sampling
     * @throws BadInputException if the sampler does not suit the process, or there are too many steps or none
     */
    Trajectory trajectory(Sampler sampler, int steps);

    /**
     * By the name of a schedule, {@value FLOW} among them.
     *
     * @param prediction what a model says, if it is not a flow
     * @throws BadInputException if there is none of this name
     */
    static NoisingProcess named(String name, Prediction prediction) {
        return name.equals(FLOW)
                ? new Flow(new RectifiedFlow(1))
                : new Diffusion(NoiseSchedule.named(name), prediction);
    }

    /** Pictures fade as noise grows, their sum of unit variance: Ho et al., arXiv:2006.11239. */
    record Diffusion(NoiseSchedule schedule, Prediction prediction) implements NoisingProcess {
        @Override
        public int steps() {
            return schedule.steps();
        }

        @Override
        public Tensor noised(Tensor pictures, Tensor noise, int[] steps) {
            return schedule.noised(pictures, noise, steps);
        }

        @Override
        public Tensor target(Tensor pictures, Tensor noise, int[] steps) {
            int rank = pictures.rank();
            return prediction.target(pictures, noise, schedule.signal(steps, rank), schedule.noise(steps, rank));
        }

        @Override
        public Tensor minSnr(int[] steps, double most) {
            return schedule.minSnr(steps, prediction, most);
        }

        @Override
        public Sampler usual() {
            return Ddim.usual();
        }

        @Override
        public Trajectory trajectory(Sampler sampler, int steps) {
            return sampler.over(schedule, prediction, steps);
        }
    }

    /** The same with the way that a published model is sampled by. */
    record Scheduled(Diffusion diffusion, Sampler usual) implements NoisingProcess {
        @Override
        public int steps() {
            return diffusion.steps();
        }

        @Override
        public Tensor noised(Tensor pictures, Tensor noise, int[] steps) {
            return diffusion.noised(pictures, noise, steps);
        }

        @Override
        public Tensor target(Tensor pictures, Tensor noise, int[] steps) {
            return diffusion.target(pictures, noise, steps);
        }

        @Override
        public Tensor minSnr(int[] steps, double most) {
            return diffusion.minSnr(steps, most);
        }

        @Override
        public Trajectory trajectory(Sampler sampler, int steps) {
            return diffusion.trajectory(sampler, steps);
        }
    }

    /** Straight from the picture to noise. */
    record Flow(RectifiedFlow flow) implements NoisingProcess {
        private static final int STEPS = 1000;

        @Override
        public int steps() {
            return STEPS;
        }

        /** The middles of the steps, (N, 1, …). */
        private static Tensor times(int[] steps, int rank) {
            float[] t = new float[steps.length];
            IntStream.range(0, t.length).forEach(i -> t[i] = (steps[i] + 0.5f) / STEPS);
            int[] shape = new int[rank];
            Arrays.fill(shape, 1);
            shape[0] = t.length;
            return Tensor.of(t, shape);
        }

        @Override
        public Tensor noised(Tensor pictures, Tensor noise, int[] steps) {
            return RectifiedFlow.noised(pictures, noise, times(steps, pictures.rank()));
        }

        @Override
        public Tensor target(Tensor pictures, Tensor noise, int[] steps) {
            return RectifiedFlow.target(pictures, noise);
        }

        @Override
        public Tensor minSnr(int[] steps, double most) {
            throw new BadInputException("rectified flow weighs all steps alike; leave minsnr=0");
        }

        @Override
        public Sampler usual() {
            return SigmaSampler.of(SigmaSampler.Kind.EULER);
        }

        @Override
        public Trajectory trajectory(Sampler sampler, int steps) {
            if (!(sampler instanceof SigmaSampler s) || s.kind() != SigmaSampler.Kind.EULER) {
                throw new BadInputException("a model of rectified flow is sampled by euler and by nothing else");
            }
            return flow.over(s.bounds(), steps, STEPS);
        }
    }
}
