package sensorium.multimodal.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataWriterTest {
    @Test
    void whatIsWrittenIsRead(@TempDir Path folder) throws IOException {
        var picture = Files.writeString(folder.resolve("a b \"ü\".png"), "x");
        var sound = Files.writeString(folder.resolve("s.wav"), "x");
        var items = List.of(
                new Item(
                        "a b \"ü\".png",
                        List.of(
                                new Caption("en", "one\ntwo"),
                                new Caption("en", "three"),
                                new Caption("fr", "\"quatre\"")),
                        List.of(new ImageSource.InFile(picture), new ImageSource.InFile(picture)),
                        List.of(new Sound("zxx", sound)),
                        Optional.of("label"),
                        Optional.of("test")),
                new Item(
                        "s.wav",
                        List.of(new Caption("", "plain")),
                        List.of(),
                        List.of(new Sound("", sound)),
                        Optional.empty(),
                        Optional.empty()));
        MetadataWriter.write(folder, items);
        assertThat(DataFolder.read(folder).items()).isEqualTo(items);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(3); // no temporary file is left
        }
    }
}
