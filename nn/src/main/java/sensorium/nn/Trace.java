package sensorium.nn;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import sensorium.tensor.Tensor;

/**
 * Every named intermediate of a forward pass, for parity reports and for looking inside. A module notes its result, which is
 * kept under the module's path in the model: {@code blocks.0.attention}. Costs nothing where no trace is bound.
 *
 * <pre>{@code
 * try (Trace trace = Trace.of(model, () -> model.forward(x))) {
 *     Tensor attention = trace.tensors().get("transformer.blocks.0.attention.weights");   // (B, H, T, S)
 * }
 * }</pre>
 */
public final class Trace implements AutoCloseable {
    private static final ScopedValue<Trace> CURRENT = ScopedValue.newInstance();

    private final IdentityHashMap<Module, String> paths = new IdentityHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private Trace(Module model) {
        model.modules().forEach((path, module) -> paths.putIfAbsent(module, path));
    }

    /** Runs {@code forward} and keeps what the modules of {@code model} note. Close it to free the tensors. */
    public static Trace of(Module model, Supplier<?> forward) {
        var trace = new Trace(model);
        ScopedValue.where(CURRENT, trace).call(forward::get);
        return trace;
    }

    /** In the order noted; the last one where a module ran more than once. They outlive scopes. */
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public void close() {
        tensors.values().forEach(t -> t.release("the end of its trace"));
        tensors.clear();
    }

    /** Notes a module's result and returns it. */
    public static Tensor note(Module module, Tensor result) {
        if (CURRENT.isBound()) {
            CURRENT.get().keep(module, "", result);
        }
        return result;
    }

    /** Notes an inner value of a module, {@code name} below its path, and returns it. */
    public static Tensor note(Module module, String name, Tensor value) {
        if (CURRENT.isBound()) {
            CURRENT.get().keep(module, name, value);
        }
        return value;
    }

    /** Notes an inner value that is only worth computing for a trace. */
    public static void note(Module module, String name, Supplier<Tensor> value) {
        if (CURRENT.isBound()) {
            CURRENT.get().keep(module, name, value.get());
        }
    }

    /** Notes a value that is no module's under a name of its own. */
    static void file(String name, Tensor value) {
        if (CURRENT.isBound()) {
            CURRENT.get().put(name, value);
        }
    }

    private void keep(Module module, String name, Tensor value) {
        String path = paths.get(module);
        if (path == null) {
            return; // part of another model that ran meanwhile
        }
        put(path.isEmpty() ? name : name.isEmpty() ? path : path + "." + name, value);
    }

    private void put(String full, Tensor value) {
        Tensor before = tensors.put(full, value.detached().keep());
        if (before != null) {
            before.release("a later note of " + full);
        }
    }
}
