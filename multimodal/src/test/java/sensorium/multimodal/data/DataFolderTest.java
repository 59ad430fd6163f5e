package sensorium.multimodal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;

class DataFolderTest {
    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(temporary.resolve("data"));
    }

    private void file(String name) throws IOException {
        var path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "x");
    }

    private DataFolder metadata(String... lines) throws IOException {
        Files.writeString(folder.resolve("metadata.jsonl"), String.join("\n", lines));
        return DataFolder.read(folder);
    }

    @Test
    void readsEveryKeyInEveryForm() throws IOException {
        file("a.png");
        file("b.png");
        file("sound/a.ogg");
        file("sound/fr.ogg");
        var data = metadata(
                "{\"image_file_name\":\"a.png\",\"audio_file_name\":{\"zxx\":\"sound/a.ogg\",\"fr\":[\"sound/fr.ogg\"]},"
                        + "\"text\":{\"en\":\"a dog\",\"fr\":[\"un chien\",\"le chien\"]},\"label\":\"dog\",\"split\":\"val\"}",
                "",
                "{\"image_file_name\":[\"a.png\",\"b.png\"],\"text\":[\"one\",\"two\"],\"label\":7}",
                "{\"file_name\":\"sound/a.ogg\"}",
                "{\"text\":\"only words\",\"image_file_name\":null}\r");

        assertThat(data.skipped().count()).isZero();
        assertThat(data.items()).hasSize(4);
        var dog = data.items().get(0);
        assertThat(dog.captions())
                .containsExactly(
                        new Caption("en", "a dog"), new Caption("fr", "un chien"), new Caption("fr", "le chien"));
        assertThat(dog.sound("zxx"))
                .contains(new Sound("zxx", folder.resolve("sound").resolve("a.ogg")));
        assertThat(dog.sound("fr"))
                .contains(new Sound("fr", folder.resolve("sound").resolve("fr.ogg")));
        assertThat(dog.caption("fr")).contains("un chien");
        assertThat(dog.label()).contains("dog");
        assertThat(dog.split()).contains("validation");
        assertThat(dog.id()).isEqualTo("a.png");
        var second = data.items().get(1);
        assertThat(second.pictures())
                .containsExactly(
                        new ImageSource.InFile(folder.resolve("a.png")),
                        new ImageSource.InFile(folder.resolve("b.png")));
        assertThat(second.captions()).containsExactly(new Caption("", "one"), new Caption("", "two"));
        assertThat(second.label()).contains("7");
        assertThat(data.items().get(2).sounds()).hasSize(1);
        assertThat(data.items().get(3).captions()).containsExactly(new Caption("", "only words"));
        assertThat(data.items().get(3).id()).isEqualTo("line 5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"image_file_name\":\"../outside/secret.png\"}",
                "{\"image_file_name\":\"sub/../../outside/secret.png\"}",
                "{\"image_file_name\":\"/etc/passwd\"}",
                "{\"image_file_name\":\"link.png\"}",
                "{\"image_file_name\":\"linked/secret.png\"}",
                "{\"image_file_name\":\"missing.png\"}",
                "{\"image_file_name\":\"sub\"}",
                "{\"image_file_name\":\"\"}",
                "{\"image_file_name\":\"nul\\u0000.png\"}",
                "{\"image_file_name\":7}",
                "{\"image_file_name\":[[\"good.png\"]]}",
                "{\"file_name\":\"notes.txt\"}",
                "{\"text\":\" \"}",
                "{\"text\":\"a\",\"label\":{}}",
                "{\"label\":\"lonely\"}",
                "{\"text\":\"a\",\"text\":\"b\"}",
                "[]",
                "null",
                "{\"text\":",
                "not json at all",
                "{\"text\":\"a\"} trailing",
            })
    void skipsAndCountsBadLines(String line) throws IOException {
        file("good.png");
        file("notes.txt");
        Files.createDirectories(folder.resolve("sub"));
        var outside = Files.createDirectory(temporary.resolve("outside"));
        Files.writeString(outside.resolve("secret.png"), "secret");
        Files.createSymbolicLink(folder.resolve("link.png"), outside.resolve("secret.png"));
        Files.createSymbolicLink(folder.resolve("linked"), outside);

        var data = metadata("{\"image_file_name\":\"good.png\"}", line);

        assertThat(data.items()).hasSize(1);
        assertThat(data.skipped().count()).isEqualTo(1);
        assertThat(data.skipped().reasons().getFirst())
                .startsWith("metadata.jsonl line 2: ")
                .doesNotContain("\n")
                .hasSizeLessThan(300);
    }

    @Test
    void skipsALineThatIsTooLongAndReadsTheNext() throws IOException {
        var data = metadata("{\"text\":\"" + "x".repeat(Metadata.LINE_BYTES) + "\"}", "{\"text\":\"short\"}");
        assertThat(data.items()).hasSize(1);
        assertThat(data.skipped().reasons().getFirst()).contains("line 1").contains("longer than");
    }

    @Test
    void skipsBytesThatAreNotText() throws IOException {
        var out = new ByteArrayOutputStream();
        out.write("{\"text\":\"".getBytes(StandardCharsets.UTF_8));
        out.write(0xff);
        out.write("\"}\n{\"text\":\"fine\"}\n".getBytes(StandardCharsets.UTF_8));
        Files.write(folder.resolve("metadata.jsonl"), out.toByteArray());
        var data = DataFolder.read(folder);
        assertThat(data.items()).hasSize(1);
        assertThat(data.skipped().reasons()).containsExactly("metadata.jsonl line 1: not UTF-8");
    }

    @Test
    void deepNestingIsABadLineLikeAnother() throws IOException {
        var data = metadata("[".repeat(100_000), "{\"text\":\"fine\"}");
        assertThat(data.items()).hasSize(1);
        assertThat(data.skipped().count()).isEqualTo(1);
    }

    @Test
    void stopsWhereNothingIsLeft() throws IOException {
        Files.writeString(folder.resolve("metadata.jsonl"), "{\"image_file_name\":\"gone.png\"}\n");
        assertThatThrownBy(() -> DataFolder.read(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("nothing in it can be used")
                .hasMessageContaining("missing file 'gone.png'");
        assertThatThrownBy(() -> DataFolder.read(folder.resolve("nowhere")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not a folder");
    }

    @Test
    void plainFoldersGiveLabels() throws IOException {
        file("cat/2.png");
        file("cat/1.JPG");
        file("dog/bark.wav");
        file("dog/.hidden.png");
        file("dog/notes.txt");
        file("top.gif");
        var data = DataFolder.read(folder);
        assertThat(data.items())
                .extracting(Item::id)
                .containsExactly("cat/1.JPG", "cat/2.png", "dog/bark.wav", "top.gif");
        assertThat(data.labels()).containsExactly("cat", "dog");
        assertThat(data.splits()).isEmpty();
        assertThat(data.items().get(2).sounds()).hasSize(1);
        assertThat(data.skipped().reasons())
                .containsExactly("dog/notes.txt: neither a picture nor a sound by its name");
        assertThat(data.forTraining()).isEqualTo(data.items());
        assertThat(data.forEvaluation()).isEqualTo(data.items());
    }

    @Test
    void firstLevelOfOnlySplitsIsSplits() throws IOException {
        file("train/cat/1.png");
        file("train/dog/1.png");
        file("test/cat/2.png");
        var data = DataFolder.read(folder);
        assertThat(data.splits()).containsExactly("test", "train");
        assertThat(data.labels()).containsExactly("cat", "dog");
        assertThat(data.forTraining()).hasSize(2);
        assertThat(data.forEvaluation()).hasSize(1);
        assertThatThrownBy(() -> data.split("validation"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("there are test, train");
    }

    @Test
    void aLabelCalledTestAmongOthersIsALabel() throws IOException {
        file("test/1.png");
        file("exam/1.png");
        var data = DataFolder.read(folder);
        assertThat(data.splits()).isEmpty();
        assertThat(data.labels()).containsExactly("exam", "test");
    }

    @Test
    void readsIdxFiles() throws IOException {
        idx("train-images-idx3-ubyte.gz", new int[] {2, 2, 3}, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, (byte) 255
        });
        idx("train-labels-idx1-ubyte.gz", new int[] {2}, new byte[] {1, 0});
        Files.writeString(folder.resolve("labels.txt"), "shirt\nbag\n");
        var data = DataFolder.read(folder);
        assertThat(data.items()).extracting(Item::label).containsExactly(Optional.of("bag"), Optional.of("shirt"));
        var second = data.items().get(1).pictures().getFirst().decode();
        assertThat(second.width()).isEqualTo(3);
        assertThat(second.height()).isEqualTo(2);
        assertThat(second.at(0, 0, 1)).isEqualTo(6);
        assertThat(second.at(2, 1, 2)).isEqualTo(255);
    }

    @Test
    void idxFilesThatLieAreNamed() throws IOException {
        idx("train-labels-idx1-ubyte.gz", new int[] {2}, new byte[] {1, 0});
        idx("train-images-idx3-ubyte.gz", new int[] {2, 28, 28}, new byte[10]);
        assertThatThrownBy(() -> DataFolder.read(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("cut short");
        idx("train-images-idx3-ubyte.gz", new int[] {1 << 30, 1 << 30, 1 << 30}, new byte[10]);
        assertThatThrownBy(() -> DataFolder.read(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("claims");
        idx("train-images-idx3-ubyte.gz", new int[] {3, 1, 1}, new byte[3]);
        assertThatThrownBy(() -> DataFolder.read(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("2 labels for 3 pictures");
        Files.write(folder.resolve("train-images-idx3-ubyte.gz"), new byte[] {1, 2, 3, 4});
        assertThatThrownBy(() -> DataFolder.read(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("gzip");
    }

    private void idx(String name, int[] sizes, byte[] data) throws IOException {
        try (var out = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(folder.resolve(name))))) {
            out.writeInt(0x0800 | sizes.length);
            for (int size : sizes) {
                out.writeInt(size);
            }
            out.write(data);
        }
    }
}
