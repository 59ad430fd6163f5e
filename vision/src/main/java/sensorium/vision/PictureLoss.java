package sensorium.vision;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Conv2d;
import sensorium.nn.Losses;
import sensorium.nn.Training;
import sensorium.tensor.Tensor;

/**
 * How far pictures that were read are from the real ones: squared errors of pixels, of the features of a classifier (Zhang et al.,
 * arXiv:1801.03924), and what a critic thinks of them (Esser et al., arXiv:2012.09841).
 *
 * @param strengths of the last two
 * @param look the classifier's eye, not asked at strength 0
 * @param critic trained beside the model, not asked at strength 0
 */
record PictureLoss(Strengths strengths, PictureFeatures look, PatchDiscriminator critic) {
    private static final double LEAST = 1e-10;
    private static final double STEADY = 1e-4;
    private static final double MOST = 1e4;

    /**
     * @param perceptual of the features
     * @param gan of the critic
     * @param from share of the run before which the critic is not there
     */
    record Strengths(double perceptual, double gan, double from) {
        Strengths {
            if (!(perceptual >= 0 && gan >= 0 && from >= 0 && from < 1)) {
                throw new IllegalArgumentException(
                        "perceptual and gan must not be negative, ganfrom from 0 to below 1");
            }
        }
    }

    /**
     * Pictures as the last layer of a decoder makes them.
     *
     * @param before (N, c, h, w), what the layer reads
     * @param shown what becomes of what it says, such as putting squares of pixels side by side
     */
    record Made(Tensor before, Conv2d last, UnaryOperator<Tensor> shown) {
        Tensor pictures() {
            return shown.apply(last.forward(before));
        }
    }

    /** @param metrics {@code error} of pixels and, where there is a critic, its {@code critic} loss and {@code gan}, its weight */
    record Result(Tensor loss, Map<String, Double> metrics) {}

    /** @param fraction how much of the run lies behind */
    Result of(Tensor real, Made made, double fraction) {
        Tensor pictures = made.pictures();
        Tensor error = Losses.mse(pictures, real);
        Tensor loss = strengths.perceptual == 0 ? error : error.plus(features(pictures, real));
        if (strengths.gan == 0 || fraction < strengths.from) {
            return new Result(loss, Map.of("error", error.item()));
        }
        Opinion opinion = opinion(real, made, pictures);
        Tensor missed = critic.loss(real, pictures.detached());
        // The critic's gradient at the pictures is known: what has it, and the value, costs no second walk through the
        // critic.
        Tensor slope = pictures.times(opinion.gradient).sum();
        Tensor adversarial = slope.minus(slope.detached()).plus(opinion.value).times(opinion.weight);
        return new Result(
                loss.plus(adversarial).plus(missed),
                Map.of("error", error.item(), "critic", missed.item(), "gan", opinion.weight));
    }

    /** Squared differences of features at length one, summed over channels, the mean of places, the sum of the stages. */
    private Tensor features(Tensor made, Tensor real) {
        List<Tensor> of = Training.pause(() -> look.of(made));
        List<Tensor> wanted = Training.pause(() -> look.of(real));
        Tensor sum = null;
        for (int i = 0; i < of.size(); i++) {
            Tensor each = directions(of.get(i))
                    .minus(directions(wanted.get(i)))
                    .square()
                    .sum(1)
                    .mean();
            sum = sum == null ? each : sum.plus(each);
        }
        return sum.times(strengths.perceptual);
    }

    /** Along channels; where nothing is felt there is no direction. */
    private static Tensor directions(Tensor map) {
        return map.times(map.square().sum(true, 1).plus(LEAST).rsqrt());
    }

    /**
     * What the critic thinks, as a loss: the mean of its scores, negative.
     *
     * @param gradient of it at the pictures
     * @param weight of it beside the other losses
     */
    private record Opinion(double value, Tensor gradient, double weight) {}

    /** With the weight that makes its gradient at the last layer as long as that of the other losses (section 3.2 of the paper). */
    private Opinion opinion(Tensor real, Made made, Tensor pictures) {
        return Tape.pause(() -> {
            Tensor seen = pictures.detached();
            Tensor others = Tape.vjp(in -> List.of(others(in.getFirst(), real)), List.of(seen), one())
                    .getFirst();
            Tensor scores = critic.forward(seen);
            Tensor gradient = Tape.vjp(
                            in -> List.of(critic.forward(in.getFirst()).mean().neg()), List.of(seen), one())
                    .getFirst();
            double ratio = length(made, others) / (length(made, gradient) + STEADY);
            return new Opinion(-scores.mean().item(), gradient, strengths.gan * Math.min(ratio, MOST));
        });
    }

    private Tensor others(Tensor pictures, Tensor real) {
        Tensor error = Losses.mse(pictures, real);
        return strengths.perceptual == 0 ? error : error.plus(features(pictures, real));
    }

    private static List<Tensor> one() {
        return List.of(Tensor.full(1));
    }

    /** Of the gradient of the last layer's weights, given that of the pictures. */
    private static double length(Made made, Tensor ofPictures) {
        Tensor before = made.before.detached();
        Tensor weight = made.last.weight().value().detached();
        return Scope.tidy(() -> Tape.vjp(
                        in -> List.of(made.shown.apply(before.conv2d(in.getFirst(), null, made.last.window()))),
                        List.of(weight),
                        List.of(ofPictures))
                .getFirst()
                .square()
                .sum()
                .sqrt()
                .item());
    }
}
