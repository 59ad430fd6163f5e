package sensorium.nn.training;

import java.util.List;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.tensor.Tensor;

/** How a gradient changes a parameter. Rules are plain data; what they remember lives in the {@link Optimizer}. */
public sealed interface UpdateRule {
    /** Names of the tensors kept for every parameter, each zeros in its shape at first. */
    List<String> slots();

    /** The new parameter followed by its new slots; they may take the place of the old ones, whose handles then end. */
    List<Tensor> apply(Tensor parameter, Tensor gradient, List<Tensor> slots, Now now);

    /**
     * @param rate the learning rate at this step, for this parameter
     * @param decay factor on the rule's weight decay for this parameter
     * @param step 1 at the first update
     */
    record Now(double rate, double decay, long step) {}

    /** Stochastic gradient descent; {@code decay} is L2, added to the gradient (Sutskever et al., 2013). */
    record Sgd(double momentum, boolean nesterov, double decay) implements UpdateRule {
        @Override
        public List<String> slots() {
            return momentum == 0 ? List.of() : List.of("momentum");
        }

        @Override
        public List<Tensor> apply(Tensor p, Tensor gradient, List<Tensor> slots, Now now) {
            Tensor g = withL2(gradient, p, decay * now.decay());
            if (momentum == 0) {
                return List.of(p.minus(g.times(now.rate())));
            }
            Tensor m = slots.get(0).times(momentum).plus(g);
            Tensor d = nesterov ? g.plus(m.times(momentum)) : m;
            return List.of(p.minus(d.times(now.rate())), m);
        }
    }

    /** Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101). */
    record AdamW(double beta1, double beta2, double eps, double decay) implements UpdateRule {
        /** The usual eps of 1e-8. */
        public AdamW(double beta1, double beta2, double decay) {
            this(beta1, beta2, 1e-8, decay);
        }

        @Override
        public List<String> slots() {
            return List.of("moment1", "moment2");
        }

        @Override
        public List<Tensor> apply(Tensor p, Tensor g, List<Tensor> slots, Now now) {
            var step = new Fused.AdamWStep(
                    now.rate(),
                    beta1,
                    beta2,
                    eps,
                    decay * now.decay(),
                    1 - Math.pow(beta1, (double) now.step()),
                    1 - Math.pow(beta2, (double) now.step()));
            return Dispatch.consume(step, List.of(p, g, slots.get(0), slots.get(1)));
        }
    }

    /** Adam; {@code decay} is L2, added to the gradient (Kingma and Ba, arXiv 1412.6980). */
    record Adam(double beta1, double beta2, double eps, double decay) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("moment1", "moment2");
        }

        @Override
        public List<Tensor> apply(Tensor p, Tensor gradient, List<Tensor> slots, Now now) {
            Tensor g = withL2(gradient, p, decay * now.decay());
            return new AdamW(beta1, beta2, eps, 0).apply(p, g, slots, now);
        }
    }

    /** The sign of an interpolated momentum, decoupled weight decay (Chen et al., arXiv 2302.06675). */
    record Lion(double beta1, double beta2, double decay) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("momentum");
        }

        @Override
        public List<Tensor> apply(Tensor p, Tensor g, List<Tensor> slots, Now now) {
            Tensor m = slots.get(0);
            Tensor direction = m.times(beta1).plus(g.times(1 - beta1)).sign();
            Tensor next = p.times(1 - now.rate() * decay * now.decay()).minus(direction.times(now.rate()));
            return List.of(next, m.times(beta2).plus(g.times(1 - beta2)));
        }
    }

    /** The gradient over the root of its running mean square (Tieleman and Hinton, 2012). */
    record RmsProp(double alpha, double eps) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("square");
        }

        @Override
        public List<Tensor> apply(Tensor p, Tensor g, List<Tensor> slots, Now now) {
            Tensor v = slots.get(0).times(alpha).plus(g.square().times(1 - alpha));
            return List.of(p.minus(g.dividedBy(v.sqrt().plus(eps)).times(now.rate())), v);
        }
    }

    /** The gradient over the root of the sum of all its squares (Duchi et al., 2011). */
    record Adagrad(double eps) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("square");
        }

        @Override
        public List<Tensor> apply(Tensor p, Tensor g, List<Tensor> slots, Now now) {
            Tensor s = slots.get(0).plus(g.square());
            return List.of(p.minus(g.dividedBy(s.sqrt().plus(eps)).times(now.rate())), s);
        }
    }

    private static Tensor withL2(Tensor gradient, Tensor parameter, double decay) {
        return decay == 0 ? gradient : gradient.plus(parameter.times(decay));
    }
}
