package sensorium.nn;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/**
 * The tensors of a published checkpoint: those of {@code NAME.safetensors}, or of several files that {@code NAME.safetensors.index.json}
 * tells apart. Opening reads headers only. Only this format is read: others can run code.
 */
public final class StoredWeights {
    private static final String ENDING = ".safetensors";
    private static final String INDEX = ENDING + ".index.json";
    private static final int MOST_FILES = 4096;
    private static final int MOST_NAMED = 5;
    /** A plain name: it cannot lead out of the folder. */
    private static final String SHARD = "[A-Za-z0-9][A-Za-z0-9._-]{0,200}\\.safetensors";

    private final Map<String, Safetensors> holders; // by name of a tensor
    private final String where;

    private StoredWeights(Map<String, Safetensors> holders, String where) {
        this.holders = Collections.unmodifiableMap(holders);
        this.where = where;
    }

    /**
     * @param name of the files, without what they end in
     * @throws BadInputException if there are none, one is damaged, or the index does not fit them
     */
    public static StoredWeights open(Path folder, String name) {
        Path whole = folder.resolve(name + ENDING);
        Path index = folder.resolve(name + INDEX);
        boolean one = Files.exists(whole);
        if (one && Files.exists(index)) {
            throw new BadInputException(whole + ": lies beside " + index.getFileName()
                    + ", which says that the weights are in several files; remove the one that is not meant");
        }
        if (!one && !Files.exists(index)) {
            throw new BadInputException(whole + ": no such file" + pickled(folder));
        }
        return one ? of(whole) : ofIndex(folder, index);
    }

    private static String pickled(Path folder) {
        for (String old : List.of("pytorch_model.bin", "diffusion_pytorch_model.bin", "model.ckpt")) {
            if (Files.exists(folder.resolve(old))) {
                return "; " + old + " can run code and is never read: have its owner save it as safetensors";
            }
        }
        return "; is this the folder of a model?";
    }

    private static StoredWeights of(Path file) {
        Safetensors stored = Safetensors.open(file);
        Map<String, Safetensors> holders = new LinkedHashMap<>();
        stored.names().forEach(tensor -> holders.put(tensor, stored));
        return new StoredWeights(holders, file.toString());
    }

    private static StoredWeights ofIndex(Path folder, Path index) {
        Map<String, String> places = ModelConfigFile.read(index).textsByName("weight_map");
        Map<String, Safetensors> files = new HashMap<>();
        Map<String, Safetensors> holders = new LinkedHashMap<>();
        for (var place : places.entrySet()) {
            String file = place.getValue();
            if (!file.matches(SHARD)) {
                throw new BadInputException(index + ": names \"" + ModelConfigFile.brief(file)
                        + "\", which is no safetensors file of this folder; fetch the model again");
            }
            Safetensors shard = files.computeIfAbsent(file, f -> Safetensors.open(inside(folder, f)));
            if (files.size() > MOST_FILES) {
                throw new BadInputException(index + ": names more than " + MOST_FILES + " files");
            }
            if (!shard.names().contains(place.getKey())) {
                throw new BadInputException(index + ": tensor " + ModelConfigFile.brief(place.getKey()) + " is not in "
                        + file + ", as it says; fetch the model again");
            }
            holders.put(place.getKey(), shard);
        }
        files.forEach((file, shard) -> {
            for (String tensor : shard.names()) {
                if (holders.get(tensor) != shard) {
                    throw new BadInputException(index + ": does not say that " + file + " holds tensor "
                            + ModelConfigFile.brief(tensor) + "; fetch the model again");
                }
            }
        });
        return new StoredWeights(holders, index.toString());
    }

    /** A link may lead out of the folder, as caches of models have them; a folder is no file. */
    private static Path inside(Path folder, String file) {
        Path path = folder.resolve(file);
        if (!Files.isRegularFile(path)) {
            throw new BadInputException(path + ": no such file, though the index names it; fetch the model again");
        }
        return path;
    }

    /** The file, or that which tells them apart, for messages. */
    public String where() {
        return where;
    }

    public Set<String> names() {
        return holders.keySet();
    }

    /** @throws BadInputException if there is no such tensor */
    public Spec spec(String name) {
        return holder(name).spec(name);
    }

    /** @throws BadInputException if there is no such tensor */
    public Tensor tensor(String name) {
        return holder(name).tensor(name);
    }

    /**
     * Each made when it is asked for.
     *
     * @param asked hears the name then
     */
    Map<String, Supplier<Tensor>> tensors(Consumer<String> asked) {
        Map<String, Supplier<Tensor>> all = new LinkedHashMap<>();
        holders.forEach((name, file) -> all.put(name, () -> {
            asked.accept(name);
            return file.tensor(name);
        }));
        return all;
    }

    /** Whether a tensor lies in a file that is not in memory. */
    boolean isMapped(String name) {
        return holder(name).isMapped();
    }

    /**
     * Looks at every number of those that are in memory.
     *
     * @throws BadInputException naming the tensors with elements that are not numbers
     */
    void requireNumbersInMemory() {
        requireNumbers(holders.keySet().stream().filter(name -> !isMapped(name)).toList());
    }

    /**
     * Looks at every number of some tensors.
     *
     * @throws BadInputException naming those with elements that are not numbers
     */
    void requireNumbers(Collection<String> looked) {
        Set<String> bad = new TreeSet<>();
        looked.forEach(name -> {
            if (holder(name).hasNaN(name)) {
                bad.add(name);
            }
        });
        if (!bad.isEmpty()) {
            List<String> named = new ArrayList<>(bad).subList(0, Math.min(MOST_NAMED, bad.size()));
            throw new BadInputException(where + ": not a number (NaN) in " + bad.size() + " of " + looked.size()
                    + (looked.size() == 1 ? " tensor: " : " tensors: ") + String.join(", ", named)
                    + (bad.size() > MOST_NAMED ? ", …" : "")
                    + "; fetch the model again, or allow them with --allow-nan");
        }
    }

    private Safetensors holder(String name) {
        Safetensors file = holders.get(name);
        if (file == null) {
            throw new BadInputException(
                    where + ": tensor " + ModelConfigFile.brief(name) + " is missing; is this the right model?");
        }
        return file;
    }
}
