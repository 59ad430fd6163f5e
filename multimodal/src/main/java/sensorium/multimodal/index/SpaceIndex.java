package sensorium.multimodal.index;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.multimodal.model.ModelFolder;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Items of a data folder, by their unit vectors in a shared space: searched exactly, in one pass over all of them.
 *
 * <p>A folder of {@code vectors.safetensors} (N, D), {@code items.jsonl} with the number of vectors and what there is to show
 * of each item, in the order of their vectors, and {@code index.json}, which names the model.
 */
public final class SpaceIndex {
    static final String VECTORS = "vectors.safetensors";
    static final String ITEMS = "items.jsonl";
    static final String ABOUT = "index.json";
    static final String TENSOR = "vectors";

    private static final String AGAIN = "make the index again with: sensorium index";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final long ABOUT_LIMIT = 1 << 20;
    private static final int LINE_LIMIT = 1 << 20;

    private final Path folder;
    private final Path model;
    private final String fingerprint;
    private final Tensor vectors; // (N, D)
    private final List<Hit> items;
    private final int[] ends; // of each item's vectors
    private final int mostVectors; // of an item

    private SpaceIndex(Path folder, JsonNode about, Tensor vectors, List<Hit> items, int[] ends) {
        this.folder = folder;
        this.model = path(folder.resolve(ABOUT), about.path("model").asString(""));
        this.fingerprint = about.path("fingerprint").asString("");
        this.vectors = vectors;
        this.items = items;
        this.ends = ends;
        this.mostVectors = IntStream.range(0, ends.length)
                .map(i -> ends[i] - (i == 0 ? 0 : ends[i - 1]))
                .max()
                .orElse(0);
    }

    /**
     * Opens an index.
     *
     * @throws BadInputException if there is none, or one of its files is damaged
     */
    public static SpaceIndex open(Path folder) {
        JsonNode about = about(folder.resolve(ABOUT));
        Tensor vectors = vectors(folder.resolve(VECTORS), about);
        try {
            List<Hit> items = new ArrayList<>();
            List<Integer> ends = new ArrayList<>();
            readItems(folder.resolve(ITEMS), vectors.dim(0), items, ends);
            return new SpaceIndex(
                    folder,
                    about,
                    vectors,
                    List.copyOf(items),
                    ends.stream().mapToInt(Integer::intValue).toArray());
        } catch (BadInputException e) {
            vectors.release();
            throw e;
        }
    }

    /** The folder of the model that made it, where it was then. */
    public Path model() {
        return model;
    }

    /** Number of items. */
    public int size() {
        return items.size();
    }

    /** D, of the vectors. */
    public int width() {
        return vectors.dim(1);
    }

    /**
     * Makes sure that queries embedded by a model may be compared with this index.
     *
     * @throws BadInputException if another model made it
     */
    public void requireModel(ModelFolder other) {
        if (!other.fingerprint().equals(fingerprint)) {
            throw new BadInputException(folder + ": made by another model than " + other.path()
                    + " is now; make it again with: sensorium index");
        }
    }

    /**
     * The nearest items, the nearest first.
     *
     * @param query unit vector of width D
     * @param k how many at most
     */
    public List<Hit> search(float[] query, int k) {
        if (query.length != width()) {
            throw new IllegalArgumentException("[search] a query of width " + query.length + ", not " + width());
        }
        // So many vectors belong to k items at least.
        int enough = (int) Math.min(vectors.dim(0), (long) k * mostVectors);
        List<Hit> hits = new ArrayList<>();
        Scope.tidyRun(() -> {
            List<Tensor> nearest =
                    Dispatch.run(new Fused.Nearest(enough), List.of(vectors, Tensor.of(query, 1, query.length)));
            double[] cosines = nearest.get(0).toDoubles();
            long[] rows = nearest.get(1).toLongs();
            Set<Integer> seen = new HashSet<>();
            for (int i = 0; i < enough && hits.size() < k; i++) {
                int found = Arrays.binarySearch(ends, (int) rows[i] + 1);
                int item = found < 0 ? -found - 1 : found;
                if (seen.add(item)) {
                    hits.add(items.get(item).scored(Math.min(1, cosines[i]))); // rounding may put a cosine above
                }
            }
        });
        return hits;
    }

    private static JsonNode about(Path file) {
        try {
            if (Files.size(file) > ABOUT_LIMIT) {
                throw new BadInputException(file + ": larger than 1 MiB; " + AGAIN);
            }
            JsonNode about = JSON.readTree(Files.readAllBytes(file));
            if (about == null || !about.isObject()) {
                throw new BadInputException(file + ": not a JSON object; " + AGAIN);
            }
            return about;
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file; make an index with: sensorium index", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        } catch (JacksonException e) {
            throw new BadInputException(file + ": not JSON; " + AGAIN, e);
        }
    }

    private static Tensor vectors(Path file, JsonNode about) {
        Safetensors stored = Safetensors.open(file);
        var spec = stored.spec(TENSOR);
        boolean fits = spec.dtype() == DType.F32
                && spec.shape().rank() == 2
                && spec.shape().dim(0) == about.path("vectors").asInt(-1)
                && spec.shape().dim(1) == about.path("width").asInt(-1);
        if (!fits) {
            throw new BadInputException(file + ": holds " + spec + ", which is not what " + ABOUT + " says; " + AGAIN);
        }
        Tensor all = Scope.tidy(() -> stored.tensor(TENSOR).keep());
        for (float x : all.toFloats()) {
            if (!Float.isFinite(x)) {
                all.release();
                throw new BadInputException(file + ": holds numbers that are not finite; " + AGAIN);
            }
        }
        return all;
    }

    private static void readItems(Path file, int vectors, List<Hit> items, List<Integer> ends) {
        int end = 0;
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String where = file + ": line " + (items.size() + 1);
                JsonNode json = line.length() > LINE_LIMIT ? null : JSON.readTree(line);
                int count = json == null ? 0 : json.path("vectors").asInt(0);
                if (json == null || !json.isObject() || count < 1 || count > vectors - end) {
                    throw new BadInputException(where + " is not an item of this index; " + AGAIN);
                }
                end += count;
                ends.add(end);
                items.add(new Hit(
                        0,
                        text(json, "text"),
                        path(file, text(json, "image")),
                        path(file, text(json, "audio")),
                        text(json, "label")));
            }
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file; " + AGAIN, e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e.getMessage() + "); " + AGAIN, e);
        } catch (JacksonException e) {
            throw new BadInputException(file + ": line " + (items.size() + 1) + " is not JSON; " + AGAIN, e);
        }
        if (end != vectors) {
            throw new BadInputException(file + ": has items for " + end + " of " + vectors + " vectors; " + AGAIN);
        }
    }

    private static String text(JsonNode json, String key) {
        JsonNode node = json.path(key);
        return node.isString() ? node.asString() : null;
    }

    private static Path path(Path file, String text) {
        try {
            return text == null ? null : Path.of(text);
        } catch (InvalidPathException e) {
            throw new BadInputException(file + ": names a path that cannot be; " + AGAIN, e);
        }
    }
}
