package sensorium.multimodal.geometry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SpaceEvaluation;
import sensorium.multimodal.SpaceVectors;
import sensorium.multimodal.SpaceVectors.Rows;

/**
 * Arithmetic across senses: the picture (or sound) of a red apple, less the word red, plus the word green, and the name that
 * lies nearest to that. Asked for every two names of the data that differ in one word.
 *
 * @param right share of the questions whose nearest name is the one meant; the name that one came from is not counted, as is
 *     usual (Mikolov et al., arXiv:1301.3781)
 * @param counted the same with that name among the answers
 * @param without share that the picture alone, less and plus nothing, would get right
 * @param n number of questions
 * @param examples a few of them
 */
public record Arithmetic(double right, double counted, double without, int n, List<Example> examples) {
    private static final int MOST_NAMES = 2000;
    private static final int MOST_QUESTIONS = 500;
    private static final int EXAMPLES = 6;
    private static final int ANSWERS = 3;

    /**
     * A question and its answers.
     *
     * @param answers nearest names, the nearest first
     */
    public record Example(String from, String less, String plus, String meant, List<String> answers) {}

    private record Question(int from, int to, String less, String plus) {}

    /**
     * Asks with one sense.
     *
     * @param names of the concepts, by number
     * @param from its vectors
     * @return null where no two names differ in one word
     */
    public static Arithmetic of(SharedSpace space, List<String> names, SpaceVectors vectors, Rows from) {
        Map<Integer, double[]> text = Pairs.directions(vectors.text());
        Map<Integer, double[]> shown = Pairs.directions(from);
        List<Integer> known = text.keySet().stream().limit(MOST_NAMES).toList();
        List<Question> questions = questions(names, known, shown);
        if (questions.isEmpty()) {
            return null;
        }
        float[][] gallery = known.stream().map(c -> Pairs.floats(text.get(c))).toArray(float[][]::new);
        var embedder = new Embedder(space);
        float[][] less = embedder.texts(questions.stream().map(Question::less).toList());
        float[][] plus = embedder.texts(questions.stream().map(Question::plus).toList());
        float[][] asked = new float[questions.size()][];
        float[][] alone = new float[questions.size()][];
        for (int q = 0; q < asked.length; q++) {
            double[] start = shown.get(questions.get(q).from);
            double[] sum = start.clone();
            for (int d = 0; d < sum.length; d++) {
                sum[d] += plus[q][d] - less[q][d];
            }
            Pairs.normalise(sum);
            asked[q] = Pairs.floats(sum);
            alone[q] = Pairs.floats(start);
        }
        float[][] scores = SpaceEvaluation.scores(asked, gallery);
        float[][] unmoved = SpaceEvaluation.scores(alone, gallery);
        int right = 0;
        int counted = 0;
        int without = 0;
        List<Example> examples = new ArrayList<>();
        for (int q = 0; q < asked.length; q++) {
            Question question = questions.get(q);
            int origin = known.indexOf(question.from);
            int meant = known.indexOf(question.to);
            int[] order = order(scores[q]);
            counted += order[0] == meant ? 1 : 0;
            right += first(order, origin) == meant ? 1 : 0;
            without += first(order(unmoved[q]), origin) == meant ? 1 : 0;
            if (q % Math.max(1, asked.length / EXAMPLES) == 0 && examples.size() < EXAMPLES) {
                examples.add(new Example(
                        names.get(question.from),
                        question.less,
                        question.plus,
                        names.get(question.to),
                        Arrays.stream(order)
                                .limit(ANSWERS)
                                .mapToObj(i -> names.get(known.get(i)))
                                .toList()));
            }
        }
        double n = asked.length;
        return new Arithmetic(right / n, counted / n, without / n, asked.length, examples);
    }

    /** Two names, in both directions, of as many words and different in one; evenly spread where there are many. */
    private static List<Question> questions(List<String> names, List<Integer> known, Map<Integer, double[]> shown) {
        List<String[]> words = known.stream().map(c -> names.get(c).split(" ")).toList();
        List<Question> all = new ArrayList<>();
        for (int a = 0; a < words.size(); a++) {
            for (int b = 0; b < words.size(); b++) {
                int differing = a == b || !shown.containsKey(known.get(a)) ? -1 : differing(words.get(a), words.get(b));
                if (differing >= 0) {
                    all.add(new Question(known.get(a), known.get(b), words.get(a)[differing], words.get(b)[differing]));
                }
            }
        }
        int n = Math.min(all.size(), MOST_QUESTIONS);
        return IntStream.range(0, n)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / n)))
                .toList();
    }

    /** The place of the only word that differs; -1 where it is not one, or there is no other. */
    static int differing(String[] a, String[] b) {
        if (a.length != b.length || a.length < 2) {
            return -1;
        }
        int place = -1;
        for (int i = 0; i < a.length; i++) {
            if (!a[i].equals(b[i])) {
                if (place >= 0) {
                    return -1;
                }
                place = i;
            }
        }
        return place;
    }

    private static int[] order(float[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static int first(int[] order, int without) {
        return order[0] == without ? order[1] : order[0];
    }

    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("right", right);
        map.put("origin_counted", counted);
        map.put("without_arithmetic", without);
        map.put("n", n);
        map.put("examples", examples);
        return map;
    }
}
