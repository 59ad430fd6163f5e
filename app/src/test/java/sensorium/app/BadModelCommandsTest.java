package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static sensorium.app.CommandRun.sensorium;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.io.Safetensors;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;

/** Published models that are damaged, wrong or absurd, and inputs that nobody can want: each is one line, and does not take memory. */
class BadModelCommandsTest {
    private static final long MOST_BYTES = 768L << 20;

    @TempDir
    Path folder;

    private Path model;
    private Path dot;

    @BeforeEach
    void make() throws IOException {
        model = TinyVit.in(folder.resolve("vit"));
        dot = folder.resolve("dot.png");
        PngWriter.write(new Picture(1, 1, 3, new byte[3]), dot);
    }

    private Path weights() {
        return model.resolve("model.safetensors");
    }

    private void refused(String fault, Object... words) {
        CommandRun run = sensorium(words);
        assertThat(run.status()).as(run.out() + run.err()).isIn(1, 2);
        assertThat(run.err()).hasLineCount(1).contains(fault).hasSizeLessThan(1000);
        assertThat(run.out()).isEmpty();
    }

    private void classifyRefused(String fault) {
        refused(fault, "classify", model, dot);
    }

    private void setting(String key, String value) throws IOException {
        Path config = model.resolve("config.json");
        String json = Files.readString(config);
        String changed = json.replaceAll("\"" + key + "\" : [^,\\n]*", "\"" + key + "\" : " + value);
        assertThat(changed).isNotEqualTo(json);
        Files.writeString(config, changed);
    }

    @Test
    void itWorksAsItIs() {
        assertThat(sensorium("classify", model, dot).status()).isZero();
    }

    @Test
    void weightsThatAreCutOffOrClaimTooMuch() throws IOException {
        byte[] whole = Files.readAllBytes(weights());
        for (int length : new int[] {0, 5, 100, whole.length / 2, whole.length - 1}) {
            Files.write(weights(), Arrays.copyOf(whole, length));
            classifyRefused("not a sound safetensors file");
        }
        byte[] claims = whole.clone();
        ByteBuffer.wrap(claims).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
        Files.write(weights(), claims);
        classifyRefused("claims a header of " + Long.MAX_VALUE + " bytes");
        header(
                "{\"classifier.bias\":{\"dtype\":\"F32\",\"shape\":[1000000000000],\"data_offsets\":[0,4000000000000]}}");
        classifyRefused("not a sound safetensors file");
        header("{\"classifier.bias\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}");
        classifyRefused("not a sound safetensors file");
        header("[".repeat(100_000));
        classifyRefused("not a sound safetensors file");
    }

    private void header(String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        Files.write(
                weights(),
                ByteBuffer.allocate(16 + bytes.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(bytes.length)
                        .put(bytes)
                        .array());
    }

    @Test
    void shards() throws IOException {
        Map<String, Tensor> all = Safetensors.open(weights()).tensors();
        Map<String, Tensor> rest = new HashMap<>(all);
        Tensor bias = rest.remove("classifier.bias");
        Path first = model.resolve("model-00001-of-00002.safetensors");
        Path second = model.resolve("model-00002-of-00002.safetensors");
        Safetensors.write(first, rest, Map.of());
        Safetensors.write(second, Map.of("classifier.bias", bias), Map.of());
        Files.delete(weights());
        Map<String, String> map = new HashMap<>();
        rest.keySet().forEach(name -> map.put(name, first.getFileName().toString()));
        map.put("classifier.bias", second.getFileName().toString());
        index(map);
        assertThat(sensorium("classify", model, dot).status()).isZero();

        byte[] whole = Files.readAllBytes(second);
        Files.write(second, Arrays.copyOf(whole, whole.length - 2));
        classifyRefused("model-00002-of-00002.safetensors");
        Safetensors.write(second, Map.of("another.bias", bias), Map.of());
        classifyRefused("tensor classifier.bias is not in model-00002-of-00002.safetensors");
        Files.copy(first, second, StandardCopyOption.REPLACE_EXISTING);
        classifyRefused("tensor classifier.bias is not in model-00002-of-00002.safetensors");
        Files.delete(second);
        classifyRefused("no such file, though the index names it");
        Files.createDirectory(second);
        classifyRefused("no such file, though the index names it");
        for (String outside : List.of("../vit/secret.safetensors", "/etc/passwd", "..", "C:\\\\x.safetensors")) {
            map.put("classifier.bias", outside);
            index(map);
            classifyRefused("which is no safetensors file of this folder");
        }
        Files.writeString(model.resolve("model.safetensors.index.json"), "{\"weight_map\": ");
        classifyRefused("not JSON");
    }

    private void index(Map<String, String> map) throws IOException {
        String entries = map.entrySet().stream()
                .map(e -> "\"" + e.getKey() + "\": \"" + e.getValue() + "\"")
                .collect(Collectors.joining(", "));
        Files.writeString(model.resolve("model.safetensors.index.json"), "{\"weight_map\": {" + entries + "}}");
    }

    @Test
    void settingsOfAnotherModel() throws IOException {
        setting("hidden_size", "24");
        setting("num_attention_heads", "3");
        classifyRefused("the model needs");
        setting("model_type", "\"bert\"");
        classifyRefused("no tokenizer");
        setting("model_type", "\"audio-spectrogram-transformer\"");
        classifyRefused("");
        setting("model_type", "\"llama\"");
        classifyRefused("but \"llama\"; known are");
        Files.writeString(model.resolve("config.json"), "{\"_class_name\": \"UNet2DModel\"}");
        refused("block_out_channels", "parity", model, weights());
        Files.writeString(model.resolve("config.json"), "{}");
        classifyRefused("neither a kind nor a model_type");
    }

    @Test
    void absurdSizes() throws IOException {
        String json = Files.readString(model.resolve("config.json"));
        for (String key :
                List.of("hidden_size", "num_hidden_layers", "intermediate_size", "image_size", "num_channels")) {
            for (String value : List.of("1000000000000", "-1", "0", "1e400", "65536")) {
                Files.writeString(model.resolve("config.json"), json);
                setting(key, value);
                classifyRefused("");
            }
        }
        Files.writeString(model.resolve("config.json"), "[".repeat(1_000_000));
        classifyRefused("");
    }

    @Test
    void weightsThatAreNotNumbers() {
        Map<String, Tensor> all = new HashMap<>(Safetensors.open(weights()).tensors());
        all.put("classifier.bias", Tensor.of(new float[] {0, Float.NaN, 1}, 3));
        Safetensors.write(weights(), all, Map.of());
        classifyRefused("not a number (NaN) in 1 of " + all.size() + " tensors: classifier.bias");
        assertThat(sensorium("classify", model, dot, "--allow-nan").status()).isZero();
    }

    @Test
    void tokenizersWithUnknownParts() throws IOException {
        Path bert = TinyBert.in(folder.resolve("bert"));
        String known = """
                {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"},
                 "post_processor": null, "decoder": null,
                 "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                           "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "a": 1}}}""";
        Path file = bert.resolve("tokenizer.json");
        for (String part : List.of("Whitespace", "WordPiece")) {
            Files.writeString(file, known.replace(part, "Sorcery"));
            refused("Sorcery", "tokenize", bert, "--text", "a");
            refused("Sorcery", "embed", bert, "--text", "a");
        }
        Files.writeString(file, known.replace("\"normalizer\": null", "\"normalizer\": {\"type\": \"Sequence\"}"));
        refused("normalizer", "tokenize", bert, "--text", "a");
        Files.writeString(file, known.replace("\"a\": 1", "\"a\": 1000000000000"));
        refused("", "tokenize", bert, "--text", "a");
        Files.writeString(file, known.substring(0, 150));
        refused("not JSON", "tokenize", bert, "--text", "a");
        String nested = "{\"type\":\"Sequence\",\"normalizers\":[".repeat(2000);
        Files.writeString(file, known.replace("\"normalizer\": null", "\"normalizer\": " + nested));
        refused("", "tokenize", bert, "--text", "a");
    }

    /** Ten hours in a file with holes, and one that is larger than any sound that is read. */
    @Test
    void soundsThatAreTooLong() throws IOException {
        Path kwt = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), "kwt1");
        Assumptions.assumeTrue(Files.exists(kwt), "fixtures absent: " + kwt);
        Path sound = folder.resolve("night.wav");
        for (int rate : new int[] {1_000, 16_000}) {
            long bytes = 10L * 3600 * rate * 2;
            WavWriter.write(sound, new Waveform(new float[1], rate));
            try (RandomAccessFile wav = new RandomAccessFile(sound.toFile(), "rw")) {
                for (int[] size : new int[][] {{4, (int) (bytes + 36)}, {40, (int) bytes}}) {
                    wav.seek(size[0]);
                    wav.writeInt(Integer.reverseBytes(size[1]));
                }
                wav.setLength(44 + bytes);
            }
            long before = used();
            refused(rate == 1_000 ? "longer than" : "larger than 1024 MiB", "classify", kwt, sound);
            assertThat(used() - before).isLessThan(MOST_BYTES);
        }
    }

    /** One that is really there, not only in its header: four hundred million pixels of one colour in 50 KB. */
    @Test
    void aPictureThatIsTooLarge() throws IOException {
        Path huge = folder.resolve("huge.png");
        int side = 20_000;
        var deflater = new Deflater(Deflater.BEST_COMPRESSION);
        byte[] row = new byte[1 + side / 8];
        var packed = new ByteArrayOutputStream();
        byte[] piece = new byte[1 << 16];
        for (int y = 0; y < side; y++) {
            deflater.setInput(row);
            while (!deflater.needsInput()) {
                packed.write(piece, 0, deflater.deflate(piece));
            }
        }
        deflater.finish();
        while (!deflater.finished()) {
            packed.write(piece, 0, deflater.deflate(piece));
        }
        deflater.end();
        ByteBuffer head = ByteBuffer.allocate(13).putInt(side).putInt(side).put(new byte[] {1, 0, 0, 0, 0});
        try (var out = Files.newOutputStream(huge)) {
            out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
            out.write(chunk("IHDR", head.array()));
            out.write(chunk("IDAT", packed.toByteArray()));
            out.write(chunk("IEND", new byte[0]));
        }
        long before = used();
        refused("20000", "classify", model, huge);
        assertThat(used() - before).isLessThan(MOST_BYTES);
    }

    private static byte[] chunk(String type, byte[] data) {
        var crc = new CRC32();
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        crc.update(name);
        crc.update(data);
        return ByteBuffer.allocate(12 + data.length)
                .putInt(data.length)
                .put(name)
                .put(data)
                .putInt((int) crc.getValue())
                .array();
    }

    private static long used() {
        Runtime jvm = Runtime.getRuntime();
        return jvm.totalMemory() - jvm.freeMemory();
    }
}
