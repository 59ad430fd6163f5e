package sensorium.memory;

import java.lang.ref.Cleaner;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import sensorium.tensor.Tensor;

/**
 * Decides how long results live. A tensor made inside {@link #tidy} is released at its end unless the body returns it,
 * in which case it joins the enclosing scope. Outside any scope tensors belong to the root: a {@link Cleaner} releases
 * them some time after they become unreachable, a safety net rather than a plan.
 *
 * <p>Trainers, samplers and commands open scopes; model code never mentions memory. A scope belongs to one thread.
 */
public final class Scope {
    private static final ScopedValue<Scope> CURRENT = ScopedValue.newInstance();
    private static final Cleaner CLEANER = Cleaner.create();

    private final String name;
    private final List<Tensor> owned = new ArrayList<>();

    private Scope(String name) {
        this.name = name;
    }

    /** Runs {@code body} and releases every tensor it made except those reachable in its result. */
    public static <T> T tidy(Supplier<T> body) {
        return tidy("scope", body);
    }

    /**
     * @param name appears in the message when a tensor of this scope is used after its end
     * @return what {@code body} returns; tensors in it (also in lists, maps, arrays and records) survive
     */
    public static <T> T tidy(String name, Supplier<T> body) {
        var scope = new Scope(name);
        T result = null;
        try {
            result = ScopedValue.where(CURRENT, scope).call(body::get);
            return result;
        } finally {
            scope.close(result);
        }
    }

    /** {@link #tidy} for a body without a result. */
    public static void tidyRun(Runnable body) {
        tidy(() -> {
            body.run();
            return null;
        });
    }

    private void close(Object result) {
        Set<Tensor> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(result, kept);
        for (int i = owned.size() - 1; i >= 0; i--) {
            Tensor t = owned.get(i);
            if (kept.contains(t)) {
                adopt(t);
            } else {
                t.release(name);
            }
        }
        owned.clear();
    }

    /** Makes the current scope the owner of a fresh tensor. Called by the dispatcher. */
    public static void adopt(Tensor tensor) {
        if (CURRENT.isBound()) {
            CURRENT.get().owned.add(tensor);
        } else {
            releaseWhenUnreachable(tensor);
        }
    }

    /** Leaves the end of a tensor's life to the garbage collector (or to an explicit release by its owner). */
    public static void releaseWhenUnreachable(Tensor tensor) {
        CLEANER.register(tensor, tensor.lease());
    }

    private static void collect(Object o, Set<Tensor> into) {
        switch (o) {
            case null -> {}
            case Tensor t -> into.add(t);
            case Path _ -> {} // an Iterable of itself
            case Iterable<?> many -> many.forEach(x -> collect(x, into));
            case Map<?, ?> map -> map.values().forEach(x -> collect(x, into));
            case Object[] array -> {
                for (Object x : array) {
                    collect(x, into);
                }
            }
            case Record record -> collectComponents(record, into);
            default -> {}
        }
    }

    /** Of a kind of record, the components that are objects. */
    private static final ClassValue<List<Method>> ACCESSORS = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> kind) {
            return Stream.of(kind.getRecordComponents())
                    .filter(c -> !c.getType().isPrimitive())
                    .map(RecordComponent::getAccessor)
                    .peek(a -> a.setAccessible(true))
                    .toList();
        }
    };

    private static void collectComponents(Record record, Set<Tensor> into) {
        try {
            for (Method accessor : ACCESSORS.get(record.getClass())) {
                collect(accessor.invoke(record), into);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot look for tensors in " + record.getClass(), e);
        }
    }
}
