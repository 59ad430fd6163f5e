package sensorium.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A folder in the layout of Hugging Face, of a model of two layers. */
class PublishedFolderTest {
    private static final CheckpointFormat FORMAT = CheckpointFormat.of(
            WeightNames.of("up", "net.fc1", "down", "net.fc2"),
            new CheckpointFormat.Renamed(name -> name.replace("net.old1.", "net.fc1.")),
            new CheckpointFormat.PassedOver("net.tied.weight"));

    @TempDir
    Path folder;

    /** (…, in) → (…, out). */
    record Net(Linear up, Linear down) implements Module {
        static Net of(Weights w, Sizes s) {
            return new Net(Linear.of(w.at("up"), s.in, s.hidden, true), Linear.of(w.at("down"), s.hidden, s.in, false));
        }

        Tensor forward(Tensor x) {
            return down.forward(up.forward(x).relu());
        }
    }

    record Sizes(int in, int hidden) {}

    private static Sizes sizes(ModelConfigFile file) {
        return new Sizes(file.integer("in", 4, 1 << 20), file.integer("hidden", 8, 1 << 20));
    }

    private static Net load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        Sizes sizes = folder.config(PublishedFolderTest::sizes, "net");
        return folder.load(FORMAT, w -> Net.of(w, sizes));
    }

    private static PublishedFolder.Settings<Sizes> settings(Sizes sizes) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("model_type", "net");
        json.put("in", sizes.in);
        json.put("hidden", sizes.hidden);
        return new PublishedFolder.Settings<>(json, sizes, PublishedFolderTest::sizes);
    }

    private static Map<String, Tensor> weights(DType type) {
        Net net = Net.of(Weights.random(3), new Sizes(4, 8));
        Map<String, Tensor> all = new HashMap<>();
        net.state().forEach((path, t) -> all.put(FORMAT.names().theirs(path), t.to(type)));
        return all;
    }

    private void config(String more) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"net\", \"in\": 4" + more + "}");
    }

    private void whole(Map<String, Tensor> tensors) {
        Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of());
    }

    private void index(String json) throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    }

    private void refused(String what) {
        assertThatThrownBy(() -> load(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(what)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void oneFileOrSeveralAreTheSameModel() throws IOException {
        config("");
        Map<String, Tensor> all = weights(DType.F32);
        whole(all);
        Tensor x = Tensor.of(new float[] {1, -2, 3, -4}, 1, 4);
        float[] expected = load(folder).forward(x).toFloats();
        Files.delete(folder.resolve("model.safetensors"));
        refused("no such file; is this the folder of a model?");
        Files.writeString(folder.resolve("pytorch_model.bin"), "pickle");
        refused("pytorch_model.bin can run code and is never read");

        Map<String, Tensor> rest = new HashMap<>(all);
        rest.remove("net.fc2.weight");
        Safetensors.write(folder.resolve("model-00001-of-00002.safetensors"), rest, Map.of());
        Safetensors.write(
                folder.resolve("model-00002-of-00002.safetensors"),
                Map.of("net.fc2.weight", all.get("net.fc2.weight")),
                Map.of());
        String map = "\"net.fc1.weight\": \"model-00001-of-00002.safetensors\", "
                + "\"net.fc1.bias\": \"model-00001-of-00002.safetensors\", "
                + "\"net.fc2.weight\": \"model-00002-of-00002.safetensors\"";
        index("{\"metadata\": {\"total_size\": 288}, \"weight_map\": {" + map + "}}");
        assertThat(load(folder).forward(x).toFloats()).isEqualTo(expected);

        for (String elsewhere : List.of("../other.safetensors", "/etc/passwd", "a/b.safetensors", "model.bin", "..")) {
            index("{\"weight_map\": {\"net.fc1.weight\": \"" + elsewhere + "\"}}");
            refused("names \"" + elsewhere + "\", which is no safetensors file of this folder");
        }
        index("{\"weight_map\": {" + map.replace("00002-of-00002", "00003-of-00003") + "}}");
        refused("no such file, though the index names it");
        index("{\"weight_map\": {" + map.replace("\"net.fc1.bias\": \"model-00001", "\"net.fc1.bias\": \"model-00002")
                + "}}");
        refused("tensor net.fc1.bias is not in model-00002-of-00002.safetensors");
        index("{\"weight_map\": {" + map.substring(map.indexOf("\"net.fc1.bias")) + "}}");
        refused("does not say that model-00001-of-00002.safetensors holds tensor net.fc1.weight");
        index("{\"weight_map\": [1]}");
        refused("\"weight_map\" is missing or no texts by name");
        whole(all);
        refused("lies beside model.safetensors.index.json");
    }

    @Test
    void whatIsMissingLeftOverOrMisshapenIsNamed() throws IOException {
        config("");
        Map<String, Tensor> all = weights(DType.F32);
        all.remove("net.fc1.bias");
        whole(all);
        refused("tensor net.fc1.bias is missing");
        all.put("net.fc1.bias", Tensor.zeros(9));
        whole(all);
        refused("tensor net.fc1.bias is (9), the model needs (8)");
        all.put("net.fc1.bias", Tensor.zeros(8));
        all.put("net.fc3.bias", Tensor.zeros(8));
        whole(all);
        refused("tensors that the model does not know: net.fc3.bias");
        all.remove("net.fc3.bias");
        all.put("net.tied.weight", Tensor.zeros(3)); // nobody needs it
        all.put("net.old1.bias", all.remove("net.fc1.bias"));
        whole(all);
        assertThat(load(folder).parameters()).hasSize(3);
        config(", \"surprise\": 7");
        refused("settings that are not known here: surprise");
        config(", \"%s\": 7".formatted("y".repeat(5000)));
        refused("settings that are not known here: yyy");
        assertThatThrownBy(() -> load(folder)).message().hasSizeLessThan(1000);
        config(", \"hidden\": 1048576");
        refused("the model needs (1048576,4)");
        config(", \"hidden\": 1000000000000");
        refused("\"hidden\" is not a whole number from 1 to 1048576");
        config(", \"hidden\": 100000000000000000000000000000000");
        refused("\"hidden\" is not a whole number");
    }

    /** One matrix of theirs is several of ours, and becomes one again. */
    @Test
    void partsOfAFusedMatrix() throws IOException {
        config("");
        CheckpointFormat fused = CheckpointFormat.of(
                WeightNames.of("x", "a.x", "y", "a.y", "z", "a.z"),
                new CheckpointFormat.Fused("a.fused_", "a.x.", "a.y.", "a.z."));
        Tensor whole = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
        whole(Map.of("a.fused_weight", whole));
        Three three = PublishedFolder.open(folder).load(fused, Three::of);
        assertThat(three.y.value().toFloats()).containsExactly(3, 4);
        Map<String, Tensor> stored = fused.write(
                Map.of("x.weight", three.x.value(), "y.weight", three.y.value(), "z.weight", three.z.value()));
        assertThat(stored).containsOnlyKeys("a.fused_weight");
        assertThat(stored.get("a.fused_weight").toFloats()).isEqualTo(whole.toFloats());
        whole(Map.of("a.fused_weight", Tensor.zeros(4, 2)));
        assertThatThrownBy(() -> PublishedFolder.open(folder).load(fused, Three::of))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("tensor a.fused_weight is (4,2), not 3 equal parts");
    }

    record Three(Parameter x, Parameter y, Parameter z) {
        static Three of(Weights w) {
            return new Three(part(w.at("x")), part(w.at("y")), part(w.at("z")));
        }

        private static Parameter part(Weights w) {
            return w.parameter("weight", new Init.Constant(0), 1, 2);
        }
    }

    @Test
    void notANumberIsReportedAndMayBeAllowed() throws IOException {
        config("");
        for (DType type : List.of(DType.F32, DType.F16, DType.BF16)) {
            Map<String, Tensor> all = weights(type);
            float[] values = all.get("net.fc2.weight").to(DType.F32).toFloats();
            values[17] = Float.POSITIVE_INFINITY; // is one, in a way
            all.put("net.fc2.weight", Tensor.of(values, 4, 8).to(type));
            whole(all);
            load(folder);
            values[17] = Float.NaN;
            all.put("net.fc2.weight", Tensor.of(values, 4, 8).to(type));
            whole(all);
            refused("not a number (NaN) in 1 of 3 tensors: net.fc2.weight; fetch the model again, or allow them");
            System.setProperty(PublishedFolder.ALLOW_NAN, "true");
            try {
                load(folder);
            } finally {
                System.clearProperty(PublishedFolder.ALLOW_NAN);
            }
        }
    }

    @Test
    void savedAsItWasStored() throws IOException {
        config(", \"torch_dtype\": \"bfloat16\", \"hidden\": 8");
        whole(weights(DType.BF16));
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        Files.writeString(folder.resolve("modeling_net.py"), "import os");
        Net net = load(folder);
        assertThat(net.up().weight().value().dtype()).isEqualTo(DType.BF16);
        net.parameters().values().forEach(Parameter::widen);
        net.up().bias().set(Tensor.ones(8));
        Path copy = folder.resolve("copy");
        PublishedFolder.save(net, FORMAT, settings(new Sizes(4, 8)), copy, Optional.of(PublishedFolder.open(folder)));
        try (var files = Files.list(copy)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("config.json", "model.safetensors", "tokenizer.json");
        }
        assertThat(Files.readString(copy.resolve("config.json"))).contains("\"torch_dtype\" : \"bfloat16\"");
        Safetensors before = Safetensors.open(folder.resolve("model.safetensors"));
        Safetensors after = Safetensors.open(copy.resolve("model.safetensors"));
        assertThat(after.metadata()).containsEntry("format", "pt");
        assertThat(after.names()).isEqualTo(before.names());
        for (String name : after.names()) {
            assertThat(after.spec(name)).isEqualTo(before.spec(name));
        }
        assertThat(load(copy).up().bias().value().toFloats()).containsOnly(1f);
        assertThatThrownBy(() -> PublishedFolder.save(
                        net, FORMAT, settings(new Sizes(4, 8)), folder, Optional.of(PublishedFolder.open(folder))))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("is where the model was loaded from");
    }

    /** Seven gigabytes that take no space: two matrices of zeros in a file with holes. */
    @Test
    void aLargeCheckpointIsOpenInAnInstantAndStaysInItsFile() throws IOException {
        int hidden = 1 << 20;
        int in = 1_700;
        long each = 2L * hidden * in;
        String header = ("{\"net.fc1.bias\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                        + "\"net.fc1.weight\":{\"dtype\":\"F16\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]},"
                        + "\"net.fc2.weight\":{\"dtype\":\"F16\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}}")
                .formatted(
                        hidden,
                        4L * hidden,
                        hidden,
                        in,
                        4L * hidden,
                        4L * hidden + each,
                        in,
                        hidden,
                        4L * hidden + each,
                        4L * hidden + 2 * each);
        byte[] json = (header + " ".repeat(8 - header.length() % 8)).getBytes(StandardCharsets.UTF_8);
        try (FileChannel out = FileChannel.open(
                folder.resolve("model.safetensors"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, json.length));
            out.write(ByteBuffer.wrap(json));
            out.write(ByteBuffer.allocate(1), 8 + json.length + 4L * hidden + 2 * each - 1);
            ByteBuffer nan =
                    ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, Float.NaN);
            out.write(nan, 8 + json.length + 4L * (hidden - 1)); // the last number of net.fc1.bias
        }
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"net\", \"in\": %d, \"hidden\": %d}".formatted(in, hidden));
        long active = Backends.current().memory().active();
        long began = System.nanoTime();
        Net net = load(folder);
        double seconds = (System.nanoTime() - began) * 1e-9;
        assertThat(net.parameterCount()).isGreaterThan(3_500_000_000L);
        assertThat(seconds).isLessThan(1);
        // Numbers are looked at when they are first used, and reported as often as they are.
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> net.up().bias().value())
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("model.safetensors: not a number (NaN) in 1 of 1 tensor: net.fc1.bias");
        }
        System.setProperty(PublishedFolder.ALLOW_NAN, "true"); // of the others nobody has to look at every byte here
        try {
            assertThat(net.up().bias().value().slice(0, hidden - 2, hidden).toFloats())
                    .containsExactly(0, Float.NaN);
            if (Backends.current().device().kind().equals("cpu")) {
                assertThat(Backends.current().memory().active() - active).isLessThan(16L << 20);
            }
            // What is in the file is what is multiplied with.
            Tensor part = net.up().weight().value().slice(0, 0, 3);
            assertThat(Tensor.ones(1, in).linear(part, null).toFloats()).containsExactly(0, 0, 0);
        } finally {
            System.clearProperty(PublishedFolder.ALLOW_NAN);
        }
    }
}
