package sensorium.nn;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.tensor.Tensor;

/**
 * The tensors of a checkpoint by name, each made when it is asked for. What a checkpoint keeps in another way than our modules do is
 * said here: projections stored as one matrix, tables that are computed.
 */
public final class StoredTensors {
    private final Map<String, Supplier<Tensor>> tensors;
    private final String where;

    private StoredTensors(Map<String, Supplier<Tensor>> tensors, String where) {
        this.tensors = tensors;
        this.where = where;
    }

    /**
     * Those of a folder in the layout of Hugging Face transformers.
     *
     * @throws BadInputException if they are not there, or malformed
     */
    public static StoredTensors of(Path folder) {
        Path file = folder.resolve(HuggingFaceFolder.WEIGHTS);
        Safetensors stored = Safetensors.open(file);
        Map<String, Supplier<Tensor>> tensors = new TreeMap<>();
        stored.names().forEach(name -> tensors.put(name, () -> stored.tensor(name)));
        return new StoredTensors(tensors, file.toString());
    }

    public Set<String> names() {
        return tensors.keySet();
    }

    /** All but those whose names are chosen: tables that are computed here, counters of training. */
    public StoredTensors without(Predicate<String> chosen) {
        Map<String, Supplier<Tensor>> rest = new TreeMap<>(tensors);
        rest.keySet().removeIf(chosen);
        return new StoredTensors(rest, where);
    }

    /** The same under other names. */
    public StoredTensors renamed(UnaryOperator<String> name) {
        Map<String, Supplier<Tensor>> all = new TreeMap<>();
        tensors.forEach((old, tensor) -> all.put(name.apply(old), tensor));
        return new StoredTensors(all, where);
    }

    /**
     * Each tensor whose name holds {@code fused} as equal parts of its rows.
     *
     * @param parts what stands in its place in the names of the parts
     */
    public StoredTensors split(String fused, String... parts) {
        Map<String, Supplier<Tensor>> all = new TreeMap<>();
        tensors.forEach((name, tensor) -> {
            if (!name.contains(fused)) {
                all.put(name, tensor);
                return;
            }
            for (int i = 0; i < parts.length; i++) {
                int part = i;
                all.put(name.replace(fused, parts[i]), () -> part(name, tensor.get(), part, parts.length));
            }
        });
        return new StoredTensors(all, where);
    }

    private Tensor part(String name, Tensor whole, int part, int parts) {
        if (whole.rank() == 0 || whole.dim(0) % parts != 0) {
            throw new BadInputException(where + ": tensor " + name + " is " + whole.shape() + ", whose rows are not "
                    + parts + " equal parts");
        }
        int rows = whole.dim(0) / parts;
        return whole.slice(0, part * rows, (part + 1) * rows).contiguous();
    }

    /** @throws BadInputException naming a tensor that is missing, misshapen or left over */
    public <M> M load(WeightNames names, Function<Weights, M> factory) {
        return Weights.load(tensors, where, names, factory);
    }
}
