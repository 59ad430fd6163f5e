package sensorium.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
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

class NpyTest {
    @TempDir
    Path folder;

    @Test
    void comesBack() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (DType type : DType.values()) {
            if (type != DType.BF16) {
                Tensor t = Sample.floats(3, 5).with(type).tensor(1);
                Path file = folder.resolve(type + ".npy");
                Npy.write(file, t);
                assertThat(Npy.read(file).spec()).isEqualTo(t.spec());
                assertThat(Npy.read(file).toDoubles()).isEqualTo(t.toDoubles());
                tensors.put(type.name(), t);
            }
        }
        tensors.put("scalar", Tensor.full(2.5));
        tensors.put("vector", Tensor.full(2.5, 3));
        Path file = folder.resolve("all.npz");
        Npy.writeAll(file, tensors);
        Map<String, Tensor> read = Npy.readAll(file);
        assertThat(read.keySet()).isEqualTo(tensors.keySet());
        read.forEach((name, t) ->
                assertThat(t.toDoubles()).isEqualTo(tensors.get(name).toDoubles()));
        Tensor half = Sample.floats(2).with(DType.BF16).tensor(1);
        assertThatThrownBy(() -> Npy.write(folder.resolve("b"), half)).isInstanceOf(BadInputException.class);
    }

    @Test
    void readsFortranOrderAndLaterVersions() throws IOException {
        byte[] elements = new byte[24];
        var floats = ByteBuffer.wrap(elements).order(ByteOrder.LITTLE_ENDIAN);
        for (float f : new float[] {1, 4, 2, 5, 3, 6}) {
            floats.putFloat(f);
        }
        for (int version = 1; version <= 3; version++) {
            Path file = raw(version, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", elements);
            assertThat(Npy.read(file).toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'descr': '<f4', 'fortran_order': False, 'shape': (3,), } | ends after 8 of 12
            {'descr': '<f4', 'fortran_order': False, 'shape': (1,), } | goes on
            {'descr': '>f4', 'fortran_order': False, 'shape': (2,), } | element type >f4
            {'descr': '<c8', 'fortran_order': False, 'shape': (1,), } | element type <c8
            {'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), } | does not say
            {'descr': '<f4', 'fortran_order': False, 'shape': (-2,), } | does not say
            {'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), } | too large
            {'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), } | too large
            {'descr': '<f4', 'fortran_order': False, 'shape': (400000000,), } | more than it can hold
            rubbish | does not say
            """)
    void refuses(String header, String fault) throws IOException {
        Path file = raw(1, header, new byte[8]);
        assertThatThrownBy(() -> Npy.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(fault)
                .message()
                .hasLineCount(1);
    }

    @Test
    void refusesWhatIsNoArray() throws IOException {
        Path empty = Files.write(folder.resolve("empty"), new byte[0]);
        assertThatThrownBy(() -> Npy.read(empty)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> Npy.readAll(empty))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no zip");
        Path cut = Files.write(folder.resolve("cut"), new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 9});
        assertThatThrownBy(() -> Npy.read(cut))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("too early");
        Path giant = raw(2, "", new byte[0]);
        byte[] bytes = Files.readAllBytes(giant);
        java.util.Arrays.fill(bytes, 8, 12, (byte) 0x7F);
        Files.write(giant, bytes);
        assertThatThrownBy(() -> Npy.read(giant))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("claims a header");
        assertThatThrownBy(() -> Npy.read(folder.resolve("nowhere"))).hasMessageContaining("no such file");
    }

    @Test
    void damageIsRefusedOrHarmless() throws IOException {
        Path array = folder.resolve("whole.npy");
        Npy.write(array, Sample.floats(3, 2).tensor(1));
        damage(Files.readAllBytes(array), Npy::read);
        Path archive = folder.resolve("whole.npz");
        Npy.writeAll(
                archive,
                Map.of("a", Sample.floats(3, 2).tensor(1), "b", Sample.floats(2).tensor(2)));
        damage(Files.readAllBytes(archive), Npy::readAll);
    }

    private void damage(byte[] bytes, Consumer<Path> read) throws IOException {
        var random = new Philox(2, 1);
        for (long i = 0; i < 1500; i++) {
            byte[] damaged = bytes.clone();
            damaged[random.below(2 * i, damaged.length)] = (byte) random.bits(2 * i + 1);
            Path file = Files.write(folder.resolve("damaged"), damaged);
            try {
                Scope.tidyRun(() -> read.accept(file));
            } catch (BadInputException e) {
                assertThat(e.getMessage()).startsWith(file.toString()).hasLineCount(1);
            }
        }
    }

    private Path raw(int version, String header, byte[] data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        ByteBuffer length =
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, text.length);
        out.write(length.array(), 0, version == 1 ? 2 : 4);
        out.write(text);
        out.write(data);
        return Files.write(folder.resolve("raw.npy"), out.toByteArray());
    }
}
