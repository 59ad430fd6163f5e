package sensorium.kernels.cpu;

import java.util.ArrayList;
import java.util.List;
import sensorium.backend.Backend;
import sensorium.backend.Operand;
import sensorium.memory.HostMemory;
import sensorium.memory.HostMemory.HostStorage;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** One op's operands as addresses, with the copies that had to be made of strided ones until it is done. */
final class Call implements AutoCloseable {
    private final List<Operand> in;
    private final List<Operand> out;
    private final HostMemory memory;
    private final Backend owner;
    private final WorkPool pool;
    private final List<HostStorage> copies = new ArrayList<>();

    Call(List<Operand> in, List<Operand> out, HostMemory memory, Backend owner, WorkPool pool) {
        this.in = in;
        this.out = out;
        this.memory = memory;
        this.owner = owner;
        this.pool = pool;
    }

    int inputs() {
        return in.size();
    }

    int outputs() {
        return out.size();
    }

    Operand operand(int i) {
        return in.get(i);
    }

    Shape shape(int i) {
        return in.get(i).shape();
    }

    DType type(int i) {
        return in.get(i).dtype();
    }

    Shape result(int i) {
        return out.get(i).shape();
    }

    DType resultType(int i) {
        return out.get(i).dtype();
    }

    /** Address of the first element of input i, wherever the others lie. */
    long first(int i) {
        return first(in.get(i));
    }

    private static long first(Operand o) {
        return ((HostStorage) o.storage()).address()
                + o.layout().offset() * o.dtype().bytes();
    }

    /** Address of input i with adjoining elements; a copy if it is strided. */
    long x(int i) {
        Operand o = in.get(i);
        if (o.layout().isContiguous()) {
            return first(o);
        }
        long copy = room(o.spec().bytes());
        copyTo(i, copy, rowMajor(o.shape()));
        return copy;
    }

    /** Address of output i, whose elements adjoin. */
    long y(int i) {
        return first(out.get(i));
    }

    /** Room for {@code bytes} bytes until the op is done. */
    long room(long bytes) {
        HostStorage storage = memory.allocate(owner, bytes);
        copies.add(storage);
        return storage.address();
    }

    /** Copies input i to {@code to}, where its elements lie {@code strides} apart. */
    void copyTo(int i, long to, long[] strides) {
        Operand o = in.get(i);
        Copies.copy(
                pool,
                o.dtype().bytes(),
                o.shape().dims(),
                to,
                strides,
                first(o),
                o.layout().strides());
    }

    /**
     * Input i seen with {@code shape}, to which it broadcasts: its address and strides. Along the last axis it adjoins or
     * is one value, so it may be a copy.
     */
    Strided walkable(int i, Shape shape) {
        Operand o = in.get(i);
        long[] strides = o.layout().expand(shape).strides();
        int last = strides.length - 1;
        // An inner axis of extent 1 disappears, so what counts is the last one that stays.
        while (last >= 0 && shape.dim(last) == 1) {
            last--;
        }
        if (last < 0 || strides[last] == 0 || strides[last] == 1) {
            return new Strided(first(o), strides);
        }
        return new Strided(x(i), Layout.contiguous(o.shape()).expand(shape).strides());
    }

    /** An address and strides in elements. */
    record Strided(long address, long[] strides) {}

    static long[] rowMajor(Shape shape) {
        return Layout.contiguous(shape).strides();
    }

    @Override
    public void close() {
        copies.forEach(HostStorage::release);
    }
}
