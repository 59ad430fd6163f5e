package sensorium.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;
import sensorium.autograd.Variable;
import sensorium.backend.Backend;
import sensorium.backend.Backends;
import sensorium.backend.Operand;
import sensorium.memory.Lease;
import sensorium.memory.ReleasedException;
import sensorium.memory.Scope;
import sensorium.memory.Storage;
import sensorium.op.Dispatch;
import sensorium.op.Op;
import sensorium.op.Primitive;

/**
 * An immutable handle on numbers: a storage, a layout over it, and the identity under which gradients add up. Methods come
 * by family: {@link Elementwise}, {@link Reductions}, {@link Movement}, {@link Composites}.
 *
 * <p>A tensor lives until its {@link Scope} ends (outside any scope: until it is unreachable). Using it afterwards throws.
 */
public final class Tensor implements Elementwise, Reductions, Movement, Composites {
    private final Operand operand;
    private final Lease lease;
    private Variable variable;

    private Tensor(Operand operand, Lease lease, Variable variable) {
        this.operand = operand;
        this.lease = lease;
        this.variable = variable;
    }

    // ---- making tensors

    /** @param shape the extents; {@code values} row-major */
    public static Tensor of(float[] values, int... shape) {
        return fromHost(DType.F32, Shape.of(shape), MemorySegment.ofArray(values));
    }

    public static Tensor of(double[] values, int... shape) {
        return fromHost(DType.F64, Shape.of(shape), MemorySegment.ofArray(values));
    }

    public static Tensor of(long[] values, int... shape) {
        return fromHost(DType.I64, Shape.of(shape), MemorySegment.ofArray(values));
    }

    public static Tensor of(int[] values, int... shape) {
        return fromHost(DType.I32, Shape.of(shape), MemorySegment.ofArray(values));
    }

    public static Tensor of(boolean[] values, int... shape) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return fromHost(DType.BOOL, Shape.of(shape), MemorySegment.ofArray(bytes));
    }

    /**
     * Copies row-major elements from host memory to the current backend.
     *
     * @throws ShapeException if their number does not fit the shape
     */
    public static Tensor fromHost(DType dtype, Shape shape, MemorySegment values) {
        var spec = filled(dtype, shape, values);
        Backend backend = Backends.current();
        Storage storage = backend.allocate(spec.bytes());
        storage.label(spec, "upload");
        backend.upload(values, storage);
        return adopt(new Operand(storage, dtype, Layout.contiguous(shape)));
    }

    /**
     * Row-major elements in host memory that stays as it is, such as a mapped file: a backend of the host reads them where they lie, if
     * they are aligned to their type.
     *
     * @throws ShapeException if their number does not fit the shape
     */
    public static Tensor borrowed(DType dtype, Shape shape, MemorySegment values) {
        var spec = filled(dtype, shape, values);
        if (values.byteSize() == 0 || values.address() % dtype.bytes() != 0) {
            return fromHost(dtype, shape, values);
        }
        Storage storage = Backends.current().borrow(values);
        storage.label(spec, "a file");
        return adopt(new Operand(storage, dtype, Layout.contiguous(shape)));
    }

    private static Spec filled(DType dtype, Shape shape, MemorySegment values) {
        var spec = new Spec(dtype, shape);
        if (values.byteSize() != spec.bytes()) {
            throw new ShapeException("[tensor] " + values.byteSize() / dtype.bytes() + " values do not fill " + spec);
        }
        return spec;
    }

    /** A vector on the same backend as {@code like}. */
    public static Tensor of(Tensor like, long[] values) {
        return Backends.with(like.backend(), () -> of(values, values.length));
    }

    /** A vector on the same backend as {@code like}. */
    public static Tensor of(Tensor like, double[] values) {
        return Backends.with(like.backend(), () -> of(values, values.length));
    }

    public static Tensor zeros(int... shape) {
        return full(0, shape);
    }

    public static Tensor ones(int... shape) {
        return full(1, shape);
    }

    /** F32 on the current backend. */
    public static Tensor full(double value, int... shape) {
        return generate(new Primitive.Fill(DType.F32, Shape.of(shape), value), Backends.current());
    }

    /** A single number with the type and place of {@code like}. */
    public static Tensor full(Tensor like, double value) {
        return generate(new Primitive.Fill(like.dtype(), Shape.SCALAR, value), like.backend());
    }

    public static Tensor fullLike(Tensor like, double value) {
        return generate(new Primitive.Fill(like.dtype(), like.shape(), value), like.backend());
    }

    public static Tensor zerosLike(Tensor like) {
        return fullLike(like, 0);
    }

    /** 0, 1, …, count − 1 with the type and place of {@code like}. */
    public static Tensor arange(Tensor like, int count) {
        return generate(new Primitive.Iota(like.dtype(), count, 0, 1), like.backend());
    }

    /** Result of an op without operands, on the current backend. */
    public static Tensor generate(Op op) {
        return generate(op, Backends.current());
    }

    public static Tensor generate(Op op, Backend backend) {
        return Dispatch.run(op, List.of(), backend).get(0);
    }

    /** Takes over fresh memory: the current scope becomes its owner. */
    public static Tensor adopt(Operand operand) {
        var t = new Tensor(operand, new Lease(operand.storage()), null);
        Scope.adopt(t);
        return t;
    }

    // ---- what it is

    public Shape shape() {
        return operand.shape();
    }

    public DType dtype() {
        return operand.dtype();
    }

    public Layout layout() {
        return operand.layout();
    }

    public Spec spec() {
        return operand.spec();
    }

    public int rank() {
        return shape().rank();
    }

    /** The extent of an axis; negative axes count from the end. */
    public int dim(int axis) {
        return shape().dim(axis);
    }

    /** Number of elements. */
    public long size() {
        return shape().size();
    }

    public Backend backend() {
        return operand.storage().backend();
    }

    public Storage storage() {
        return operand.storage();
    }

    public Operand operand() {
        return operand;
    }

    // ---- reading

    /** The elements, row-major, rounded to float where they are wider. */
    public float[] toFloats() {
        if (dtype() == DType.F32) {
            return withHost(DType.F32, m -> m.toArray(ValueLayout.JAVA_FLOAT));
        }
        double[] d = toDoubles();
        float[] f = new float[d.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = (float) d[i];
        }
        return f;
    }

    public double[] toDoubles() {
        return withHost(DType.F64, m -> m.toArray(ValueLayout.JAVA_DOUBLE));
    }

    public long[] toLongs() {
        return withHost(DType.I64, m -> m.toArray(ValueLayout.JAVA_LONG));
    }

    public boolean[] toBooleans() {
        byte[] b = withHost(DType.BOOL, m -> m.toArray(ValueLayout.JAVA_BYTE));
        boolean[] r = new boolean[b.length];
        for (int i = 0; i < r.length; i++) {
            r[i] = b[i] != 0;
        }
        return r;
    }

    /** The elements as they are stored, row-major, in {@code arena}'s memory. */
    public MemorySegment toHost(Arena arena) {
        requireAlive("download");
        MemorySegment target = arena.allocate(Math.max(1, spec().bytes()), 64).asSlice(0, spec().bytes());
        Scope.tidyRun(() -> {
            Tensor packed = alias().contiguous();
            if (packed.layout().offset() != 0) {
                packed = packed.apply(new Primitive.Copy());
            }
            backend().download(packed.storage(), target);
        });
        return target;
    }

    private <T> T withHost(DType as, java.util.function.Function<MemorySegment, T> read) {
        try (Arena arena = Arena.ofConfined()) {
            return Scope.tidy(
                    "download",
                    () -> read.apply(sensorium.autograd.Tape.pause(() -> dtype() == as ? this : to(as))
                            .toHost(arena)));
        }
    }

    /**
     * The only element.
     *
     * @throws ShapeException if there is not exactly one
     */
    public double item() {
        if (size() != 1) {
            throw new ShapeException("[item] " + shape() + " has " + size() + " elements, not one");
        }
        return toDoubles()[0];
    }

    // ---- ops

    /** Runs an op with one result on this tensor and others. */
    public Tensor apply(Op op, Tensor... others) {
        if (others.length == 0) {
            return Dispatch.run(op, List.of(this)).get(0);
        }
        Tensor[] all = new Tensor[others.length + 1];
        all[0] = this;
        System.arraycopy(others, 0, all, 1, others.length);
        return Dispatch.run(op, Arrays.asList(all)).get(0);
    }

    /** {@code condition ? a : b}, all three broadcast; the condition is BOOL. */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        return condition.apply(new Primitive.Where(), a, b);
    }

    /** Joins tensors along an existing axis. */
    public static Tensor concat(int axis, List<Tensor> parts) {
        if (parts.isEmpty()) {
            throw new ShapeException("[concat] nothing to join");
        }
        return Dispatch.run(new Primitive.Concat(parts.get(0).shape().axis(axis)), parts)
                .get(0);
    }

    /** Joins tensors of one shape along a new axis before {@code axis}. */
    public static Tensor stack(int axis, List<Tensor> parts) {
        return concat(axis, parts.stream().map(t -> t.unsqueeze(axis)).toList());
    }

    // ---- derivatives

    /** A handle on the same numbers whose gradient a {@link sensorium.autograd.Tape} can give. */
    public Tensor tracked() {
        Tensor t = alias();
        t.variable = new Variable();
        return t;
    }

    /** A handle on the same numbers that no gradient flows through. */
    public Tensor detached() {
        return alias();
    }

    public boolean isTracked() {
        return variable != null;
    }

    public Variable variable() {
        return variable;
    }

    /** Called by the tape on fresh results. */
    public void track(Variable identity) {
        if (variable != null) {
            throw new IllegalStateException("already tracked: " + this);
        }
        variable = identity;
    }

    // ---- lifetime

    /** Another handle on the same numbers, untracked, owned by the current scope. */
    public Tensor alias() {
        Tensor t = share("alias", null);
        Scope.adopt(t);
        return t;
    }

    /** Another handle on the same numbers with the same gradient identity, owned by the current scope. */
    public Tensor shared() {
        Tensor t = share("share", variable);
        Scope.adopt(t);
        return t;
    }

    /** A view on the same storage, owned by the current scope. Called by the dispatcher. */
    public Tensor viewed(Layout layout) {
        requireAlive("view");
        if (!storage().retain()) {
            throw released("view");
        }
        var t = new Tensor(new Operand(storage(), dtype(), layout), new Lease(storage()), null);
        Scope.adopt(t);
        return t;
    }

    /**
     * A handle that no scope ends: its owner releases it, the garbage collector if it forgets. Keeps the gradient identity.
     * Models keep their parameters so.
     */
    public Tensor keep() {
        Tensor t = share("keep", variable);
        Scope.releaseWhenUnreachable(t);
        return t;
    }

    /** A handle for the tape, which releases it. */
    public Tensor saved() {
        return share("save", variable);
    }

    /** Shape, type and identity without the numbers. */
    public Tensor ghost() {
        return new Tensor(operand, Lease.ended(storage(), "the tape, which did not need it"), variable);
    }

    private Tensor share(String what, Variable identity) {
        requireAlive(what);
        if (!storage().retain()) {
            throw released(what);
        }
        return new Tensor(operand, new Lease(storage()), identity);
    }

    /** Ends this handle now. Harmless when it has ended. */
    public void release() {
        release("its owner");
    }

    /** @param by who, for the message when it is used again */
    public void release(String by) {
        lease.end(by);
    }

    public Lease lease() {
        return lease;
    }

    public boolean isAlive() {
        return lease.endedBy() == null;
    }

    /** @throws ReleasedException if this handle has ended */
    public void requireAlive(String op) {
        if (lease.endedBy() != null) {
            throw released(op);
        }
    }

    public ReleasedException released(String op) {
        return new ReleasedException("[" + op + "] " + this + " was released by " + lease.endedBy()
                + "; return it from the scope or keep() it");
    }

    /** Type, shape and device, for example {@code F32(2,3) on cpu}; never the numbers. */
    @Override
    public String toString() {
        return spec() + " on " + backend().device();
    }

    /** The numbers as nested rows, at most {@code limit} of them. */
    public String format(int limit) {
        double[] d = toDoubles();
        DoubleFunction<String> number =
                x -> x == Math.rint(x) && Math.abs(x) < 1e6 ? "%.0f".formatted(x) : "%.5g".formatted(x);
        var s = new StringBuilder(toString()).append(' ');
        for (int i = 0; i < Math.min(limit, d.length); i++) {
            s.append(i == 0 ? "[" : ", ").append(number.apply(d[i]));
        }
        return s.append(d.length > limit ? ", …]" : "]").toString();
    }
}
