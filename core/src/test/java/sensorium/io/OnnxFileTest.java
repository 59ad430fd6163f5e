package sensorium.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sensorium.io.OnnxBytes.floats;
import static sensorium.io.OnnxBytes.model;
import static sensorium.io.OnnxBytes.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;

class OnnxFileTest {
    @TempDir
    Path folder;

    private Path file(byte[] bytes) {
        try {
            return Files.write(folder.resolve("model.onnx"), bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private OnnxFile open(OnnxBytes graph) {
        return OnnxFile.open(file(model(graph)));
    }

    private static OnnxBytes node(String op, String output, String... inputs) {
        var node = new OnnxBytes();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(3, "a name").text(4, op);
    }

    private static OnnxBytes graph() {
        return new OnnxBytes()
                .message(1, node("MatMul", "product", "input", "w"))
                .message(1, node("Add", "sum", "b", "product"))
                .text(2, "a graph")
                .message(5, tensor("w", new float[] {1, 2, 3, 4, 5, 6}, 2, 3))
                .message(5, tensor("b", new float[] {7, 8, 9}, 3));
    }

    @Test
    void initialisersAndNodesAreRead() {
        OnnxFile onnx = open(graph());
        assertThat(onnx.names()).containsExactly("w", "b");
        assertThat(onnx.spec("w").shape()).isEqualTo(Shape.of(2, 3));
        assertThat(onnx.tensor("w").toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(onnx.tensor("b").toFloats()).containsExactly(7, 8, 9);
        assertThat(onnx.nodes())
                .containsExactly(
                        new OnnxFile.Node("MatMul", List.of("input", "w"), List.of("product")),
                        new OnnxFile.Node("Add", List.of("b", "product"), List.of("sum")));
    }

    @Test
    void otherFormsOfTheSameAreRead() {
        var packed = new OnnxBytes()
                .bytes(1, new byte[] {2, 1}) // dims as one field
                .number(2, 1)
                .bytes(4, floats(3, 4)) // float_data
                .text(8, "packed");
        var scalar = new OnnxBytes().number(2, 7).text(8, "scalar").bytes(9, new byte[] {5, 0, 0, 0, 0, 0, 0, 0});
        var text = new OnnxBytes().number(1, 1).number(2, 8).text(6, "a text").text(8, "text");
        OnnxFile onnx =
                open(new OnnxBytes().message(5, packed).message(5, scalar).message(5, text));
        assertThat(onnx.tensor("packed").shape()).isEqualTo(Shape.of(2, 1));
        assertThat(onnx.tensor("packed").toFloats()).containsExactly(3, 4);
        assertThat(onnx.spec("scalar").dtype()).isEqualTo(DType.I64);
        assertThat(onnx.tensor("scalar").toLongs()).containsExactly(5);
        assertThatThrownBy(() -> onnx.tensor("text"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("holds no tensor text");
    }

    /** Wherever a file ends, it is a fault that is named, or the whole of what is there. */
    @Test
    void truncatedFilesAreRefused() {
        byte[] whole = model(graph());
        for (int length = 0; length < whole.length; length++) {
            Path file = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> OnnxFile.open(file))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("not a sound ONNX file");
        }
    }

    /** Any byte may be wrong: it is read, or refused in one line, and nothing is made of the sizes that it claims. */
    @Test
    void damagedFilesEndInOneLine() {
        byte[] whole = model(graph());
        for (int at = 0; at < whole.length; at++) {
            for (int wrong : new int[] {0x00, 0x7F, 0x80, 0xFF, whole[at] ^ 1}) {
                byte[] damaged = whole.clone();
                damaged[at] = (byte) wrong;
                Path file = file(damaged);
                try {
                    OnnxFile onnx = OnnxFile.open(file);
                    onnx.names().forEach(onnx::tensor);
                } catch (BadInputException e) {
                    assertThat(e.getMessage()).startsWith(file.toString()).doesNotContain("\n");
                }
            }
        }
    }

    @Test
    void absurdSizesAreNamed() {
        float[] none = {};
        assertRefused(new OnnxBytes().message(5, tensor("w", none, 1_000_000, 1_000_000)), "larger than the file");
        assertRefused(new OnnxBytes().message(5, tensor("w", none, 1L << 40)), "too large");
        assertRefused(new OnnxBytes().message(5, tensor("w", none, 1 << 30, 1 << 30, 1 << 30)), "too large");
        assertRefused(new OnnxBytes().message(5, tensor("w", none, -3)), "negative");
        assertRefused(new OnnxBytes().message(5, tensor("w", none, new long[40])), "more than 32 axes");
        assertRefused(new OnnxBytes().message(5, tensor("w", new float[2], 3)), "needs 12 bytes but has 8");
        assertRefused(new OnnxBytes().claim(5, 1L << 62), "claims");
        assertRefused(new OnnxBytes().claim(5, -1), "claims");
        assertRefused(new OnnxBytes().text(2, "no part"), null);
        assertRefused(new OnnxBytes().message(5, tensor("w", none, 0)).message(5, tensor("w", none, 0)), "there twice");
        var outside = new OnnxBytes().number(1, 1).number(2, 1).text(8, "w").number(14, 1);
        assertThatThrownBy(() -> open(new OnnxBytes().message(5, outside)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("another file");
        assertThatThrownBy(() -> OnnxFile.open(file(new OnnxBytes().number(1, 7).toBytes())))
                .hasMessageContaining("holds no graph");
        assertThatThrownBy(() -> OnnxFile.open(folder.resolve("gone")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no such file");
    }

    /** @param fault null where the file is sound, only empty */
    private void assertRefused(OnnxBytes graph, String fault) {
        if (fault == null) {
            assertThat(open(graph).names()).isEmpty();
            return;
        }
        assertThatThrownBy(() -> open(graph))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(fault);
    }
}
