package sensorium.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sensorium.BadInputException;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/**
 * The weights in an ONNX file (onnx.proto: {@code ModelProto.graph.initializer}), and which node of the graph reads which: exporters
 * fold a layer's transposed weight into an initialiser without a telling name, and only the node beside its bias says whose it is.
 * No node is ever run, so no operator is unknown.
 *
 * <p>The file is mapped and every size checked against it before anything is made; an initialiser is read when it is asked for. Those
 * that are kept outside of the file are refused.
 */
public final class OnnxFile {
    private static final int LONGEST_NAME = 4096;
    private static final int MOST_PARTS = 1 << 20;
    private static final int MOST_AXES = 32;

    // Numbers of fields in onnx.proto.
    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_OP = 4;
    private static final int TENSOR_DIMS = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_FLOATS = 4;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_RAW = 9;
    private static final int TENSOR_LOCATION = 14;

    /**
     * A step of the graph.
     *
     * @param op its operator
     * @param inputs names of what it reads, initialisers among them
     */
    public record Node(String op, List<String> inputs, List<String> outputs) {}

    /** @param values null where they are not in one piece */
    private record Initializer(Spec spec, MemorySegment values) {}

    private final Path file;
    private final long fileSize;
    private final Map<String, Initializer> initializers = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();

    private OnnxFile(Path file, long fileSize) {
        this.file = file;
        this.fileSize = fileSize;
    }

    /** @throws BadInputException if the file is not there or not a sound ONNX file */
    public static OnnxFile open(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            var onnx = new OnnxFile(file, in.size());
            // Mapped, never copied: what is read of it are names and shapes.
            MemorySegment all = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size(), Arena.ofAuto());
            onnx.readModel(new ProtobufReader(all, onnx::bad));
            return onnx;
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file; check the path", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e + "); check the file and its permissions", e);
        } catch (InternalError fault) {
            throw new BadInputException(file + ": shrank while it was read; fetch it again", fault);
        }
    }

    private void readModel(ProtobufReader model) {
        boolean found = false;
        while (model.next()) {
            if (model.field() == MODEL_GRAPH) {
                found = true;
                readGraph(model.message());
            }
        }
        if (!found) {
            throw bad("holds no graph");
        }
    }

    private void readGraph(ProtobufReader graph) {
        while (graph.next()) {
            if (graph.field() == GRAPH_INITIALIZER) {
                readInitializer(graph.message());
            } else if (graph.field() == GRAPH_NODE) {
                nodes.add(node(graph.message()));
            }
            if (initializers.size() > MOST_PARTS || nodes.size() > MOST_PARTS) {
                throw bad("has more than " + MOST_PARTS + " parts");
            }
        }
    }

    private static Node node(ProtobufReader node) {
        String op = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        while (node.next()) {
            switch (node.field()) {
                case NODE_INPUT -> inputs.add(node.string(LONGEST_NAME));
                case NODE_OUTPUT -> outputs.add(node.string(LONGEST_NAME));
                case NODE_OP -> op = node.string(LONGEST_NAME);
                default -> {}
            }
        }
        return new Node(op, List.copyOf(inputs), List.copyOf(outputs));
    }

    private void readInitializer(ProtobufReader tensor) {
        String name = "";
        List<Long> dims = new ArrayList<>();
        long type = 0;
        MemorySegment values = null;
        boolean outside = false;
        while (tensor.next()) {
            switch (tensor.field()) {
                case TENSOR_DIMS -> readDims(tensor, dims);
                case TENSOR_TYPE -> type = tensor.number();
                case TENSOR_NAME -> name = tensor.string(LONGEST_NAME);
                case TENSOR_RAW, TENSOR_FLOATS ->
                    values = tensor.wire() == ProtobufReader.Wire.BYTES && values == null ? tensor.bytes() : null;
                case TENSOR_LOCATION -> outside = tensor.number() != 0;
                default -> {}
            }
        }
        if (outside) {
            throw new BadInputException(file + ": keeps the values of " + name
                    + " in another file, which is not read here; export it as one");
        }
        DType known = type(type);
        if (known == null) {
            return; // a text, or a type that no weight has: it is missing where somebody asks for it
        }
        Spec spec = spec(name, known, dims);
        if (values != null && values.byteSize() != spec.bytes()) {
            throw bad("tensor " + name + " needs " + spec.bytes() + " bytes but has " + values.byteSize());
        }
        if (initializers.put(name, new Initializer(spec, values)) != null) {
            throw bad("tensor " + name + " is there twice");
        }
    }

    private void readDims(ProtobufReader tensor, List<Long> dims) {
        if (tensor.wire() == ProtobufReader.Wire.VARINT) {
            dims.add(tensor.number());
        } else {
            ProtobufReader packed = tensor.message();
            while (packed.hasPacked() && dims.size() <= MOST_AXES) {
                dims.add(packed.varint());
            }
        }
        if (dims.size() > MOST_AXES) {
            throw bad("has a tensor of more than " + MOST_AXES + " axes");
        }
    }

    private Spec spec(String name, DType type, List<Long> dims) {
        int[] shape = new int[dims.size()];
        try {
            for (int i = 0; i < shape.length; i++) {
                shape[i] = Math.toIntExact(dims.get(i));
                if (shape[i] < 0) {
                    throw bad("the shape " + dims + " of tensor " + name + " has a negative size");
                }
            }
            var spec = new Spec(type, Shape.of(shape));
            if (spec.bytes() > fileSize) {
                throw bad("tensor " + name + " of shape " + dims + " is larger than the file");
            }
            return spec;
        } catch (ArithmeticException e) {
            throw bad("the shape " + dims + " of tensor " + name + " is too large");
        }
    }

    /** Of {@code TensorProto.DataType}; null for what has no counterpart here. */
    private static DType type(long number) {
        return switch (Math.clamp(number, 0, 100)) {
            case 1 -> DType.F32;
            case 2 -> DType.U8;
            case 6 -> DType.I32;
            case 7 -> DType.I64;
            case 9 -> DType.BOOL;
            case 10 -> DType.F16;
            case 11 -> DType.F64;
            case 16 -> DType.BF16;
            default -> null;
        };
    }

    /** Names of the initialisers, in the file's order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(initializers.keySet());
    }

    /** The graph's nodes, in the order of computation. */
    public List<Node> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    /** @throws BadInputException if there is no such initialiser */
    public Spec spec(String name) {
        return initializer(name).spec;
    }

    /**
     * One initialiser, on the current backend.
     *
     * @throws BadInputException if there is no such initialiser, or its values are stored in a way that is not read here
     */
    public Tensor tensor(String name) {
        Initializer found = initializer(name);
        if (found.values == null) {
            throw new BadInputException(
                    file + ": tensor " + name + " is not stored in one piece; export it with raw data");
        }
        try {
            if (Files.size(file) != fileSize) {
                throw new BadInputException(file + ": changed its size since it was opened; open it again");
            }
            return Tensor.fromHost(found.spec.dtype(), found.spec.shape(), found.values);
        } catch (IOException e) {
            throw new BadInputException(file + ": has gone since it was opened (" + e + ")", e);
        } catch (InternalError fault) {
            // The JVM's answer to a page that is gone: the file shrank after the check.
            throw new BadInputException(file + ": shrank while it was read; fetch it again", fault);
        }
    }

    /**
     * Whether an element of an initialiser is not a number.
     *
     * @throws BadInputException if there is no such initialiser
     */
    public boolean hasNaN(String name) {
        Initializer found = initializer(name);
        return found.values != null && NotNumbers.areIn(found.values, found.spec.dtype());
    }

    private Initializer initializer(String name) {
        Initializer found = initializers.get(name);
        if (found == null) {
            throw new BadInputException(file + ": holds no tensor " + name + "; is this the right file?");
        }
        return found;
    }

    private BadInputException bad(String fault) {
        // Names in it come from the file and may be long.
        String brief = fault.length() > 300 ? fault.substring(0, 300) + "…" : fault;
        return new BadInputException(file + ": " + brief + "; not a sound ONNX file, fetch or write it again");
    }
}
