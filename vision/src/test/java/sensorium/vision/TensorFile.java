package sensorium.vision;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

/** Reads recorded cases. */
final class TensorFile {
    private TensorFile() {}

    static Map<String, Tensor> read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        var json = JsonMapper.shared().readTree(new String(bytes, 8, header, StandardCharsets.UTF_8));
        Map<String, Tensor> tensors = new TreeMap<>();
        for (var entry : json.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                continue;
            }
            var t = entry.getValue();
            int[] shape = t.get("shape").valueStream().mapToInt(n -> n.asInt()).toArray();
            int from = 8 + header + t.get("data_offsets").get(0).asInt();
            int to = 8 + header + t.get("data_offsets").get(1).asInt();
            tensors.put(
                    entry.getKey(),
                    Tensor.fromHost(
                            DType.valueOf(t.get("dtype").asString()),
                            Shape.of(shape),
                            MemorySegment.ofArray(bytes).asSlice(from, to - from)));
        }
        return tensors;
    }
}
