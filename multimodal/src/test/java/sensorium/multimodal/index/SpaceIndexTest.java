package sensorium.multimodal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Weights;

/** An untrained space will do: what is equal lies together in it. */
class SpaceIndexTest {
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

    private IndexWriter.Written write(List<Item> some) {
        return IndexWriter.write(index, model, embedder, some, (phase, done, total) -> {});
    }

    private static Path picture(Item item) {
        return ((ImageSource.InFile) item.pictures().getFirst()).file();
    }

    @Test
    void anItemIsFoundByItsWordsItsPictureAndItsSound() {
        var written = write(items);
        assertThat(written.items()).isEqualTo(12);
        assertThat(written.vectors()).isEqualTo(12 * 5); // three captions, a picture, a sound
        var open = SpaceIndex.open(index);
        open.requireModel(model);
        assertThat(open.size()).isEqualTo(12);
        for (Item item : List.of(items.getFirst(), items.get(7))) {
            Hit known = Hit.of(item);
            for (float[] query : List.of(
                    embedder.texts(List.of(item.captions().get(1).text()))[0],
                    embedder.pictures(List.of(item.pictures().getFirst().decode()))[0],
                    embedder.sounds(List.of(
                            AudioFile.decode(item.sounds().getFirst().file()).mono()))[0])) {
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

    @Test
    void anIndexIsReplacedWholeAndNothingElseIs() throws Exception {
        write(items);
        write(items.subList(0, 3));
        assertThat(SpaceIndex.open(index).size()).isEqualTo(3);
        try (var beside = Files.list(folder)) {
            assertThat(beside.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("index", "model.safetensors");
        }
        index = shared;
        assertThatThrownBy(() -> write(items))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("is not an index");
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
        assertThatThrownBy(() -> SpaceIndex.open(index).requireModel(other))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("made by another model");
    }

    private void rejects(String file, String content, String what) throws Exception {
        Path path = index.resolve(file);
        byte[] whole = Files.readAllBytes(path);
        if (content == null) {
            Files.delete(path);
        } else {
            Files.writeString(path, content);
        }
        assertThatThrownBy(() -> SpaceIndex.open(index))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(file)
                .hasMessageContaining(what)
                .message()
                .doesNotContain("\n");
        Files.write(path, whole);
    }

    @Test
    void damagedFilesAreNamed() throws Exception {
        write(items.subList(0, 2));
        String lines = Files.readString(index.resolve("items.jsonl"));
        String first = lines.lines().findFirst().orElseThrow();
        rejects("index.json", null, "no such file");
        rejects("index.json", "{", "not JSON");
        rejects("index.json", "7", "not a JSON object");
        rejects("vectors.safetensors", "12345678", "claims a header");
        rejects("vectors.safetensors", null, "no such file");
        rejects("items.jsonl", null, "no such file");
        rejects("items.jsonl", first + "\n", "items for 5 of 10 vectors");
        rejects("items.jsonl", lines + first + "\n", "line 3 is not an item");
        rejects("items.jsonl", "{\"vectors\":-1}\n", "line 1 is not an item");
        rejects("items.jsonl", first + "\n\u0000{", "line 2 is not");
        rejects("items.jsonl", first.replaceFirst("\"image\":\"", "\"image\":\"\\\\u0000"), "a path that cannot be");
        String about = Files.readString(index.resolve("index.json"));
        Files.writeString(index.resolve("index.json"), about.replace("\"width\":256", "\"width\":255"));
        assertThatThrownBy(() -> SpaceIndex.open(index)).hasMessageContaining("which is not what index.json says");
    }
}
