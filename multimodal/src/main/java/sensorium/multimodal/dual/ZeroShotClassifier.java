package sensorium.multimodal.dual;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.multimodal.classify.Guess;

/**
 * Tells which of some names a picture or a sound has, with a model that never learned them (Radford et al., arXiv 2103.00020): each name
 * is put into a sentence or more, and what they become is compared with the file.
 */
public final class ZeroShotClassifier {
    /** What stands for a name in a template. */
    public static final String PLACE = "{}";

    private final Matcher matcher;
    private final List<String> names;
    private final float[][] vectors; // a unit vector for each name

    /**
     * @param templates sentences with {@link #PLACE}; of several the mean direction counts. Empty for the one that transformers takes
     * @throws BadInputException if there are no names, or a template has no place for one
     */
    public ZeroShotClassifier(Matcher matcher, List<String> names, List<String> templates) {
        if (names.isEmpty()) {
            throw new BadInputException("a " + matcher.kind() + " model needs names to choose from");
        }
        List<String> sentences = templates.isEmpty() ? List.of("This is a " + matcher.medium() + " of {}.") : templates;
        for (String sentence : sentences) {
            if (!sentence.contains(PLACE)) {
                throw new BadInputException("template \"" + sentence + "\": has no " + PLACE + ", where a name is put");
            }
        }
        this.matcher = matcher;
        this.names = List.copyOf(names);
        this.vectors = names.stream()
                .map(name -> mean(matcher.texts(
                        sentences.stream().map(s -> s.replace(PLACE, name)).toList())))
                .toArray(float[][]::new);
    }

    private static float[] mean(float[][] unit) {
        if (unit.length == 1) {
            return unit[0];
        }
        float[] sum = new float[unit[0].length];
        double length = 0;
        for (int d = 0; d < sum.length; d++) {
            for (float[] vector : unit) {
                sum[d] += vector[d];
            }
            length += (double) sum[d] * sum[d];
        }
        for (int d = 0; d < sum.length; d++) {
            sum[d] /= (float) Math.sqrt(length);
        }
        return sum;
    }

    /**
     * The names for a file, the likeliest first.
     *
     * @throws BadInputException if the file is not one that the model knows
     */
    public List<Guess> classify(Path file) {
        double[] p = matcher.probabilities(matcher.file(file), vectors);
        return IntStream.range(0, p.length)
                .mapToObj(i -> new Guess(names.get(i), p[i]))
                .sorted(Comparator.comparingDouble(Guess::probability).reversed())
                .toList();
    }
}
