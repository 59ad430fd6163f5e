package sensorium.multimodal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.io.Safetensors;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SharedSpaceConfig;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;
import sensorium.random.Philox;

/** An untrained space will do: what is equal lies together in it. */
class SpaceIndexTest {
    private static final int WIDTH = 32;
    private static final int SCANNED = 500;

    @TempDir
    static Path shared;

    private static SharedSpace space;
    private static List<Item> items;

    @TempDir
    Path folder;

    private ModelFolder model;
    private Embedder embedder;
    private Path index;

    @BeforeAll
    static void aSpaceAndItems() {
        space = SharedSpace.of(Weights.random(1), SharedSpaceConfig.small());
        items = new DataSets(shared, Optional.empty())
                .open("toy")
                .forEvaluation()
                .subList(0, 12);
    }

    @BeforeEach
    void aModel() {
        model = new ModelFolder(folder);
        Safetensors.write(folder.resolve("model.safetensors"), space.state(), Map.of());
        embedder = new Embedder(space);
        index = folder.resolve("index");
    }

    private Indexing.Written write(List<Item> some) {
        return Indexing.replace(index, model, embedder, data(some), some, (phase, done, total) -> {});
    }

    private static DataFolder data(List<Item> some) {
        return new DataFolder(shared, some, new Skipped());
    }

    private static Path picture(Item item) {
        return ((ImageSource.InFile) item.pictures().getFirst()).file();
    }

    private static String name(Item item) {
        return shared.resolve(item.id()).toAbsolutePath().toString();
    }

    @Test
    void anItemIsFoundByItsWordsItsPictureAndItsSound() {
        var written = write(items);
        assertThat(written.items()).isEqualTo(12);
        assertThat(written.vectors()).isEqualTo(12 * 5); // three captions, a picture, a sound
        try (var open = SpaceIndex.open(index)) {
            open.requireModel(model);
            assertThat(open.extent()).isEqualTo(new SpaceIndex.Extent(12, 60, SpaceIndex.Method.EXACT));
            assertThat(open.extent().method()).hasToString("exact scan");
            for (Item item : List.of(items.getFirst(), items.get(7))) {
                Hit known = Hit.of(name(item), item);
                for (float[] query : List.of(
                        embedder.texts(List.of(item.captions().get(1).text()))[0],
                        embedder.pictures(List.of(item.pictures().getFirst().decode()))[0],
                        embedder.sounds(List.of(
                                AudioFile.decode(item.sounds().getFirst().file())
                                        .mono()))[0])) {
                    List<Hit> hits = open.search(query, 5);
                    assertThat(hits).hasSize(5);
                    assertThat(hits.getFirst().score()).isBetween(0.9999, 1.0);
                    assertThat(hits.getFirst())
                            .isEqualTo(known.scored(hits.getFirst().score()));
                    assertThat(hits).isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
                }
                assertThat(known.image()).isEqualTo(picture(item).toAbsolutePath());
                assertThat(known.text()).isEqualTo(item.caption("en").orElseThrow());
            }
        }
    }

    @Test
    void onlyWhatTheFilterLetsThroughIsFound() {
        write(items);
        String label = items.getFirst().label().orElseThrow();
        long ofIt = items.stream()
                .filter(i -> i.label().orElseThrow().equals(label))
                .count();
        float[] query = embedder.texts(List.of("anything"))[0];
        try (var open = SpaceIndex.open(index)) {
            assertThat(open.search(query, 12, new Filter(label, null)))
                    .hasSize((int) ofIt)
                    .allSatisfy(hit -> assertThat(hit.label()).isEqualTo(label));
            assertThat(open.search(query, 12, new Filter(null, "RED large")))
                    .isNotEmpty()
                    .allSatisfy(hit -> assertThat(hit.text()).contains("large red"));
            assertThat(open.search(query, 12, new Filter("no such", null))).isEmpty();
            assertThatThrownBy(() -> open.search(query, 12, new Filter(null, "?!")))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("no word");
        }
    }

    @Test
    void anIndexIsReplacedWholeAndNothingElseIs() throws Exception {
        write(items);
        try (var before = SpaceIndex.open(index)) {
            write(items.subList(0, 3));
            assertThat(before.extent().items()).isEqualTo(3); // whoever has it open sees what is there now
        }
        index = shared;
        assertThatThrownBy(() -> write(items))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("is not an index");
        index = folder.resolve("free");
        assertThatThrownBy(() -> SpaceIndex.open(index)).hasMessageContaining("no such folder");
        assertThat(index).doesNotExist();
        Files.createDirectory(index);
        assertThatThrownBy(() -> SpaceIndex.open(index)).hasMessageContaining("there is no index");
    }

    @Test
    void itemsAreAddedReplacedAndTakenOutOneByOne() {
        write(items.subList(0, 6));
        var added = Indexing.add(index, model, embedder, data(items), items.subList(4, 10), (phase, done, total) -> {});
        assertThat(added.items()).isEqualTo(6);
        try (var open = SpaceIndex.open(index)) {
            assertThat(open.extent()).isEqualTo(new SpaceIndex.Extent(10, 50, SpaceIndex.Method.EXACT));
            String last = name(items.get(9));
            assertThat(open.contains(last)).isTrue();
            try (var writer = SpaceIndexWriter.extend(index, model)) {
                writer.remove(List.of(last, "not there"));
                writer.commit();
                assertThatThrownBy(() -> SpaceIndexWriter.extend(index, model))
                        .isInstanceOf(BadInputException.class)
                        .hasMessageContaining("another process is writing");
            }
            assertThat(open.contains(last)).isFalse();
            assertThat(open.extent()).isEqualTo(new SpaceIndex.Extent(9, 45, SpaceIndex.Method.EXACT));
        }
    }

    @Test
    void whatCannotBeDecodedIsSkippedAndCounted() throws Exception {
        Path broken = Files.write(folder.resolve("broken.png"), new byte[3]);
        Item first = items.getFirst();
        Item item = new Item(
                first.id(),
                first.captions(),
                List.of(new ImageSource.InFile(broken)),
                first.sounds(),
                first.label(),
                first.split());
        var written = write(List.of(item, items.get(1)));
        assertThat(written.vectors()).isEqualTo(9);
        assertThat(written.skipped().count()).isEqualTo(1);
    }

    @Test
    void anotherModelIsRefused() throws Exception {
        write(items.subList(0, 2));
        var other = new ModelFolder(Files.createDirectory(folder.resolve("other")));
        Safetensors.write(
                other.path().resolve("model.safetensors"),
                SharedSpace.of(Weights.random(2), SharedSpaceConfig.small()).state(),
                Map.of());
        try (var open = SpaceIndex.open(index)) {
            assertThatThrownBy(() -> open.requireModel(other))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("made by another model");
            assertThatThrownBy(() -> SpaceIndexWriter.extend(index, other))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("made by another model");
            Indexing.replace(index, other, embedder, data(items), items, (phase, done, total) -> {});
            assertThatThrownBy(() -> open.search(new float[embedder.width()], 1))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("open it again");
        }
    }

    private static About small() {
        return new About(Path.of("model"), "fingerprint", WIDTH, SCANNED);
    }

    /** A unit vector of its own for every key. */
    private static float[] vector(long... key) {
        Philox random = Philox.keyed(7, key);
        float[] v = new float[WIDTH];
        double squares = 0;
        for (int d = 0; d < WIDTH; d++) {
            v[d] = (float) random.normal(d);
            squares += v[d] * v[d];
        }
        for (int d = 0; d < WIDTH; d++) {
            v[d] /= (float) Math.sqrt(squares);
        }
        return v;
    }

    private static Entry entry(String name, List<float[]> vectors) {
        return new Entry(name, new Hit(0, name, name, null, null, "label"), List.of(name), vectors);
    }

    /** One thread searches as long as another writes: every answer is that of some commit. */
    @Test
    void anIndexIsSearchedWhileItIsWrittenTo() {
        try (var writer = SpaceIndexWriter.replace(index, small())) {
            writer.put(List.of(entry("always", List.of(vector(0)))));
            writer.commit();
            try (var open = SpaceIndex.open(index)) {
                var writing = CompletableFuture.runAsync(() -> {
                    for (int i = 1; i <= 15; i++) {
                        writer.put(List.of(
                                entry("a" + i, List.of(vector(i, 1), vector(i, 2))),
                                entry("b" + i, List.of(vector(i, 3)))));
                        writer.remove(List.of("b" + (i - 1)));
                        writer.commit();
                    }
                });
                int before = 0;
                while (!writing.isDone()) {
                    List<Hit> hits = open.search(vector(0), 100);
                    assertThat(hits.getFirst().item()).isEqualTo("always");
                    var names = new TreeSet<>(hits.stream().map(Hit::item).toList());
                    int commits =
                            (int) names.stream().filter(n -> n.matches("a\\d+")).count();
                    assertThat(commits).isGreaterThanOrEqualTo(before);
                    Set<String> expected = new TreeSet<>(Set.of("always"));
                    IntStream.rangeClosed(1, commits).forEach(i -> expected.add("a" + i));
                    if (commits > 0) {
                        expected.add("b" + commits);
                    }
                    assertThat(names).isEqualTo(expected);
                    before = commits;
                }
                writing.join();
                assertThat(open.extent()).isEqualTo(new SpaceIndex.Extent(17, 32, SpaceIndex.Method.EXACT));
            }
        }
    }

    /** Beyond what is scanned a graph is walked, and it leads to the same. */
    @Test
    void aLargeIndexIsSearchedByItsGraph() {
        int n = 2 * SCANNED;
        try (var writer = SpaceIndexWriter.replace(index, small())) {
            for (int i = 0; i < n; i++) {
                // Two vectors for each, around one of a hundred middles.
                writer.put(List.of(new Entry(
                        "i" + i,
                        new Hit(0, "i" + i, "words", null, null, "l" + i % 10),
                        List.of(i % 50 == 0 ? "rare words" : "words"),
                        List.of(near(i % 100, i, 1), near(i % 100, i, 2)))));
            }
            writer.commitAsOne();
        }
        try (var open = SpaceIndex.open(index)) {
            assertThat(open.extent()).isEqualTo(new SpaceIndex.Extent(n, 2 * n, SpaceIndex.Method.GRAPH));
            assertThat(open.extent().method()).hasToString("HNSW graph");
            int found = 0;
            for (int q = 0; q < 20; q++) {
                float[] query = near(q, q, 3);
                List<String> best = nearest(query, n);
                List<Hit> hits = open.search(query, 10);
                assertThat(hits).hasSize(10);
                assertThat(hits).isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
                found +=
                        (int) hits.stream().filter(h -> best.contains(h.item())).count();
            }
            assertThat(found).isGreaterThanOrEqualTo(190); // of 200
            assertThat(open.search(near(0, 0, 3), 5, new Filter("l3", "rare"))).isEmpty(); // those are of l0 all
            assertThat(open.search(near(0, 0, 3), 5, new Filter("l0", "rare")))
                    .hasSize(5)
                    .allSatisfy(hit -> assertThat(Integer.parseInt(hit.item().substring(1)) % 50)
                            .isZero());
        }
    }

    private static float[] near(int middle, int i, int which) {
        float[] a = vector(middle);
        float[] b = vector(i, which, 99);
        double squares = 0;
        for (int d = 0; d < WIDTH; d++) {
            a[d] += 0.5f * b[d];
            squares += a[d] * a[d];
        }
        for (int d = 0; d < WIDTH; d++) {
            a[d] /= (float) Math.sqrt(squares);
        }
        return a;
    }

    /** By looking at every one. */
    private static List<String> nearest(float[] query, int n) {
        double[] best = new double[n];
        for (int i = 0; i < n; i++) {
            best[i] = Math.max(cosine(query, near(i % 100, i, 1)), cosine(query, near(i % 100, i, 2)));
        }
        return IntStream.range(0, n)
                .boxed()
                .sorted((a, b) -> Double.compare(best[b], best[a]))
                .limit(10)
                .map(i -> "i" + i)
                .toList();
    }

    private static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int d = 0; d < WIDTH; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }

    /** Whatever is cut off, changed or missing: one line, or what was acknowledged. */
    @Test
    void damageIsNamed() throws Exception {
        try (var writer = SpaceIndexWriter.replace(index, small())) {
            for (int commit = 0; commit < 3; commit++) {
                writer.put(List.of(entry("item" + commit, List.of(vector(commit)))));
                writer.commit();
            }
        }
        List<Path> files = new ArrayList<>();
        try (var list = Files.list(index)) {
            list.filter(f -> !f.endsWith("write.lock")).sorted().forEach(files::add);
        }
        assertThat(files).hasSizeGreaterThan(3);
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(whole, whole.length / 2));
            rejected(file);
            Files.write(file, new byte[0]);
            rejected(file);
            for (int at = 0; at < whole.length; at += Math.max(1, whole.length / 23)) {
                byte[] changed = whole.clone();
                changed[at] ^= 0x55;
                Files.write(file, changed);
                rejected(file);
            }
            Files.delete(file);
            rejected(file);
            Files.write(file, whole);
        }
        Files.write(index.resolve("_7.cfs"), new byte[100]); // of a commit that never came
        Files.write(index.resolve("pending_segments_9"), new byte[10]);
        try (var open = SpaceIndex.open(index)) {
            assertThat(open.extent().items()).isEqualTo(3);
        }
    }

    private void rejected(Path file) {
        assertThatThrownBy(() -> SpaceIndex.open(index).close())
                .as(file.toString())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("index")
                .message()
                .doesNotContain("\n");
    }
}
