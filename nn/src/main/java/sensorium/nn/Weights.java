package sensorium.nn;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * Where a model's weights come from, seen from one place in its tree: the same {@code of(Weights, Config)} factory builds it
 * at random or from a checkpoint.
 *
 * <pre>{@code
 * var model = Vit.of(Weights.random(seed), config);
 * var loaded = Weights.load(source, "model.safetensors", ours -> HF_NAMES.apply(ours), w -> Vit.of(w, config));
 * }</pre>
 */
public final class Weights {
    /** How many left-over tensors are listed. */
    private static final int MOST_NAMED = 20;

    private final String path;
    private final Source source;

    private interface Source {
        Tensor tensor(String path, Init init, Shape shape);

        boolean has(String path);

        /** What must hold before a parameter's numbers are first read; null for nothing. */
        Runnable check(String path);
    }

    private Weights(String path, Source source) {
        this.path = path;
        this.source = source;
    }

    /** Freshly initialised weights: each depends on the seed and its own path only. */
    public static Weights random(long seed) {
        return new Weights("", new Source() {
            @Override
            public Tensor tensor(String path, Init init, Shape shape) {
                long[] key = path.chars().asLongStream().toArray();
                return init.draw(Philox.keyed(seed, key), shape);
            }

            @Override
            public boolean has(String path) {
                return true;
            }

            @Override
            public Runnable check(String path) {
                return null;
            }
        });
    }

    /**
     * Builds a model from a checkpoint, strictly: a tensor that is missing, misshapen or left over is an error that names it.
     *
     * @param lookup a stored tensor by its stored name
     * @param stored all stored names
     * @param where the file, for messages
     * @param rename from our path to the stored name
     */
    public static <M> M load(
            Function<String, Tensor> lookup,
            Set<String> stored,
            String where,
            UnaryOperator<String> rename,
            Function<Weights, M> factory) {
        return load(lookup, _ -> null, stored, where, rename, factory);
    }

    private static <M> M load(
            Function<String, Tensor> lookup,
            Function<String, Runnable> checks,
            Set<String> stored,
            String where,
            UnaryOperator<String> rename,
            Function<Weights, M> factory) {
        Set<String> used = new HashSet<>();
        M model = factory.apply(new Weights("", new Source() {
            @Override
            public Tensor tensor(String path, Init init, Shape shape) {
                String name = rename.apply(path);
                if (!stored.contains(name)) {
                    throw new BadInputException(where + ": tensor " + name + " is missing; is this the right model?");
                }
                Tensor t = lookup.apply(name);
                if (!t.shape().equals(shape)) {
                    throw new BadInputException(
                            where + ": tensor " + name + " is " + t.shape() + ", the model needs " + shape);
                }
                used.add(name);
                return t;
            }

            @Override
            public boolean has(String path) {
                return stored.contains(rename.apply(path));
            }

            @Override
            public Runnable check(String path) {
                return checks.apply(rename.apply(path));
            }
        }));
        Set<String> left = new TreeSet<>(stored);
        left.removeAll(used);
        if (!left.isEmpty()) {
            String named = String.join(", ", left.stream().limit(MOST_NAMED).toList());
            throw new BadInputException(where + ": tensors that the model does not know: " + named
                    + (left.size() > MOST_NAMED ? ", … (" + left.size() + " in all)" : ""));
        }
        return model;
    }

    /** {@link #load} of tensors each of which is made when it is asked for, such as a part of a stored one. */
    public static <M> M load(
            Map<String, Supplier<Tensor>> stored, String where, WeightNames names, Function<Weights, M> factory) {
        return load(name -> stored.get(name).get(), stored.keySet(), where, names::theirs, factory);
    }

    /** {@link #load} likewise, with what must hold before a parameter of that name is first read, or null. */
    static <M> M load(
            Map<String, Supplier<Tensor>> stored,
            Function<String, Runnable> checks,
            String where,
            WeightNames names,
            Function<Weights, M> factory) {
        return load(name -> stored.get(name).get(), checks, stored.keySet(), where, names::theirs, factory);
    }

    /** {@link #load} under the model's own names. */
    public static <M> M load(Map<String, Tensor> state, String where, Function<Weights, M> factory) {
        return load(state::get, state.keySet(), where, UnaryOperator.identity(), factory);
    }

    /** The place of a child. */
    public Weights at(String name) {
        return new Weights(join(name), source);
    }

    /** The place of a list's element. */
    public Weights at(int index) {
        return at(Integer.toString(index));
    }

    /** A parameter of the module at this place; {@code name} is its record component. F16 and BF16 are widened to F32. */
    public Parameter parameter(String name, Init init, int... shape) {
        return Scope.tidy(() -> checked(name, widened(source.tensor(join(name), init, Shape.of(shape)))));
    }

    /**
     * A parameter that keeps the type it is stored in, of a module that widens it as it is used: F16 and BF16 take half the memory, and
     * arithmetic stays F32. Such a model is for use, or for adapters beside it; {@link Parameter#widen} makes it ready to be trained.
     */
    Parameter narrow(String name, Init init, int... shape) {
        return Scope.tidy(() -> checked(name, source.tensor(join(name), init, Shape.of(shape))));
    }

    private Parameter checked(String name, Tensor value) {
        var parameter = new Parameter(value);
        parameter.beforeUse(source.check(join(name)));
        return parameter;
    }

    /** A buffer of the module at this place, widened as parameters are. */
    public Buffer buffer(String name, Init init, int... shape) {
        return Scope.tidy(() -> {
            Tensor value = source.tensor(join(name), init, Shape.of(shape));
            Runnable check = source.check(join(name));
            if (check != null) {
                check.run(); // there is no later look at it; buffers are small
            }
            return new Buffer(widened(value));
        });
    }

    /** F16 and BF16 as F32; all else as it is. */
    static Tensor widened(Tensor t) {
        return t.dtype() == DType.F16 || t.dtype() == DType.BF16 ? t.to(DType.F32) : t;
    }

    /** A parameter that a checkpoint may lack, such as a bias; always there when initialising. */
    public Optional<Parameter> optional(String name, Init init, int... shape) {
        return source.has(join(name)) ? Optional.of(parameter(name, init, shape)) : Optional.empty();
    }

    private String join(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
