package sensorium.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.op.Sample;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void comesBackBitForBit() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (DType type : DType.values()) {
            tensors.put("t." + type, Sample.floats(3, 5).with(type).tensor(1));
            tensors.put(
                    "flipped." + type,
                    Sample.floats(2, 3)
                            .with(type)
                            .with(Sample.Arrangement.FLIPPED)
                            .tensor(2));
        }
        tensors.put("scalar", Sample.floats().tensor(3));
        tensors.put("empty", Sample.floats(0, 4).tensor(4));
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, tensors, Map.of("format", "pt", "step", "7 \"quoted\" é\n"));

        Safetensors read = Safetensors.open(file);
        assertThat(read.metadata()).isEqualTo(Map.of("format", "pt", "step", "7 \"quoted\" é\n"));
        assertThat(read.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
        tensors.forEach((name, t) -> {
            assertThat(read.spec(name)).isEqualTo(t.spec());
            assertThat(bytes(read.tensor(name))).as(name).isEqualTo(bytes(t));
        });
        assertThat(ByteBuffer.wrap(Files.readAllBytes(file))
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getLong()
                        % 8)
                .isZero();

        Path again = folder.resolve("b.safetensors");
        Safetensors.write(again, read.tensors(), read.metadata());
        assertThat(Files.mismatch(file, again)).isEqualTo(-1);
    }

    private static byte[] bytes(Tensor t) {
        try (Arena arena = Arena.ofConfined()) {
            return t.toHost(arena).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    @Test
    void readsMisalignedData() throws IOException {
        Path file = raw(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}} ",
                new byte[] {7, 0, 0, (byte) 0x80, 0x3F});
        Safetensors read = Safetensors.open(file);
        assertThat(read.tensor("a").item()).isEqualTo(1);
        assertThat(read.tensor("b").item()).isEqualTo(7);
        assertThatThrownBy(() -> read.tensor("c"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no tensor c");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}} | needs 8 bytes
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | needs 8 bytes
            {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}} | which has 8
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}} | begins at byte 2
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | begins at byte 4
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | belong to no tensor
            {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}} | malformed
            {"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}} | too large
            {"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}} | too large
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}} | not JSON
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}} | malformed
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}} | incomplete
            {"a":{"dtype":"F32","shape":[2]}} | incomplete
            {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}} | malformed
            {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}} | malformed
            {"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}} | element type C64
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}} | unknown x
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | Duplicate
            {"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}} | Duplicate
            {"__metadata__":{"a":1}} | malformed
            {"a":[]} | malformed
            [] | malformed
            {"a": | not JSON
            {} {} | malformed
            not json | not JSON
            {"a\\nb":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}} | tensor a?b
            """)
    void refuses(String header, String fault) throws IOException {
        Path file = raw(header, new byte[8]);
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(fault)
                .message()
                .hasLineCount(1);
    }

    @Test
    void refusesDeepJson() throws IOException {
        Path file = raw("{\"a\":" + "[".repeat(100_000), new byte[0]);
        assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(BadInputException.class);
    }

    @Test
    void refusesFilesThatAreTooShort() throws IOException {
        Path empty = Files.write(folder.resolve("empty"), new byte[0]);
        assertThatThrownBy(() -> Safetensors.open(empty)).hasMessageContaining("only 0 bytes");
        for (long claimed : new long[] {-1, 0, 100, 99_999_999, Long.MAX_VALUE, Long.MIN_VALUE}) {
            ByteBuffer b =
                    ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN).putLong(0, claimed);
            Path file = Files.write(folder.resolve("giant"), b.array());
            assertThatThrownBy(() -> Safetensors.open(file))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("claims a header");
        }
        assertThatThrownBy(() -> Safetensors.open(folder.resolve("nowhere"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> Safetensors.open(folder)).isInstanceOf(BadInputException.class);
    }

    @Test
    void everyPrefixIsRefused() throws IOException {
        Path whole = folder.resolve("whole");
        Safetensors.write(whole, Map.of("a", Sample.floats(3).tensor(1)), Map.of());
        byte[] bytes = Files.readAllBytes(whole);
        for (int n = 0; n < bytes.length; n++) {
            Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, n));
            assertThatThrownBy(() -> Safetensors.open(file)).as("%d bytes", n).isInstanceOf(BadInputException.class);
        }
    }

    @Test
    void damageIsRefusedOrHarmless() throws IOException {
        Path whole = folder.resolve("whole");
        Safetensors.write(
                whole,
                Map.of(
                        "a",
                        Sample.floats(3, 2).tensor(1),
                        "b",
                        Sample.indices(5, 4).tensor(2)),
                Map.of("k", "v"));
        byte[] bytes = Files.readAllBytes(whole);
        var random = new Philox(1, 1);
        for (long i = 0; i < 2000; i++) {
            byte[] damaged = bytes.clone();
            for (int k = 0; k <= random.below(4 * i, 3); k++) {
                damaged[random.below(4 * i + 1 + k, damaged.length)] = (byte) random.bits(100_000 + 4 * i + k);
            }
            Path file = Files.write(folder.resolve("damaged"), damaged);
            try {
                Scope.tidyRun(() -> Safetensors.open(file).tensors());
            } catch (BadInputException e) {
                assertThat(e.getMessage()).startsWith(file + ": ").hasLineCount(1);
            }
        }
    }

    @Test
    void noticesThatALargeFileShrank() throws IOException {
        Path file = folder.resolve("large");
        int n = 20_000_000;
        Safetensors.write(file, Map.of("a", Tensor.full(1.5, n)), Map.of());
        Safetensors read = Safetensors.open(file);
        assertThat(read.tensor("a").slice(0, n - 1, n).item()).isEqualTo(1.5);
        try (var out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            out.truncate(1000);
        }
        assertThatThrownBy(() -> read.tensor("a"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("changed its size");
    }

    @Test
    void aFailedWriteLeavesTheOldFile() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "old");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    out.write(ByteBuffer.wrap("ne".getBytes(StandardCharsets.UTF_8)));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("No space left on device");
        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("f");
        assertThatThrownBy(() -> Safetensors.write(folder.resolve("no/such/folder"), Map.of(), Map.of()))
                .isInstanceOf(BadInputException.class);
    }

    private Path raw(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(json.length).put(json).put(data);
        return Files.write(folder.resolve("raw.safetensors"), b.array());
    }
}
