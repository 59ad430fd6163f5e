package sensorium.kernels.opencl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sensorium.backend.Operand;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** One op's operands and results, and what its kernels need besides: temporary buffers, which end with it. */
final class Call implements AutoCloseable {
    private final OpenClBackend backend;
    private final String op;
    private final List<Operand> in;
    private final List<Operand> out;
    private final List<DeviceStorage> temporaries = new ArrayList<>();

    Call(OpenClBackend backend, String op, List<Operand> in, List<Operand> out) {
        this.backend = backend;
        this.op = op;
        this.in = in;
        this.out = out;
    }

    int inputs() {
        return in.size();
    }

    Operand in(int i) {
        return in.get(i);
    }

    Operand out(int i) {
        return out.get(i);
    }

    /** The shape of operand {@code i}. */
    Shape shape(int i) {
        return in.get(i).shape();
    }

    Layout layout(int i) {
        return in.get(i).layout();
    }

    DType type(int i) {
        return in.get(i).dtype();
    }

    DeviceStorage x(int i) {
        return (DeviceStorage) in.get(i).storage();
    }

    DeviceStorage y(int i) {
        return (DeviceStorage) out.get(i).storage();
    }

    /** Number of elements of the first result. */
    int size() {
        return Math.toIntExact(out.get(0).shape().size());
    }

    /** A buffer until the op is submitted; the queue is in order, so whoever gets it next comes later. */
    DeviceStorage temporary(DType type, long elements) {
        DeviceStorage t = backend.allocate(Math.multiplyExact(elements, type.bytes()));
        temporaries.add(t);
        return t;
    }

    /** Operand {@code i} contiguous from the start of a buffer: itself, or a copy. */
    DeviceStorage packed(int i) {
        Operand x = in(i);
        return x.layout().isContiguous() && x.layout().offset() == 0 ? x(i) : packed(x, x.layout());
    }

    /** A copy of what a layout shows of an operand. */
    DeviceStorage packed(Operand x, Layout layout) {
        DeviceStorage copy = temporary(x.dtype(), layout.shape().size());
        copy(x, layout, copy, Layout.contiguous(layout.shape()));
        return copy;
    }

    /** Copies elements from where one layout shows them to where the other does. */
    void copy(Operand x, Layout from, DeviceStorage target, Layout to) {
        Grid grid = Grid.of(from.shape(), from, to);
        launch(move(x.dtype(), "copy"), grid.size(), grid, x.storage(), target);
    }

    /** The kernel of {@code move.cl} for elements of this width. */
    Programs.Kernel move(DType type, String name) {
        String unsigned = switch (type.bytes()) {
            case 1 -> "uchar";
            case 2 -> "ushort";
            case 4 -> "uint";
            default -> "ulong";
        };
        return backend.programs().kernel("move.cl", name, Map.of("T", unsigned));
    }

    /** A kernel for operands of {@code from} and results of {@code to}. */
    Programs.Kernel kernel(String file, String name, DType from, DType to) {
        Map<String, String> defines = new HashMap<>(Map.of("T", from.name(), "R", to.name()));
        if (from.isFloat()) {
            defines.put("FLOATS", "1");
        }
        return backend.programs().kernel(file, name, defines);
    }

    /** A kernel of a file with macros of its own. */
    Programs.Kernel kernel(String file, String name, Map<String, ?> defines) {
        return backend.programs().kernel(file, name, defines);
    }

    int groupSize() {
        return backend.queue().groupSize();
    }

    Programs.Kernel kernel(String file, String name, DType type) {
        return kernel(file, name, type, type);
    }

    DeviceQueue queue() {
        return backend.queue();
    }

    TensorCores tensorCores() {
        return backend.tensorCores();
    }

    Tuner tuner() {
        return backend.tuner();
    }

    boolean isGpu() {
        return backend.queue().facts().gpu();
    }

    void launchGroups(Programs.Kernel kernel, long groups, int group, Object... arguments) {
        backend.queue().launchGroups(kernel, groups, group, arguments);
    }

    void launch(Programs.Kernel kernel, long items, Object... arguments) {
        backend.queue().launch(kernel, items, arguments);
    }

    /** What a kernel writes into {@link #faults} if it finds {@code what}: see {@link Faults}. */
    int fault(Faults.Kind what) {
        return backend.faults().code(op, what);
    }

    DeviceStorage faults() {
        return backend.faults().word();
    }

    @Override
    public void close() {
        temporaries.forEach(DeviceStorage::release);
    }
}
