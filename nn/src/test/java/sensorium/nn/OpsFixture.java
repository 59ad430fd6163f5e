package sensorium.nn;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The reference framework's results for single ops: {@code case.in.name}, {@code case.out.name}, {@code case.grad.name}. */
public final class OpsFixture {
    private final byte[] bytes;
    private final JsonNode header;
    private final int start;

    private OpsFixture(byte[] bytes) {
        this.bytes = bytes;
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        header = JsonMapper.shared().readTree(Arrays.copyOfRange(bytes, 8, 8 + length));
        start = 8 + length;
    }

    public static OpsFixture open() throws IOException {
        Path path = Path.of(
                System.getProperty("sensorium.fixtures", "../../shared/fixtures"), "models/ops/ops.safetensors");
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return new OpsFixture(Files.readAllBytes(path));
    }

    public Tensor get(String name) {
        JsonNode entry = header.get(name);
        int[] shape = entry.get("shape").valueStream().mapToInt(JsonNode::asInt).toArray();
        int from = start + entry.get("data_offsets").get(0).asInt();
        int to = start + entry.get("data_offsets").get(1).asInt();
        return Tensor.fromHost(
                DType.valueOf(entry.get("dtype").asString()),
                Shape.of(shape),
                MemorySegment.ofArray(Arrays.copyOfRange(bytes, from, to)));
    }
}
