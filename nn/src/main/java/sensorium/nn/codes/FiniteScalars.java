package sensorium.nn.codes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sensorium.memory.Scope;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * No codebook at all: every number of a vector is bounded and rounded to one of a few levels, and a code is which levels they are
 * (Mentzer et al., arXiv:2309.15505). Level {@code k} of {@code L} stands for {@code (k − ⌊L/2⌋) / ⌊L/2⌋}.
 *
 * @param levels of each number, at least 3
 */
public record FiniteScalars(List<Integer> levels) implements Quantizer {
    private static final int FEWEST = 3;
    private static final int MOST = 8;
    /** With fewer a number says less than it costs (the paper's section 4.1); only few codes need them. */
    private static final int USUAL_FEWEST = 5;

    private static final int FEW_CODES = 125;
    /** So that the outermost levels are reached before the function that bounds is flat. */
    private static final double MARGIN = 1e-3;

    public FiniteScalars {
        levels = List.copyOf(levels);
        if (levels.isEmpty() || levels.stream().anyMatch(l -> l < FEWEST)) {
            throw new IllegalArgumentException(
                    "[fsq] levels " + levels + ": need one number or more, each of three levels or more");
        }
    }

    /** Levels from 5 to 8 (few codes: from 3) whose product is as near to a number of codes as can be, the fewest of those. */
    public static FiniteScalars near(int codes) {
        if (codes < FEWEST) {
            throw new IllegalArgumentException("[fsq] " + codes + " codes: need three or more");
        }
        var best = new Best(codes);
        best.search(new ArrayList<>(), 1, MOST, codes < FEW_CODES ? FEWEST : USUAL_FEWEST);
        return new FiniteScalars(best.levels);
    }

    /** @throws IllegalArgumentException if no levels make exactly so many codes of that width */
    static FiniteScalars of(int codes, int width) {
        FiniteScalars made = near(codes);
        if (made.codes() != codes || made.width() != width) {
            throw new IllegalArgumentException("[fsq] no levels of %d numbers make %d codes; there are %d of %d numbers"
                    .formatted(width, codes, made.codes(), made.width()));
        }
        return made;
    }

    /** The best of all lists of levels that do not rise. */
    private static final class Best {
        private final int codes;
        private List<Integer> levels = List.of();
        private double off = Double.MAX_VALUE;

        Best(int codes) {
            this.codes = codes;
        }

        void search(List<Integer> chosen, long product, int highest, int lowest) {
            double ratio = Math.abs(Math.log((double) product / codes));
            boolean better = ratio < off - 1e-12 || ratio < off + 1e-12 && chosen.size() < levels.size();
            if (!chosen.isEmpty() && better) {
                off = ratio;
                levels = List.copyOf(chosen);
            }
            for (int l = highest; l >= lowest && product < codes; l--) {
                chosen.add(l);
                search(chosen, product * l, l, lowest);
                chosen.removeLast();
            }
        }
    }

    @Override
    public int codes() {
        return levels.stream().reduce(1, Math::multiplyExact);
    }

    @Override
    public int width() {
        return levels.size();
    }

    /** {@code (tanh(x + s)·h − o) / ⌊L/2⌋}, h half the span of the levels, o and s such that 0 stays 0: (…, width). */
    @Override
    public Tensor prepared(Tensor vectors) {
        int n = width();
        double[] half = new double[n];
        double[] offset = new double[n];
        double[] shift = new double[n];
        double[] scale = new double[n];
        for (int i = 0; i < n; i++) {
            int l = levels.get(i);
            half[i] = (l - 1) * (1 + MARGIN) / 2;
            offset[i] = l % 2 == 0 ? 0.5 : 0; // an even number of levels has one more below zero than above
            double x = offset[i] / half[i];
            shift[i] = Math.log((1 + x) / (1 - x)) / 2; // artanh
            scale[i] = 1.0 / (l / 2);
        }
        Tensor bounded = vectors.plus(row(vectors, shift))
                .tanh()
                .times(row(vectors, half))
                .minus(row(vectors, offset));
        return bounded.times(row(vectors, scale));
    }

    @Override
    public Tensor nearest(Tensor prepared) {
        return Scope.tidy("the nearest codes", () -> {
            int n = width();
            double[] middle = new double[n];
            double[] last = new double[n];
            double[] basis = new double[n];
            double product = 1;
            for (int i = 0; i < n; i++) {
                middle[i] = levels.get(i) / 2;
                last[i] = levels.get(i) - 1;
                basis[i] = product;
                product *= levels.get(i);
            }
            Tensor x = prepared.detached();
            Tensor m = row(x, middle);
            Tensor digits = x.times(m).round().plus(m); // (…, width)
            digits = digits.maximum(Tensor.fullLike(digits, 0)).minimum(row(x, last));
            return digits.times(row(x, basis)).sum(-1).to(DType.I64);
        });
    }

    @Override
    public Tensor vectors(Tensor codes) {
        return Scope.tidy("the vectors of codes", () -> {
            int n = width();
            float[] all = new float[codes() * n];
            for (int c = 0; c < codes(); c++) {
                int rest = c;
                for (int i = 0; i < n; i++) {
                    int l = levels.get(i);
                    int below = l / 2;
                    all[c * n + i] = (float) ((rest % l - below) / (double) below);
                    rest /= l;
                }
            }
            return Tensor.of(all, codes(), n).indexSelect(0, codes);
        });
    }

    /** Nothing is learnt. */
    @Override
    public Optional<Codebook> learnt() {
        return Optional.empty();
    }

    private static Tensor row(Tensor like, double[] values) {
        float[] single = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            single[i] = (float) values[i];
        }
        // Not every device has double precision.
        return like.dtype() == DType.F64 ? Tensor.of(values, values.length) : Tensor.of(single, single.length);
    }
}
