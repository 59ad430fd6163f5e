package sensorium.text.bert;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import sensorium.BadInputException;
import sensorium.io.OnnxFile;
import sensorium.nn.PublishedFolder;
import sensorium.tensor.Tensor;

/**
 * The weights of an exported encoder by the names that its checkpoint has for them. Exporters keep those of biases, norms and
 * tables; the weight of a projection is stored transposed under a number, and found as what is multiplied with before its bias is
 * added.
 */
final class OnnxWeights {
    private static final String BIAS = ".bias";
    private static final List<String> PARTS = List.of("embeddings.", "encoder.", "pooler.");
    private static final String TABLE_OF_PLACES = "embeddings.position_ids";

    private OnnxWeights() {}

    /**
     * @param prefixes what may stand in front of the names
     * @throws sensorium.BadInputException if there is no such file, or it is malformed
     */
    static Map<String, Supplier<Tensor>> read(Path file, List<String> prefixes) {
        OnnxFile onnx = OnnxFile.open(file);
        Map<String, Supplier<Tensor>> weights = new HashMap<>();
        for (String name : onnx.names()) {
            String plain = HuggingFaceBert.withoutPrefix(name, prefixes);
            if (PARTS.stream().anyMatch(plain::startsWith) && !plain.equals(TABLE_OF_PLACES)) {
                weights.put(plain, () -> numbers(onnx, file, name));
            }
        }
        Map<String, OnnxFile.Node> makers = new HashMap<>();
        for (OnnxFile.Node node : onnx.nodes()) {
            node.outputs().forEach(output -> makers.put(output, node));
            if (node.op().equals("Add")) {
                for (String input : node.inputs()) {
                    String bias = HuggingFaceBert.withoutPrefix(input, prefixes);
                    if (onnx.names().contains(input) && bias.endsWith(BIAS)) {
                        factor(onnx, node, makers)
                                .ifPresent(factor -> weights.putIfAbsent(
                                        bias.substring(0, bias.length() - BIAS.length()) + ".weight",
                                        () -> numbers(onnx, file, factor).t().contiguous()));
                    }
                }
            }
        }
        return weights;
    }

    private static Tensor numbers(OnnxFile onnx, Path file, String name) {
        if (!Boolean.getBoolean(PublishedFolder.ALLOW_NAN) && onnx.hasNaN(name)) {
            throw new BadInputException(file + ": not a number (NaN) in tensor " + name
                    + "; export it again, or allow it with --allow-nan");
        }
        return onnx.tensor(name);
    }

    /** The initialiser that is multiplied with before {@code add}: (in, out). */
    private static Optional<String> factor(OnnxFile onnx, OnnxFile.Node add, Map<String, OnnxFile.Node> makers) {
        return add.inputs().stream()
                .map(makers::get)
                .filter(maker -> maker != null && maker.op().equals("MatMul"))
                .flatMap(product -> product.inputs().stream())
                .filter(name ->
                        onnx.names().contains(name) && onnx.spec(name).shape().rank() == 2)
                .findFirst();
    }
}
