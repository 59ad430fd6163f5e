package sensorium.multimodal.classify;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import sensorium.BadInputException;
import sensorium.nn.Lora;
import sensorium.nn.Parameter;
import sensorium.nn.Weights;

/**
 * How a published classifier is taught something else.
 *
 * @param base the folder of the published model
 * @param labels what it is to tell apart
 * @param tune what of it is trained
 * @param lora the adapters; read only where those are trained
 * @param freeze regular expression: what is found in a parameter's path, or published name, keeps it as it is; empty for nothing
 */
public record FineTuning(String base, List<String> labels, Tune tune, Lora lora, String freeze) {
    /** What is trained. */
    public enum Tune {
        /** Every weight. */
        FULL,
        /** What tells classes apart, on top of a model that stays as it is. */
        HEAD,
        /** Low-rank adapters, and the head. */
        LORA;

        /** The usual peak learning rate. */
        public double rate() {
            return switch (this) {
                case FULL -> 1e-4;
                case HEAD, LORA -> 1e-3;
            };
        }
    }

    public FineTuning {
        labels = List.copyOf(labels);
        try {
            Pattern.compile(freeze);
        } catch (PatternSyntaxException e) {
            throw new BadInputException(
                    "--freeze '" + freeze + "': no regular expression (" + e.getDescription() + ")", e);
        }
    }

    /** The same of something else. */
    public FineTuning with(Tune other) {
        return new FineTuning(base, labels, other, lora, freeze);
    }

    /**
     * The model as training begins: with a head for the labels, its own where they are the same, and only that trainable which is to be
     * trained.
     *
     * @param seed of what is new
     * @throws BadInputException if nothing is left to train, or nothing is called as the adapters' targets
     */
    public PublishedClassifier prepare(PublishedClassifier published, long seed) {
        Weights fresh = Weights.random(seed);
        PublishedClassifier headed = published.labels().equals(labels) ? published : published.withHead(labels, fresh);
        PublishedClassifier model = tune == Tune.LORA
                ? headed.with(m -> lora.adapt(m, headed.format().names(), fresh))
                : headed;
        Map<String, Parameter> all = model.whole().parameters();
        if (tune == Tune.HEAD) {
            all.values().forEach(p -> p.setTrainable(false));
        }
        if (tune != Tune.FULL) {
            all.forEach((path, p) -> {
                if (model.head().contains(path.substring(0, path.indexOf('.')))) {
                    p.setTrainable(true);
                }
            });
        }
        freeze(model, all);
        all.values().stream().filter(Parameter::isTrainable).forEach(Parameter::widen);
        if (all.values().stream().noneMatch(Parameter::isTrainable)) {
            throw new BadInputException("nothing is left to train: --freeze '" + freeze + "' finds every parameter");
        }
        return model;
    }

    private void freeze(PublishedClassifier model, Map<String, Parameter> all) {
        if (freeze.isEmpty()) {
            return;
        }
        Pattern pattern = Pattern.compile(freeze);
        boolean[] found = new boolean[1];
        all.forEach((path, p) -> {
            if (pattern.matcher(path).find()
                    || pattern.matcher(model.format().names().theirs(path)).find()) {
                p.setTrainable(false);
                found[0] = true;
            }
        });
        if (!found[0]) {
            throw new BadInputException(
                    "--freeze '" + freeze + "' is found in no parameter's name; there are, for example, "
                            + String.join(
                                    ", ",
                                    all.keySet().stream()
                                            .limit(4)
                                            .map(model.format().names()::theirs)
                                            .toList()));
        }
    }
}
