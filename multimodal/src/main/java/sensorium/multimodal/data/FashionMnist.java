package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Names the classes of Fashion-MNIST; its idx files are read as they are. */
final class FashionMnist {
    /** In the order of the label numbers (Xiao, Rasul, Vollgraf, arXiv 1708.07747, table 2). */
    private static final List<String> LABELS = List.of(
            "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot");

    private FashionMnist() {}

    static void convert(Path root) throws IOException {
        Files.write(root.resolve("labels.txt"), LABELS);
    }
}
