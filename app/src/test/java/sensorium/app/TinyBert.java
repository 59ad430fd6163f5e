package sensorium.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The recorded BERT with a vocabulary of 60 tokens that it never had. */
final class TinyBert {
    private TinyBert() {}

    /** @param folder that is made */
    static Path in(Path folder) throws IOException {
        Path fixture = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), "models", "bert");
        Assumptions.assumeTrue(Files.isDirectory(fixture), "fixtures absent: " + fixture);
        Files.createDirectories(folder.resolve("1_Pooling"));
        for (String name : List.of(
                "config.json",
                "model.safetensors",
                "modules.json",
                "sentence_bert_config.json",
                "1_Pooling/config.json")) {
            Files.copy(fixture.resolve(name), folder.resolve(name));
        }
        List<String> tokens =
                new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "blue", "!"));
        for (char c = 'a'; c <= 'z'; c++) {
            tokens.add(Character.toString(c));
            tokens.add("##" + c);
        }
        Files.write(folder.resolve("vocab.txt"), tokens);
        return folder;
    }
}
