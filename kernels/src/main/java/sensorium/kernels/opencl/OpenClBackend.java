package sensorium.kernels.opencl;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import sensorium.backend.Backend;
import sensorium.backend.Operand;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.memory.MemoryStats;
import sensorium.memory.Storage;
import sensorium.memory.TensorMemoryException;
import sensorium.op.Fused;
import sensorium.op.Op;
import sensorium.op.Primitive;
import sensorium.op.UnaryKind;
import sensorium.op.View;
import sensorium.tensor.DType;
import sensorium.tensor.Device;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Spec;

/**
 * One OpenCL device. Every primitive op has a kernel; fused ops have one or run as their
 * fallbacks, on the device too. Ops are submitted
 * in the order they are asked for and return at once: results are there when they are downloaded. There are no atomics on
 * numbers, so the same operands give bitwise the same result each time.
 *
 * <p>What a device cannot do, double precision on one without it, goes by way of the host ({@link HostTrips}).
 */
public final class OpenClBackend implements Backend, AutoCloseable {
    private final Device device;
    private final DeviceQueue queue;
    private final DeviceMemory memory;
    private final Programs programs;
    private final Chain chain;
    private final Faults faults;
    private final Tuner tuner;
    private final TensorCores tensorCores = TensorCores.asked();
    private final HostTrips trips = new HostTrips(this);

    OpenClBackend(DeviceFacts facts, int index, Path cache, long limit, boolean guarded) {
        this(facts, index, cache, limit, guarded, Tuner.of(facts, cache));
    }

    OpenClBackend(DeviceFacts facts, int index, Path cache, long limit, boolean guarded, Tuner tuner) {
        this.tuner = tuner;
        device = new Device("opencl", index);
        queue = new DeviceQueue(facts);
        chain = new Chain(this);
        memory = new DeviceMemory(queue, chain, limit, guarded);
        queue.onShortage(memory);
        programs = new Programs(queue, cache);
        faults = new Faults(queue, this);
    }

    /** Opens a device as the system properties {@code sensorium.memory.guarded} and {@code .limit} ask for. */
    static OpenClBackend open(DeviceFacts facts, int index) {
        long limit = Long.getLong("sensorium.memory.limit", facts.memory());
        return new OpenClBackend(facts, index, Caches.folder(), limit, Boolean.getBoolean("sensorium.memory.guarded"));
    }

    DeviceQueue queue() {
        return queue;
    }

    Programs programs() {
        return programs;
    }

    Faults faults() {
        return faults;
    }

    TensorCores tensorCores() {
        return tensorCores;
    }

    Tuner tuner() {
        return tuner;
    }

    HostTrips trips() {
        return trips;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public String description() {
        return queue.facts().toString();
    }

    @Override
    public boolean supports(Op op, List<Spec> inputs) {
        return switch (op) {
            case View _, Primitive _ -> true;
            case Fused.UnaryGrad u -> u.kind() != UnaryKind.NOT && u.kind() != UnaryKind.IS_NAN && computes(inputs);
            case Fused.Softmax _,
                    Fused.SoftmaxGrad _,
                    Fused.LogSoftmax _,
                    Fused.LogSoftmaxGrad _,
                    Fused.LayerNorm _,
                    Fused.LayerNormGrad _,
                    Fused.RmsNorm _,
                    Fused.RmsNormGrad _,
                    Fused.GroupNorm _,
                    Fused.GroupNormGrad _,
                    Fused.MaxPool2d _,
                    Fused.MaxPool2dGrad _,
                    Fused.AdamWStep _ -> computes(inputs);
            case Fused.CrossEntropy _ -> computes(inputs.subList(0, 1));
            case Fused.CrossEntropyGrad _ -> computes(inputs.subList(0, 1));
            case Fused.Linear _ -> computes(inputs.subList(0, 1));
            case Fused.Attention _ -> computes(inputs.subList(0, 3));
            case Fused.AttentionGrad _ -> computes(inputs.subList(0, 3));
            case Fused _ -> false;
        };
    }

    private boolean computes(List<Spec> inputs) {
        return inputs.stream()
                .allMatch(s -> s.dtype() == DType.F32 || (queue.facts().fp64() && s.dtype() == DType.F64));
    }

    @Override
    public void run(Op op, List<Operand> inputs, List<Operand> outputs) {
        Stream.concat(inputs.stream(), outputs.stream()).forEach(o -> requireReach(op, o));
        if (!chain.takes(op, inputs, outputs)) {
            chain.submit();
            launch(op, inputs, outputs);
        }
    }

    /** Submits the kernels of one op. */
    void launch(Op op, List<Operand> inputs, List<Operand> outputs) {
        switch (op) {
            case Primitive p
            when !queue.facts().fp64() && needsDouble(p, inputs, outputs) -> trips.run(op, inputs, outputs);
            case Primitive p -> {
                try (var call = new Call(this, op.name(), inputs, outputs)) {
                    run(p, call);
                }
            }
            case Fused f -> {
                try (var call = new Call(this, op.name(), inputs, outputs)) {
                    run(f, call);
                }
            }
            case View v ->
                throw new IllegalArgumentException("[" + v.name() + "] is a view: there is nothing to compute");
        }
    }

    /** Kernels number elements and places in ints. */
    private static void requireReach(Op op, Operand o) {
        long most = Integer.MAX_VALUE - 1024; // work-items are rounded up to groups
        if (o.shape().size() > most || o.storage().bytes() / o.dtype().bytes() > most) {
            throw new ShapeException("[" + op.name() + "] " + o.spec() + " has more than " + most
                    + " elements in one piece, which OpenCL kernels do not reach; split it");
        }
    }

    private static boolean needsDouble(Primitive op, List<Operand> inputs, List<Operand> outputs) {
        return op instanceof Primitive.Iota
                || (op instanceof Primitive.Random r && r.distribution() == Primitive.Random.Distribution.NORMAL)
                || Stream.concat(inputs.stream(), outputs.stream()).anyMatch(o -> o.dtype() == DType.F64);
    }

    private static void run(Primitive op, Call c) {
        switch (op) {
            case Primitive.Unary u -> Elementwise.unary(u.kind(), c);
            case Primitive.Binary b -> Elementwise.binary(b.kind(), c);
            case Primitive.Scalar s -> Elementwise.scalar(s, c);
            case Primitive.Cast _ -> Elementwise.cast(c);
            case Primitive.Where _ -> Movement.where(c);
            case Primitive.Copy _ -> Movement.copy(c);
            case Primitive.Fill f -> Movement.fill(f.value(), c);
            case Primitive.Iota i -> Elementwise.iota(i, c);
            case Primitive.Random r -> Elementwise.random(r, c);
            case Primitive.Reduce r -> Reductions.reduce(r, c);
            case Primitive.ArgReduce a -> Reductions.argReduce(a, c);
            case Primitive.CumSum s -> Reductions.cumSum(s, c);
            case Primitive.ArgSort s -> Sorting.argSort(s, c);
            case Primitive.MatMul _ -> Products.matMul(c);
            case Primitive.Conv2d v -> Convolutions.forward(v.window(), c);
            case Primitive.Conv2dInputGrad v -> Convolutions.inputGrad(v.window(), c);
            case Primitive.Conv2dWeightGrad v -> Convolutions.weightGrad(v.window(), c);
            case Primitive.Pad p -> Movement.pad(p, c);
            case Primitive.Concat j -> Movement.concat(j.axis(), c);
            case Primitive.IndexSelect s -> Movement.indexSelect(s.axis(), c);
            case Primitive.IndexAdd a -> Movement.indexAdd(a, c);
            case Primitive.Gather g -> Movement.gather(g.axis(), c);
            case Primitive.ScatterAdd s -> Movement.scatterAdd(s, c);
            case Primitive.Fold f -> Movement.fold(f.windows(), c);
        }
    }

    private static void run(Fused op, Call c) {
        switch (op) {
            case Fused.UnaryGrad u -> Elementwise.unaryGrad(u.kind(), c);
            case Fused.Linear _ -> Products.linear(c);
            case Fused.Attention a -> Scores.attention(a, c);
            case Fused.AttentionGrad a -> Scores.attentionGrad(a, c);
            case Fused.AdamWStep a -> Elementwise.adamW(a, c);
            case Fused.Softmax s -> Rows.softmax(s.axis(), false, c);
            case Fused.LogSoftmax s -> Rows.softmax(s.axis(), true, c);
            case Fused.SoftmaxGrad s -> Rows.softmaxGrad(s.axis(), false, c);
            case Fused.LogSoftmaxGrad s -> Rows.softmaxGrad(s.axis(), true, c);
            case Fused.LayerNorm n -> Rows.norm(n.eps(), true, c);
            case Fused.LayerNormGrad n -> Rows.normGrad(n.eps(), true, c);
            case Fused.RmsNorm n -> Rows.norm(n.eps(), false, c);
            case Fused.RmsNormGrad n -> Rows.normGrad(n.eps(), false, c);
            case Fused.GroupNorm n -> Rows.groupNorm(n.eps(), n.groups(), c);
            case Fused.GroupNormGrad n -> Rows.groupNormGrad(n.eps(), n.groups(), c);
            case Fused.CrossEntropy e -> Rows.crossEntropy(e.smoothing(), c);
            case Fused.CrossEntropyGrad e -> Rows.crossEntropyGrad(e.smoothing(), c);
            case Fused.MaxPool2d p -> Pools.max(p, c);
            case Fused.MaxPool2dGrad p -> Pools.maxGrad(p, c);
            default -> throw new IllegalArgumentException("[" + op.name() + "] has no kernel here");
        }
    }

    /** @throws IndexOutOfBoundsException if an op given before met an index outside its axis */
    @Override
    public void synchronize() {
        chain.submit();
        queue.finish();
        faults.raise();
    }

    @Override
    public DeviceStorage allocate(long bytes) {
        try {
            return memory.allocate(this, bytes);
        } catch (TensorMemoryException e) {
            if (!chain.submit()) {
                throw e;
            }
            return memory.allocate(this, bytes); // what the chain kept is free now
        }
    }

    @Override
    public void upload(MemorySegment source, Storage target) {
        chain.submit();
        queue.write(source, ((DeviceStorage) target).buffer());
    }

    /** @throws IndexOutOfBoundsException if an op given before met an index outside its axis */
    @Override
    public void download(Storage source, MemorySegment target) {
        chain.submit();
        queue.read(((DeviceStorage) source).buffer(), target);
        faults.raise();
    }

    @Override
    public MemoryStats memory() {
        chain.submit();
        return memory.stats();
    }

    @Override
    public List<String> diagnostics() {
        var went = trips.counts();
        List<String> lines =
                new ArrayList<>(tensorCores.description(queue.facts().gpu()));
        lines.addAll(List.of(
                "memory: " + memory.stats(),
                "the driver holds " + queue.ledger(),
                programs.compiled() + " programs built, the others came from disk",
                chain.toString(),
                went.isEmpty() ? "no op went by way of the host" : "by way of the host: " + went));
        return lines;
    }

    /** The elementwise ops that wait to be submitted together. */
    Chain chain() {
        return chain;
    }

    /** What the driver holds for this device. */
    Ledger ledger() {
        return queue.ledger();
    }

    /** Gives everything back to the driver; storages that are still alive become unusable. */
    @Override
    public void close() {
        chain.submit();
        queue.finish();
        programs.close();
        faults.close();
        memory.close();
        queue.close();
    }
}
