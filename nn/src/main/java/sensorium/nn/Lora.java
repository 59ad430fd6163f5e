package sensorium.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sensorium.BadInputException;

/**
 * Low-rank adaptation of a whole model (Hu et al., arXiv:2106.09685): chosen linear maps become {@link LoraLinear}s, all else is frozen.
 * The model stays of its class, and says bit for bit what it said before until it is trained.
 *
 * @param rank of every change
 * @param alpha changes are scaled with alpha / rank
 * @param targets which maps: those whose path, or published name, is one of these or ends with one after a dot
 */
public record Lora(int rank, double alpha, List<String> targets) {
    /** What the paper adapts. */
    public static final List<String> QUERIES_AND_VALUES = List.of("attention.query", "attention.value");

    private static final int MOST = 4096;

    public Lora {
        targets = List.copyOf(targets);
        if (rank < 1 || rank > MOST || !(alpha > 0 && Double.isFinite(alpha)) || targets.isEmpty()) {
            throw new BadInputException("LoRA of rank " + rank + " and alpha " + alpha + " for " + targets
                    + ": the rank must be from 1 to " + MOST + ", alpha above 0, and something to adapt");
        }
    }

    /**
     * The model with adapters.
     *
     * @param names what its checkpoint calls it
     * @param w where adapters are taken from, at the path of what they adapt
     * @throws BadInputException if no linear map is so called, or one that is cannot be adapted
     */
    public <M extends Module> M adapt(M model, WeightNames names, Weights w) {
        model.parameters().values().forEach(p -> p.setTrainable(false));
        List<String> met = new ArrayList<>();
        try {
            M adapted = Rebuilding.of(model, (path, map) -> {
                if (map instanceof Linear plain && isTarget(path, names.theirs(path))) {
                    met.add(path);
                    return LoraLinear.of(w.at(path), plain, rank, alpha);
                }
                return map;
            });
            if (met.isEmpty()) {
                throw new BadInputException("nothing to adapt: no linear map of the model is called "
                        + String.join(" or ", targets) + "; there are, for example, " + examples(model, names));
            }
            return adapted;
        } catch (IllegalArgumentException e) {
            throw new BadInputException("LoRA: " + e.getMessage() + "; choose others than " + targets, e);
        }
    }

    private boolean isTarget(String path, String name) {
        return targets.stream().anyMatch(t -> isCalled(path, t) || isCalled(name, t));
    }

    static boolean isCalled(String name, String target) {
        return name.equals(target) || name.endsWith("." + target);
    }

    private static String examples(Module model, WeightNames names) {
        return String.join(
                ", ",
                model.modules().entrySet().stream()
                        .filter(e -> e.getValue() instanceof Linear)
                        .map(e -> names.theirs(e.getKey()))
                        .limit(4)
                        .toList());
    }

    /** A model's adapters by the path of what they adapt. */
    public static Map<String, LoraLinear> adapters(Module model) {
        Map<String, LoraLinear> all = new TreeMap<>();
        model.modules().forEach((path, part) -> {
            if (part instanceof LoraLinear adapter) {
                all.put(path, adapter);
            }
        });
        return all;
    }

    /** The model without adapters, their changes added to its weights. */
    public static <M extends Module> M merged(M model) {
        return Rebuilding.of(model, (_, map) -> map instanceof LoraLinear adapter ? adapter.merged() : map);
    }
}
