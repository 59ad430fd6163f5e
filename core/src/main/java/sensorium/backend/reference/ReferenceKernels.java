package sensorium.backend.reference;

import java.util.Arrays;
import java.util.List;
import sensorium.backend.Operand;
import sensorium.op.Op;
import sensorium.op.Primitive;
import sensorium.random.Philox;

/**
 * A kernel for every primitive op on host memory. Any backend whose storages are {@link
 * sensorium.memory.HostMemory.HostStorage} may run an op here that it has no faster kernel for.
 */
public final class ReferenceKernels {
    private ReferenceKernels() {}

    /** Computes {@code op} as {@link sensorium.backend.Backend#run} demands. */
    public static void run(Op op, List<Operand> in, List<Operand> outputs) {
        if (!(op instanceof Primitive primitive)) {
            throw new IllegalArgumentException("[" + op.name() + "] is not primitive");
        }
        Operand y = outputs.get(0);
        switch (primitive) {
            case Primitive.Unary u -> ElementwiseKernels.unary(u.kind(), in.get(0), y);
            case Primitive.Binary b -> ElementwiseKernels.binary(b.kind(), in.get(0), in.get(1), y);
            case Primitive.Scalar s -> ElementwiseKernels.scalar(s, in.get(0), y);
            case Primitive.Cast _ -> ElementwiseKernels.cast(in.get(0), y);
            case Primitive.Where _ -> MovementKernels.where(in.get(0), in.get(1), in.get(2), y);
            case Primitive.Copy _ -> MovementKernels.copy(in.get(0), y, y.layout());
            case Primitive.Fill f -> fill(f.value(), y);
            case Primitive.Iota i -> iota(i, y);
            case Primitive.Random r -> random(r, y);
            case Primitive.Reduce r -> ReductionKernels.reduce(r, in.get(0), y);
            case Primitive.ArgReduce a -> ReductionKernels.argReduce(a, in.get(0), y);
            case Primitive.CumSum c -> ReductionKernels.cumSum(c, in.get(0), y);
            case Primitive.ArgSort s -> ReductionKernels.argSort(s, in.get(0), y);
            case Primitive.MatMul _ -> ProductKernels.matmul(in.get(0), in.get(1), y);
            case Primitive.Conv2d c -> ProductKernels.conv2d(c.window(), in.get(0), in.get(1), y);
            case Primitive.Conv2dInputGrad c -> ProductKernels.conv2dInputGrad(c.window(), in.get(0), in.get(1), y);
            case Primitive.Conv2dWeightGrad c -> ProductKernels.conv2dWeightGrad(c.window(), in.get(0), in.get(1), y);
            case Primitive.Pad p -> {
                fill(p.value(), y);
                MovementKernels.pad(p, in.get(0), y);
            }
            case Primitive.Concat c -> MovementKernels.concat(c.axis(), in, y);
            case Primitive.IndexSelect s -> MovementKernels.indexSelect(s.axis(), in.get(0), in.get(1), y);
            case Primitive.IndexAdd a -> MovementKernels.indexAdd(a.axis(), in.get(0), in.get(1), y);
            case Primitive.Gather g -> MovementKernels.gather(g.axis(), in.get(0), in.get(1), y);
            case Primitive.ScatterAdd s -> MovementKernels.scatterAdd(s.axis(), in.get(0), in.get(1), y);
            case Primitive.Fold f -> MovementKernels.fold(f.windows(), in.get(0), y);
        }
    }

    private static void fill(double value, Operand y) {
        double[] v = new double[Elements.count(y)];
        Arrays.fill(v, value);
        Elements.store(v, y);
    }

    private static void iota(Primitive.Iota op, Operand y) {
        double[] v = new double[op.count()];
        Arrays.setAll(v, i -> op.start() + i * op.step());
        Elements.store(v, y);
    }

    private static void random(Primitive.Random op, Operand y) {
        var philox = new Philox(op.seed(), op.stream());
        double[] v = new double[Elements.count(y)];
        for (int i = 0; i < v.length; i++) {
            v[i] = switch (op.distribution()) {
                case UNIFORM -> philox.uniform(i);
                case NORMAL -> philox.normal(i);
            };
        }
        Elements.store(v, y);
    }
}
