package sensorium.multimodal.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import tools.jackson.databind.json.JsonMapper;

/** Embeds the items of a data folder and writes them as an index, whole or not at all. */
public final class IndexWriter {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int CHUNK = 128; // items decoded at a time

    private final Embedder embedder;
    private final List<float[]> vectors = new ArrayList<>();
    private final List<Hit> items = new ArrayList<>();
    private final List<Integer> counts = new ArrayList<>();
    private final Skipped skipped = new Skipped();

    private IndexWriter(Embedder embedder) {
        this.embedder = embedder;
    }

    /**
     * What came out.
     *
     * @param items in the index
     * @param vectors of them
     * @param skipped files that could not be decoded
     */
    public record Written(int items, int vectors, Skipped skipped) {}

    /**
     * Makes an index, in place of one that may be there.
     *
     * @param out the index's folder
     * @param model the folder of the model that {@code embedder} is of
     * @throws BadInputException if nothing can be embedded, or {@code out} is a folder of something else
     */
    public static Written write(
            Path out, ModelFolder model, Embedder embedder, List<Item> items, Material.Watcher watcher) {
        requireReplaceable(out);
        String fingerprint = model.fingerprint();
        var writer = new IndexWriter(embedder);
        for (int from = 0; from < items.size(); from += CHUNK) {
            watcher.update("embed", from, items.size());
            writer.add(items.subList(from, Math.min(items.size(), from + CHUNK)));
        }
        watcher.update("embed", items.size(), items.size());
        if (writer.items.isEmpty()) {
            throw new BadInputException("nothing in the data can be embedded" + writer.skipped.summary());
        }
        writer.save(out, model, fingerprint);
        return new Written(writer.items.size(), writer.vectors.size(), writer.skipped);
    }

    /** The vectors of an item one after the other: its texts, its pictures, its sounds. */
    private void add(List<Item> some) {
        List<List<String>> texts = some.stream()
                .map(i -> i.captions().stream().map(Caption::text).toList())
                .toList();
        List<List<Picture>> pictures = some.parallelStream().map(this::pictures).toList();
        List<List<Waveform>> sounds = some.parallelStream().map(this::sounds).toList();
        float[][] read = embedder.texts(flat(texts));
        float[][] seen = embedder.pictures(flat(pictures));
        float[][] heard = embedder.sounds(flat(sounds));
        int t = 0;
        int p = 0;
        int s = 0;
        for (int i = 0; i < some.size(); i++) {
            int before = vectors.size();
            for (int n = texts.get(i).size(); n > 0; n--) {
                vectors.add(read[t++]);
            }
            for (int n = pictures.get(i).size(); n > 0; n--) {
                vectors.add(seen[p++]);
            }
            for (int n = sounds.get(i).size(); n > 0; n--) {
                vectors.add(heard[s++]);
            }
            if (vectors.size() > before) {
                items.add(Hit.of(some.get(i)));
                counts.add(vectors.size() - before);
            }
        }
    }

    private static <T> List<T> flat(List<List<T>> lists) {
        return lists.stream().flatMap(List::stream).toList();
    }

    private List<Picture> pictures(Item item) {
        List<Picture> decoded = new ArrayList<>();
        for (ImageSource source : item.pictures()) {
            try {
                decoded.add(source.decode());
            } catch (BadInputException e) {
                skipped.add(item.id(), e.getMessage());
            }
        }
        return decoded;
    }

    private List<Waveform> sounds(Item item) {
        List<Waveform> decoded = new ArrayList<>();
        for (var sound : item.sounds()) {
            try {
                decoded.add(AudioFile.decode(sound.file()).mono());
            } catch (BadInputException e) {
                skipped.add(item.id(), e.getMessage());
            }
        }
        return decoded;
    }

    private static void requireReplaceable(Path out) {
        boolean free = !Files.exists(out) || Files.isRegularFile(out.resolve(SpaceIndex.ABOUT)) || isEmptyFolder(out);
        if (!free) {
            throw new BadInputException(out + ": exists and is not an index; name a new folder");
        }
    }

    private static boolean isEmptyFolder(Path out) {
        if (!Files.isDirectory(out)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(out)) {
            return entries.findAny().isEmpty();
        } catch (IOException e) {
            throw new BadInputException(out + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private void save(Path out, ModelFolder model, String fingerprint) {
        Path target = out.toAbsolutePath().normalize();
        String name = "." + target.getFileName() + "-" + ProcessHandle.current().pid();
        Path staging = target.resolveSibling(name + "-new");
        Path old = target.resolveSibling(name + "-old");
        try {
            try {
                Files.createDirectories(staging);
                fill(staging, model, fingerprint);
                if (Files.exists(target)) {
                    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
                }
                Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(staging);
                if (Files.exists(target)) {
                    delete(old);
                }
            }
        } catch (IOException e) {
            throw new BadInputException(out + ": the index cannot be written (" + e + ")", e);
        }
    }

    private void fill(Path folder, ModelFolder model, String fingerprint) throws IOException {
        int width = embedder.width();
        float[] flat = new float[Math.multiplyExact(vectors.size(), width)];
        for (int i = 0; i < vectors.size(); i++) {
            System.arraycopy(vectors.get(i), 0, flat, i * width, width);
        }
        Scope.tidyRun(() -> Safetensors.write(
                folder.resolve(SpaceIndex.VECTORS),
                Map.of(SpaceIndex.TENSOR, Tensor.of(flat, vectors.size(), width)),
                Map.of()));
        try (var lines = Files.newBufferedWriter(folder.resolve(SpaceIndex.ITEMS))) {
            for (int i = 0; i < items.size(); i++) {
                Hit item = items.get(i);
                var line = JSON.createObjectNode();
                line.put("vectors", counts.get(i));
                line.put("text", item.text());
                line.put("image", item.image() == null ? null : item.image().toString());
                line.put("audio", item.audio() == null ? null : item.audio().toString());
                line.put("label", item.label());
                lines.write(JSON.writeValueAsString(line));
                lines.write('\n');
            }
        }
        var about = JSON.createObjectNode();
        about.put("model", model.path().toAbsolutePath().normalize().toString());
        about.put("fingerprint", fingerprint);
        about.put("items", items.size());
        about.put("vectors", vectors.size());
        about.put("width", width);
        Files.writeString(folder.resolve(SpaceIndex.ABOUT), JSON.writeValueAsString(about) + "\n");
    }

    /** A folder of plain files, if it is there. */
    private static void delete(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }
}
