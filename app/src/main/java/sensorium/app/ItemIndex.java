package sensorium.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.io.AtomicFile;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.data.Sound;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The items of a folder by what is seen and heard of them: a unit vector for each picture and each sound, and for the captions
 * of items that have neither. An item is as near to a query as its nearest vector; search is exact.
 *
 * @param model the run folder whose space it is
 * @param entries the items
 * @param owner (N) the item of each vector
 * @param vectors (N, D)
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ItemIndex(Path model, List<Entry> entries, int[] owner, float[][] vectors) {
    private static final long LARGEST_JSON = 256L << 20;
    private static final JsonMapper JSON = JsonMapper.shared();

    /** What is shown of an item; anything it lacks is null. */
    record Entry(String text, String image, String audio, String label) {
        static Entry of(Item item) {
            return new Entry(
                    item.caption("en")
                            .or(() ->
                                    item.captions().stream().map(Caption::text).findFirst())
                            .orElse(null),
                    item.pictures().stream()
                            .map(p ->
                                    p instanceof ImageSource.InFile f ? f.file().toString() : item.id())
                            .findFirst()
                            .orElse(null),
                    item.sound(Sound.NO_LANGUAGE)
                            .or(() -> item.sounds().stream().findFirst())
                            .map(s -> s.file().toString())
                            .orElse(null),
                    item.label().orElse(null));
        }
    }

    /** An item and the cosine of its nearest vector. */
    record Hit(double score, Entry entry) {}

    /** What {@code index.json} holds. */
    private record Stored(String kind, String model, List<Entry> items) {}

    /** Embeds what the items have; what cannot be decoded is skipped and counted. */
    static ItemIndex of(Path model, Embedder embedder, List<Item> items, Skipped skipped, Material.Watcher watcher) {
        List<Picture> pictures = new ArrayList<>();
        List<Waveform> sounds = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        List<Integer> seen = new ArrayList<>();
        List<Integer> heard = new ArrayList<>();
        List<Integer> read = new ArrayList<>();
        List<float[]> vectors = new ArrayList<>();
        List<Integer> owners = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            int before = pictures.size() + sounds.size();
            for (ImageSource source : item.pictures()) {
                try {
                    pictures.add(source.decode());
                    seen.add(i);
                } catch (BadInputException e) {
                    skipped.add(item.id(), e.getMessage());
                }
            }
            for (Sound source : item.sounds()) {
                try {
                    sounds.add(AudioFile.decode(source.file()).mono());
                    heard.add(i);
                } catch (BadInputException e) {
                    skipped.add(item.id(), e.getMessage());
                }
            }
            if (pictures.size() + sounds.size() == before) {
                for (Caption caption : item.captions()) {
                    texts.add(caption.text());
                    read.add(i);
                }
            }
            if (pictures.size() + sounds.size() >= 128 || i == items.size() - 1) { // decoded sounds are large
                vectors.addAll(Arrays.asList(embedder.pictures(pictures)));
                vectors.addAll(Arrays.asList(embedder.sounds(sounds)));
                owners.addAll(seen);
                owners.addAll(heard);
                List.of(pictures, sounds, seen, heard).forEach(List::clear);
            }
            watcher.update("embed", i + 1L, items.size());
        }
        vectors.addAll(Arrays.asList(embedder.texts(texts)));
        owners.addAll(read);
        if (vectors.isEmpty()) {
            throw new BadInputException("nothing in the data can be used" + skipped.summary());
        }
        return new ItemIndex(
                model.toAbsolutePath().normalize(),
                items.stream().map(Entry::of).toList(),
                owners.stream().mapToInt(Integer::intValue).toArray(),
                vectors.toArray(float[][]::new));
    }

    /**
     * The nearest items, best first.
     *
     * @param query unit vector (D)
     */
    List<Hit> search(float[] query, int k) {
        if (query.length != vectors[0].length) {
            throw new BadInputException("the index is of another space (%d dimensions, the query has %d); index again"
                    .formatted(vectors[0].length, query.length));
        }
        float[] scores = Scope.tidy(
                () -> matrix().matmul(Tensor.of(query, query.length, 1)).toFloats()); // (N)
        var best = new double[entries.size()];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < scores.length; i++) {
            best[owner[i]] = Math.max(best[owner[i]], scores[i]);
        }
        return IntStream.range(0, best.length)
                .filter(i -> best[i] > Double.NEGATIVE_INFINITY)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -best[i]))
                .limit(k)
                .map(i -> new Hit(best[i], entries.get(i)))
                .toList();
    }

    private Tensor matrix() {
        int width = vectors[0].length;
        var flat = new float[vectors.length * width];
        for (int i = 0; i < vectors.length; i++) {
            System.arraycopy(vectors[i], 0, flat, i * width, width);
        }
        return Tensor.of(flat, vectors.length, width);
    }

    /** Puts it into a folder: {@code vectors.safetensors} and {@code index.json}. */
    void write(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new BadInputException(folder + ": cannot be made (" + e.getMessage() + ")", e);
        }
        Scope.tidyRun(() -> Safetensors.write(
                folder.resolve("vectors.safetensors"),
                Map.of(
                        "vectors",
                        matrix(),
                        "owner",
                        Tensor.of(Arrays.stream(owner).asLongStream().toArray(), owner.length)),
                Map.of("format", "sensorium")));
        byte[] json = JSON.writeValueAsBytes(new Stored("index", model.toString(), entries));
        AtomicFile.write(folder.resolve("index.json"), out -> {
            ByteBuffer left = ByteBuffer.wrap(json);
            while (left.hasRemaining()) {
                out.write(left);
            }
        });
    }

    static ItemIndex read(Path folder) {
        Path file = folder.resolve("index.json");
        if (!Files.isRegularFile(file)) {
            throw new BadInputException(
                    folder + ": no index (no index.json); make one: sensorium index MODEL --data DATA --out " + folder);
        }
        try {
            if (Files.size(file) > LARGEST_JSON) {
                throw new BadInputException(file + ": too large for an index");
            }
            Stored stored = JSON.readValue(Files.readAllBytes(file), Stored.class);
            if (stored == null || stored.model == null || stored.items == null) {
                throw new BadInputException(file + ": not an index; index again");
            }
            Vectors vectors = Scope.tidy(() -> Vectors.read(folder, stored.items.size()));
            return new ItemIndex(Path.of(stored.model), stored.items, vectors.owner, vectors.rows);
        } catch (IOException | JacksonException e) {
            throw new BadInputException(
                    file + ": cannot be read: "
                            + e.getMessage().lines().findFirst().orElse(""),
                    e);
        }
    }

    /** What {@code vectors.safetensors} holds. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Vectors(int[] owner, float[][] rows) {
        static Vectors read(Path folder, int items) {
            var tensors = Safetensors.open(folder.resolve("vectors.safetensors"));
            if (!tensors.names().equals(Set.of("vectors", "owner"))) {
                throw new BadInputException(folder + ": vectors.safetensors is not that of an index; index again");
            }
            Tensor all = tensors.tensor("vectors");
            long[] owner = tensors.tensor("owner").toLongs();
            boolean whole = all.rank() == 2
                    && all.dim(0) == owner.length
                    && owner.length > 0
                    && Arrays.stream(owner).allMatch(o -> o >= 0 && o < items);
            if (!whole) {
                throw new BadInputException(
                        folder + ": index.json and vectors.safetensors do not belong together; index again");
            }
            float[] flat = all.toFloats();
            int width = all.dim(1);
            float[][] rows = new float[owner.length][];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
            }
            return new Vectors(Arrays.stream(owner).mapToInt(o -> (int) o).toArray(), rows);
        }
    }
}
