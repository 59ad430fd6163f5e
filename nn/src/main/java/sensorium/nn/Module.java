package sensorium.nn;

import java.lang.reflect.RecordComponent;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import sensorium.tensor.Tensor;

/**
 * A part of a model. A module is a record whose components are its children; their names are the weight names, so the state
 * of a model is a walk over record components. Components that are neither {@link Parameter}, {@link Buffer}, Module nor a
 * list of modules are configuration and are passed over; null is an absent child.
 */
public interface Module {
    /** Every parameter by its path, for example {@code blocks.0.attention.query.weight}; a shared one under its first path. */
    default Map<String, Parameter> parameters() {
        Map<String, Parameter> found = new LinkedHashMap<>();
        IdentityHashMap<Parameter, String> seen = new IdentityHashMap<>();
        walk("", this, (path, part) -> {
            if (part instanceof Parameter p && seen.putIfAbsent(p, path) == null) {
                found.put(path, p);
            }
        });
        return found;
    }

    /** Every buffer by its path. */
    default Map<String, Buffer> buffers() {
        Map<String, Buffer> found = new LinkedHashMap<>();
        walk("", this, (path, part) -> {
            if (part instanceof Buffer b) {
                found.put(path, b);
            }
        });
        return found;
    }

    /** The tensors to save: parameters and buffers by path. */
    default Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        parameters().forEach((name, p) -> state.put(name, p.value()));
        buffers().forEach((name, b) -> state.put(name, b.value()));
        return state;
    }

    /** This module under the empty path, and every module in it by its path. */
    default Map<String, Module> modules() {
        Map<String, Module> found = new LinkedHashMap<>();
        walk("", this, (path, part) -> {
            if (part instanceof Module m) {
                found.put(path, m);
            }
        });
        return found;
    }

    /** How many numbers the parameters hold, frozen ones included. */
    default long parameterCount() {
        return parameters().values().stream()
                .mapToLong(p -> p.spec().shape().size())
                .sum();
    }

    /** How many of them are trainable now. */
    default long trainableCount() {
        return parameters().values().stream()
                .filter(Parameter::isTrainable)
                .mapToLong(p -> p.spec().shape().size())
                .sum();
    }

    /** Visits modules, parameters and buffers, each module before what is in it. */
    private static void walk(String path, Object o, BiConsumer<String, Object> visit) {
        switch (o) {
            case null -> {}
            case Parameter p -> visit.accept(path, p);
            case Buffer b -> visit.accept(path, b);
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    walk(Components.join(path, Integer.toString(i)), list.get(i), visit);
                }
            }
            case Module m -> {
                if (!(m instanceof Record)) {
                    throw new IllegalStateException(m.getClass() + " is a module but not a record");
                }
                visit.accept(path, m);
                for (RecordComponent c : m.getClass().getRecordComponents()) {
                    walk(Components.join(path, c.getName()), Components.of(m, c), visit);
                }
            }
            default -> {}
        }
    }
}
