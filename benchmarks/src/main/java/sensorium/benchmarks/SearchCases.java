package sensorium.benchmarks;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import sensorium.memory.Scope;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/** The ten nearest of a million vectors of 256, exactly: their cosines, the greatest first. */
final class SearchCases {
    private static final int VECTORS = 1_000_000;
    private static final int WIDTH = 256;
    private static final int K = 10;

    private SearchCases() {}

    static List<Case> all() {
        double elements = (double) VECTORS * WIDTH;
        return List.of(
                new Case("search/1 query", Roof.READ, elements * DType.F32.bytes(), () -> engines(1)),
                new Case("search/64 queries", Roof.FMA, 2 * 64 * elements, () -> engines(64)));
    }

    private static List<Engine> engines(int queries) {
        Tensor q = Inputs.normal(queries, WIDTH);
        Tensor v = Inputs.normal(VECTORS, WIDTH);
        var tq = Torch.view(q);
        var tv = Torch.view(v).t();
        var product = new Blas.Product(1, queries, WIDTH, VECTORS, false, true);
        return List.of(
                InJava.of(
                        Ours.NAME,
                        () -> Scope.tidy(() -> Dispatch.run(new Fused.Nearest(K), List.of(v, q))
                                .get(0)
                                .toFloats())),
                Torch.of(() -> torch.topk(torch.matmul(tq, tv), K).get0()),
                Selected.of(Blas.mkl(product, q, v)));
    }

    /** A product, and the best of each of its rows. */
    private record Selected(Blas product, FloatBuffer cosines) implements Engine {
        static Selected of(Blas product) {
            return new Selected(product, product.c().asBuffer());
        }

        @Override
        public String name() {
            return product.name();
        }

        @Override
        public void run() {
            product.run();
            var _ = best(cosines, product.product().m());
        }

        @Override
        public List<float[]> results() {
            product.run();
            return List.of(best(cosines, product.product().m()));
        }
    }

    /** The K greatest of each of {@code rows} rows, greatest first, found in one pass. */
    private static float[] best(FloatBuffer cosines, int rows) {
        var all = new float[rows * K];
        var best = new float[K];
        for (int row = 0; row < rows; row++) {
            Arrays.fill(best, Float.NEGATIVE_INFINITY);
            for (int i = row * VECTORS, end = i + VECTORS; i < end; i++) {
                float x = cosines.get(i);
                if (x > best[K - 1]) {
                    insert(best, x);
                }
            }
            System.arraycopy(best, 0, all, row * K, K);
        }
        return all;
    }

    private static void insert(float[] best, float x) {
        int at = K - 1;
        for (; at > 0 && best[at - 1] < x; at--) {
            best[at] = best[at - 1];
        }
        best[at] = x;
    }
}
