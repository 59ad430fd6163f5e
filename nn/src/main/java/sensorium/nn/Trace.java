package sensorium.nn;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
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
    private final BiConsumer<String, Tensor> watcher; // null where everything is kept

    private Trace(Module model, BiConsumer<String, Tensor> watcher) {
        model.modules().forEach((path, module) -> paths.putIfAbsent(module, path));
        this.watcher = watcher;
    }

    /** Runs {@code forward} and keeps what the modules of {@code model} note. Close it to free the tensors. */
    public static Trace of(Module model, Supplier<?> forward) {
        var trace = new Trace(model, null);
        ScopedValue.where(CURRENT, trace).call(forward::get);
        return trace;
    }

    /**
     * Runs {@code forward} and shows every intermediate, with its path, as it is noted, also those that a later one replaces. Nothing is
     * kept, and what the watcher computes is not recorded: training can be watched.
     */
    public static <T> T watch(Module model, BiConsumer<String, Tensor> watcher, Supplier<T> forward) {
        return ScopedValue.where(CURRENT, new Trace(model, watcher)).call(forward::get);
    }

    /** Whether somebody looks on. */
    static boolean isRunning() {
        return CURRENT.isBound();
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
        return note(module, "", result);
    }

    /** Notes an inner value of a module, {@code name} below its path, and returns it. */
    public static Tensor note(Module module, String name, Tensor value) {
        note(module, name, () -> value);
        return value;
    }

    /** Notes an inner value that is only worth computing for a trace. */
    public static void note(Module module, String name, Supplier<Tensor> value) {
        if (CURRENT.isBound()) {
            CURRENT.get().take(module, name, value);
        }
    }

    /** Notes a value that is no module's under a name of its own. */
    static void file(String name, Tensor value) {
        if (CURRENT.isBound()) {
            CURRENT.get().show(name, () -> value);
        }
    }

    private void take(Module module, String name, Supplier<Tensor> value) {
        String path = paths.get(module);
        if (path == null) {
            return; // part of another model that ran meanwhile
        }
        show(path.isEmpty() ? name : name.isEmpty() ? path : path + "." + name, value);
    }

    private void show(String path, Supplier<Tensor> value) {
        if (watcher == null) {
            keep(path, value.get());
        } else {
            Scope.tidyRun(() -> Tape.pause(() -> {
                watcher.accept(path, value.get());
                return path;
            }));
        }
    }

    private void keep(String path, Tensor value) {
        Tensor before = tensors.put(path, value.detached().keep());
        if (before != null) {
            before.release("a later note of " + path);
        }
    }
}
