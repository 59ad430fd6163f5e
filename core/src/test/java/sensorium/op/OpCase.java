package sensorium.op;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import sensorium.tensor.Tensor;

/**
 * One case of the conformance table.
 *
 * @param row name of the op or of the composite method
 * @param op the op, or null where {@code run} is a composite
 * @param run the computation; works on operands of any backend
 * @param order how many derivatives exist and are checked: 0, 1 or 2
 */
public record OpCase(
        String row, Op op, Function<List<Tensor>, List<Tensor>> run, List<Sample> in, Budget budget, int order) {
    /**
     * How far a result may be from the oracle, in units of the last place of its type: {@code |a − b| ≤ ε·(relative·|b| +
     * normwise·max|b|)}.
     */
    public record Budget(double relative, double normwise) {
        public static final Budget EXACT = new Budget(0, 0);

        /** For functions that are accurate element by element. */
        public static Budget ulps(double relative) {
            return new Budget(relative, 0);
        }

        /** For sums and whatever cancels: errors are measured against the largest result. */
        public static Budget norm(double normwise) {
            return new Budget(4, normwise);
        }

        /** What a gradient made of several such results may be off. */
        public Budget ofGradient() {
            return new Budget(0, 8 * Math.max(8, relative + normwise));
        }
    }

    /** The operands, arranged, on the current backend. */
    public List<Tensor> operands() {
        return IntStream.range(0, in.size())
                .mapToObj(i -> in.get(i).tensor(seed(i)))
                .toList();
    }

    /** The same numbers, contiguous and in double precision, on the current backend. */
    public List<Tensor> exactOperands() {
        return IntStream.range(0, in.size())
                .mapToObj(i -> in.get(i).exact(seed(i)))
                .toList();
    }

    private static long seed(int operand) {
        return 17 + operand;
    }

    /** For example {@code Softmax[axis=1] F32(3,5) FLIPPED}. */
    @Override
    public String toString() {
        String what = op == null ? row : op.toString();
        return what + " " + in.stream().map(Sample::toString).collect(Collectors.joining(" x "));
    }
}
