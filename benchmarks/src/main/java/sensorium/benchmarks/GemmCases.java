package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import sensorium.benchmarks.Blas.Product;
import sensorium.tensor.Tensor;

/** Products of matrices: square, as in ViT-B's layers (197 tokens), by heads, and as in a backward pass. */
final class GemmCases {
    private GemmCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int n : new int[] {256, 512, 1024, 2048}) {
            cases.add(product("", new Product(1, n, n, n, false, false)));
        }
        for (int[] kn : new int[][] {{768, 2304}, {768, 768}, {768, 3072}, {3072, 768}}) {
            cases.add(product(" linear", new Product(1, 197, kn[0], kn[1], false, true)));
        }
        cases.add(product(" q·kᵀ", new Product(12, 197, 64, 197, false, true)));
        cases.add(product(" p·v", new Product(12, 197, 197, 64, false, false)));
        cases.add(product(" aᵀ·b", new Product(1, 1024, 1024, 1024, true, false)));
        cases.add(product(" a·bᵀ", new Product(1, 1024, 1024, 1024, false, true)));
        return cases;
    }

    private static Case product(String note, Product p) {
        String name = "gemm/" + (p.batch() > 1 ? p.batch() + "x" : "") + p.m() + "x" + p.k() + "x" + p.n() + note;
        return new Case(name, Roof.FMA, p.flops(), () -> engines(p));
    }

    private static List<Engine> engines(Product p) {
        Tensor a = Inputs.normal(dims(p, p.transA(), p.m(), p.k()));
        Tensor b = Inputs.normal(dims(p, p.transB(), p.k(), p.n()));
        var ta = p.transA() ? Torch.view(a).transpose(-1, -2) : Torch.view(a);
        var tb = p.transB() ? Torch.view(b).transpose(-1, -2) : Torch.view(b);
        List<Engine> engines = new ArrayList<>(List.of(
                Ours.of(() -> (p.transA() ? a.t() : a).matmul(p.transB() ? b.t() : b)),
                Torch.of(() -> torch.matmul(ta, tb)),
                Blas.mkl(p, a, b),
                Blas.openBlas(p, a, b)));
        if (p.m() == 512) {
            engines.add(new Ejml(matrix(a), matrix(b), new FMatrixRMaj(p.m(), p.n())));
        }
        return engines;
    }

    private static int[] dims(Product p, boolean transposed, int rows, int columns) {
        int r = transposed ? columns : rows;
        int c = transposed ? rows : columns;
        return p.batch() > 1 ? new int[] {p.batch(), r, c} : new int[] {r, c};
    }

    private static FMatrixRMaj matrix(Tensor t) {
        return FMatrixRMaj.wrap(t.dim(0), t.dim(1), t.toFloats());
    }

    /** Plain Java, one thread. */
    private record Ejml(FMatrixRMaj a, FMatrixRMaj b, FMatrixRMaj c) implements Engine {
        @Override
        public String name() {
            return "ejml";
        }

        @Override
        public boolean worksWith(int threads) {
            return threads == 1;
        }

        @Override
        public void run() {
            CommonOps_FDRM.mult(a, b, c);
        }

        @Override
        public List<float[]> results() {
            run();
            return List.of(c.data.clone());
        }
    }
}
