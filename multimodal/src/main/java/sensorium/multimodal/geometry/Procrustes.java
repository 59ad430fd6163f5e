package sensorium.multimodal.geometry;

import org.ejml.simple.SimpleMatrix;
import org.ejml.simple.SimpleSVD;

/**
 * The rotation (or reflection) that brings one set of points nearest to another (Schönemann, 1966): with U·S·Vᵀ = Aᵀ·B it is
 * U·Vᵀ. What it brings together has the same shape and only stood differently.
 *
 * @param rotation (D, D), orthogonal
 */
record Procrustes(SimpleMatrix rotation) {
    /** @param pairs of the same width */
    static Procrustes of(Pairs pairs) {
        SimpleSVD<SimpleMatrix> svd = pairs.a().transpose().mult(pairs.b()).svd();
        return new Procrustes(svd.getU().mult(svd.getV().transpose()));
    }

    Pairs applied(Pairs pairs) {
        return new Pairs(pairs.a().mult(rotation), pairs.b());
    }
}
