package sensorium.kernels.cpu;

import java.util.List;
import sensorium.backend.HostBackend;
import sensorium.backend.Operand;
import sensorium.backend.reference.ReferenceKernels;
import sensorium.memory.HostMemory;
import sensorium.op.Fused;
import sensorium.op.Op;
import sensorium.op.Primitive;
import sensorium.op.View;
import sensorium.tensor.DType;
import sensorium.tensor.Device;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;

/**
 * Fast kernels on the processor, with the Vector API and a few threads. It computes in single precision; whatever has no
 * kernel here (double precision, rare ops) is computed by the reference kernels in the same memory. The same operands
 * give bitwise the same result whatever the number of threads.
 */
public final class CpuBackend extends HostBackend {
    private final HostMemory memory;
    private final WorkPool pool;
    private final ElementwiseOps elementwise;
    private final MatrixOps matrices;
    private final MovementOps movement;
    private final ReduceOps reductions;
    private final FusedOps fused;

    /** @param threads threads that compute, at least 1 */
    public CpuBackend(HostMemory memory, int threads) {
        super(new Device("cpu", 0), memory);
        this.memory = memory;
        pool = new WorkPool(threads);
        elementwise = new ElementwiseOps(pool);
        matrices = new MatrixOps(pool);
        movement = new MovementOps(pool);
        reductions = new ReduceOps(pool);
        fused = new FusedOps(pool);
    }

    /**
     * Computes with so many threads from the next op on; numbers stay the same.
     *
     * @param threads 1 to as many as it was made with
     */
    public void useThreads(int threads) {
        pool.use(threads);
    }

    /** How many compute now. */
    public int threads() {
        return pool.threads();
    }

    @Override
    public String description() {
        return description(pool.threads());
    }

    static String description(int threads) {
        return "%d-bit vectors, %d thread%s".formatted(Lanes.F.vectorBitSize(), threads, threads == 1 ? "" : "s");
    }

    @Override
    public boolean supports(Op op, List<Spec> inputs) {
        return switch (op) {
            case View _, Primitive _ -> true;
            case Fused f -> FusedOps.has(f, inputs);
        };
    }

    @Override
    public void run(Op op, List<Operand> inputs, List<Operand> outputs) {
        try (var call = new Call(inputs, outputs, memory, this, pool)) {
            boolean done = switch (op) {
                case Primitive p -> fits(inputs, outputs) && run(p, call);
                case Fused f -> {
                    fused.run(f, call);
                    yield true;
                }
                case View v ->
                    throw new IllegalArgumentException("[" + v.name() + "] is a view: there is nothing to compute");
            };
            if (!done) {
                ReferenceKernels.run(op, inputs, outputs);
            }
        }
    }

    /** The convolution of x (N, C, H, W) with a weight (O, C/groups, kH, kW) to y (N, O, H', W'). */
    private Conv conv(Primitive.Window window, Shape x, Shape weight, Shape y) {
        var h = Conv.Axis.height(window, x.dim(2), weight.dim(2));
        var w = Conv.Axis.width(window, x.dim(3), weight.dim(3));
        return new Conv(pool, h, w, x.dim(0), window.groups(), weight.dim(1), y.dim(1) / window.groups());
    }

    /** Whether loops with int counters reach every element. */
    private static boolean fits(List<Operand> inputs, List<Operand> outputs) {
        return fits(inputs) && fits(outputs);
    }

    private static boolean fits(List<Operand> operands) {
        for (Operand o : operands) {
            if (o.shape().size() >= Integer.MAX_VALUE / 2) {
                return false;
            }
        }
        return true;
    }

    /** Whether there was a kernel for these element types. */
    private boolean run(Primitive op, Call c) {
        boolean f32 = c.inputs() > 0 ? c.type(0) == DType.F32 : c.resultType(0) == DType.F32;
        switch (op) {
            case Primitive.Unary u when f32 && Unaries.has(u.kind()) -> elementwise.unary(c, u.kind());
            case Primitive.Binary b when f32 && Binaries.has(b.kind()) -> elementwise.binary(c, b.kind());
            case Primitive.Scalar s
            when f32 && Binaries.has(s.kind()) -> elementwise.scalar(c, s.kind(), s.value(), s.valueFirst());
            case Primitive.Where _ when c.type(1) == DType.F32 -> elementwise.where(c);
            case Primitive.Cast cast when MovementOps.casts(c.type(0), cast.to()) -> movement.cast(c);
            case Primitive.Copy _ -> movement.copy(c);
            case Primitive.Concat concat -> movement.concat(c, concat.axis());
            case Primitive.Pad pad when f32 || pad.value() == 0 -> movement.pad(c, pad.before(), pad.value());
            case Primitive.Fill fill
            when f32 -> movement.fill(c.y(0), c.result(0).size(), (float) fill.value());
            case Primitive.Random r when f32 -> movement.random(c, r.distribution(), r.seed(), r.stream());
            case Primitive.Reduce r when f32 && ReduceOps.has(r.kind()) -> reductions.reduce(c, r.kind(), r.axes());
            case Primitive.ArgReduce a
            when f32 && a.axis() == c.shape(0).rank() - 1 -> {
                int n = c.shape(0).dim(-1);
                Selections.argExtreme(
                        pool, a.max(), c.x(0), c.y(0), (int) (c.shape(0).size() / n), n);
            }
            case Primitive.MatMul _ when f32 -> matrices.matMul(c);
            case Primitive.Conv2d conv
            when f32 -> conv(conv.window(), c.shape(0), c.shape(1), c.result(0)).forward(c.x(0), c.x(1), c.y(0));
            case Primitive.Conv2dInputGrad conv
            when f32 -> conv(conv.window(), c.result(0), c.shape(1), c.shape(0)).inputGrad(c.x(0), c.x(1), c.y(0));
            case Primitive.Conv2dWeightGrad conv
            when f32 -> conv(conv.window(), c.shape(0), c.result(0), c.shape(1)).weightGrad(c.x(0), c.x(1), c.y(0));
            case Primitive.IndexSelect select -> movement.indexSelect(c, select.axis());
            case Primitive.Gather g
            when f32 && MovementOps.gathers(c.shape(0), c.shape(1), g.axis()) -> movement.gather(c, g.axis());
            case Primitive.ScatterAdd s
            when f32 && MovementOps.gathers(s.shape(), c.shape(1), s.axis()) -> movement.scatterAdd(c, s.axis());
            case Primitive.IndexAdd add when f32 -> movement.indexAdd(c, add.axis(), add.extent());
            default -> {
                return false;
            }
        }
        return true;
    }
}
