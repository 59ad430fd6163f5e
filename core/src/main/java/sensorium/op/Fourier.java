package sensorium.op;

import java.util.List;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/** What the Fourier ops share: the shape of their bins, and the matrix that the fast transforms are checked against. */
final class Fourier {
    private Fourier() {}

    /**
     * (length, 2·(n/2 + 1)) with {@code cos(2π·j·k/n)} in column 2k and {@code −sin(2π·j·k/n)} in column 2k + 1 of row j;
     * type and place of {@code like}.
     */
    static Tensor matrix(Tensor like, int length, int n) {
        int columns = 2 * (n / 2 + 1);
        double[] m = new double[Math.multiplyExact(length, columns)];
        for (int j = 0; j < length; j++) {
            for (int k = 0; k <= n / 2; k++) {
                double turn = 2 * Math.PI * ((long) j * k % n) / n;
                m[j * columns + 2 * k] = Math.cos(turn);
                m[j * columns + 2 * k + 1] = -Math.sin(turn);
            }
        }
        return Tensor.of(like, m).to(like.dtype()).reshape(length, columns);
    }

    /** The last {@code axes} axes of x, as one, times a matrix whose columns become the axes {@code result}. */
    static Tensor product(Tensor x, int axes, Tensor matrix, int... result) {
        Shape rows = x.shape().range(0, x.rank() - axes);
        return x.reshape((int) rows.size(), matrix.dim(0)).matmul(matrix).reshape(rows.concat(Shape.of(result)));
    }

    /** (…, n/2 + 1) of (x (…, L), [window (L)], …). */
    static Shape inferBins(Op op, int n, List<Spec> in) {
        Check.computes(op, in);
        Shape x = in.get(0).shape();
        Check.that(x.rank() >= 1 && x.dim(-1) >= 1 && x.dim(-1) <= n, op, "needs rows of 1 to " + n + " elements", in);
        Check.that(
                in.size() == 1 || in.get(1).shape().equals(Shape.of(x.dim(-1))),
                op,
                "the window must be as long as a row",
                in);
        return x.with(x.rank() - 1, n / 2 + 1);
    }
}
