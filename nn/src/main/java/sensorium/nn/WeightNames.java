package sensorium.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What a published checkpoint calls the parts of one of our models: the mapping beside the model.
 *
 * <pre>{@code
 * WeightNames.of(
 *         "transformer.blocks.*", "encoder.layer.*",
 *         "transformer.blocks.*.norm1", "encoder.layer.*.layernorm_before");
 * }</pre>
 */
public final class WeightNames {
    /** A path of ours, the same number of {@code *} (a list index) on both sides. */
    private record Rule(String[] ours, String theirs) {}

    private final List<Rule> rules;

    private WeightNames(List<Rule> rules) {
        this.rules = rules;
    }

    /** @param pairs our path and theirs in turn; the longest of ours that a path begins with decides, the rest stays */
    public static WeightNames of(String... pairs) {
        if (pairs.length % 2 != 0) {
            throw new IllegalArgumentException("a name without its counterpart: " + pairs[pairs.length - 1]);
        }
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            rules.add(new Rule(pairs[i].split("\\.", -1), pairs[i + 1]));
        }
        rules.sort(Comparator.comparingInt(r -> -r.ours.length));
        return new WeightNames(List.copyOf(rules));
    }

    /** The same of a list that was put together. */
    public static WeightNames of(List<String> pairs) {
        return of(pairs.toArray(String[]::new));
    }

    /** Their name of one of our paths: of a weight, a module, or a traced value. The path itself where no rule fits. */
    public String theirs(String path) {
        String[] parts = path.split("\\.", -1);
        for (Rule rule : rules) {
            if (fits(rule.ours, parts)) {
                return translate(rule, parts);
            }
        }
        return path;
    }

    private static boolean fits(String[] rule, String[] parts) {
        for (int i = 0; i < rule.length; i++) {
            if (i >= parts.length || !(rule[i].equals("*") ? isIndex(parts[i]) : rule[i].equals(parts[i]))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIndex(String part) {
        return !part.isEmpty() && part.chars().allMatch(Character::isDigit);
    }

    private static String translate(Rule rule, String[] parts) {
        String theirs = rule.theirs;
        for (int i = 0; i < rule.ours.length; i++) {
            if (rule.ours[i].equals("*")) {
                theirs = theirs.replaceFirst("\\*", parts[i]);
            }
        }
        String rest = String.join(".", Arrays.asList(parts).subList(rule.ours.length, parts.length));
        return rest.isEmpty() ? theirs : theirs + "." + rest;
    }
}
