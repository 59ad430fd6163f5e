package sensorium.benchmarks;

import java.nio.ByteOrder;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.mkl.global.mkl_rt;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.global.openblas_full;
import sensorium.backend.HostBackend;
import sensorium.tensor.Tensor;

/**
 * The product of matrices by a BLAS: (batch, m, k) × (batch, k, n), over the same memory as ours, without the transposes
 * that a flag can say.
 */
record Blas(String name, Sgemm sgemm, Product product, FloatPointer a, FloatPointer b, FloatPointer c)
        implements Engine {
    private static final int ROW_MAJOR = 101;
    private static final int PLAIN = 111;
    private static final int TRANSPOSED = 112;

    /** The common signature of {@code cblas_sgemm}. */
    @FunctionalInterface
    interface Sgemm {
        void run(
                int order,
                int transA,
                int transB,
                int m,
                int n,
                int k,
                float alpha,
                FloatPointer a,
                int lda,
                FloatPointer b,
                int ldb,
                float beta,
                FloatPointer c,
                int ldc);
    }

    /** Extents of the product, and whether the operands lie in memory transposed: a as (k, m), b as (n, k). */
    record Product(int batch, int m, int k, int n, boolean transA, boolean transB) {
        double flops() {
            return 2.0 * batch * m * k * n;
        }
    }

    static Blas mkl(Product p, Tensor a, Tensor b) {
        Threads.follow(mkl_rt::MKL_Set_Num_Threads);
        return new Blas("mkl", mkl_rt::cblas_sgemm, p, pointer(a), pointer(b), result(p));
    }

    static Blas openBlas(Product p, Tensor a, Tensor b) {
        Threads.follow(openblas_full::openblas_set_num_threads);
        return new Blas("openblas", openblas::cblas_sgemm, p, pointer(a), pointer(b), result(p));
    }

    private static FloatPointer result(Product p) {
        return new FloatPointer((long) p.batch * p.m * p.n);
    }

    private static FloatPointer pointer(Tensor t) {
        return new FloatPointer(HostBackend.memory(t.operand())
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer());
    }

    @Override
    public void run() {
        int m = product.m;
        int n = product.n;
        int k = product.k;
        int transA = product.transA ? TRANSPOSED : PLAIN;
        int transB = product.transB ? TRANSPOSED : PLAIN;
        int lda = product.transA ? m : k;
        int ldb = product.transB ? k : n;
        if (product.batch > 1 && name.equals("mkl")) {
            mkl_rt.cblas_sgemm_batch_strided(
                    ROW_MAJOR, transA, transB, m, n, k, 1, a, lda, m * k, b, ldb, k * n, 0, c, n, m * n, product.batch);
            return;
        }
        for (long i = 0; i < product.batch; i++) {
            a.position(i * m * k);
            b.position(i * k * n);
            c.position(i * m * n);
            sgemm.run(ROW_MAJOR, transA, transB, m, n, k, 1, a, lda, b, ldb, 0, c, n);
        }
        a.position(0);
        b.position(0);
        c.position(0);
    }

    @Override
    public List<float[]> results() {
        run();
        var values = new float[product.batch * product.m * product.n];
        c.get(values);
        return List.of(values);
    }
}
