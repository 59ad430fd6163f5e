package sensorium.io;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/**
 * NumPy's array files: npy (NEP 1, versions 1 to 3, little endian) and npz, a zip of them. BF16 has no name there.
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_HEADER = 1 << 16;
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']{0,64})'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]{0,400})\\)");
    private static final Map<String, DType> TYPES = Map.of(
            "<f4",
            DType.F32,
            "<f8",
            DType.F64,
            "<f2",
            DType.F16,
            "<i4",
            DType.I32,
            "<i8",
            DType.I64,
            "|u1",
            DType.U8,
            "|b1",
            DType.BOOL);

    private Npy() {}

    /**
     * One array, on the current backend; an array in Fortran order is transposed while it is read.
     *
     * @throws BadInputException if the file is not there or not a sound npy file of a known type
     */
    public static Tensor read(Path file) {
        return open(file, in -> read(in, file.toString(), Files.size(file)));
    }

    /** The arrays of an npz file by name (without {@code .npy}), on the current backend. */
    public static Map<String, Tensor> readAll(Path file) {
        return open(file, in -> {
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            var zip = new ZipInputStream(in);
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                String name = e.getName().replaceFirst("\\.npy$", "");
                if (arrays.put(name, read(zip, file + " (" + name + ")", Integer.MAX_VALUE)) != null) {
                    throw bad(file.toString(), "holds " + name + " twice");
                }
            }
            if (arrays.isEmpty()) {
                throw bad(file.toString(), "is no zip file with arrays");
            }
            return arrays;
        });
    }

    private interface Reader<T> {
        T read(InputStream in) throws IOException;
    }

    private static <T> T open(Path file, Reader<T> reader) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return reader.read(in);
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file; check the path", e);
        } catch (EOFException e) {
            throw new BadInputException(file + ": ends too early; fetch or write it again", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e + "); check the file and its permissions", e);
        }
    }

    /** @param most bytes that the elements may claim */
    private static Tensor read(InputStream in, String where, long most) throws IOException {
        var data = new DataInputStream(in);
        byte[] start = data.readNBytes(8);
        if (start.length < 8 || !Arrays.equals(start, 0, 6, MAGIC, 0, 6) || start[6] < 1 || start[6] > 3) {
            throw bad(where, "does not begin like an npy file of version 1, 2 or 3");
        }
        int length = start[6] == 1
                ? Short.toUnsignedInt(Short.reverseBytes(data.readShort()))
                : Integer.reverseBytes(data.readInt());
        if (length < 0 || length > MAX_HEADER) {
            throw bad(where, "claims a header of " + Integer.toUnsignedString(length) + " bytes");
        }
        byte[] text = new byte[length];
        data.readFully(text);
        String header = new String(text, start[6] == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        String descr = field(TYPE, header, where);
        DType type = TYPES.get(descr);
        if (type == null) {
            throw bad(
                    where,
                    "has the element type " + descr + ", which is not one of "
                            + String.join(" ", new TreeMap<>(TYPES).keySet()));
        }
        boolean fortran = field(ORDER, header, where).equals("True");
        Shape shape = shape(field(SHAPE, header, where), type, most, where);
        byte[] bytes = data.readNBytes((int) new Spec(type, shape).bytes());
        if (bytes.length < new Spec(type, shape).bytes()) {
            throw bad(where, "ends after " + bytes.length + " of " + new Spec(type, shape).bytes() + " bytes");
        }
        if (data.read() >= 0) {
            throw bad(where, "goes on after its last element");
        }
        return fortran ? transposed(type, shape, bytes) : Tensor.fromHost(type, shape, MemorySegment.ofArray(bytes));
    }

    private static Tensor transposed(DType type, Shape shape, byte[] bytes) {
        int[] reversed =
                IntStream.range(0, shape.rank()).map(i -> shape.rank() - 1 - i).toArray();
        Shape stored = Shape.of(Arrays.stream(reversed).map(shape::dim).toArray());
        return Scope.tidy(
                "npy",
                () -> Tensor.fromHost(type, stored, MemorySegment.ofArray(bytes))
                        .permute(reversed)
                        .contiguous());
    }

    private static String field(Pattern pattern, String header, String where) {
        Matcher m = pattern.matcher(header);
        if (!m.find()) {
            throw bad(where, "has a header that does not say type, order and shape");
        }
        return m.group(1);
    }

    private static Shape shape(String text, DType type, long most, String where) {
        try {
            int[] dims = Arrays.stream(text.split(","))
                    .map(String::trim)
                    .filter(s -> !s.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
            Shape shape = Shape.of(dims);
            if (dims.length <= 32 && new Spec(type, shape).bytes() <= Math.min(most, Integer.MAX_VALUE - 64)) {
                return shape;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new BadInputException(
                    where + ": claims the shape (" + text + "), which is too large; write it again", e);
        }
        throw bad(where, "claims the shape (" + text + ") of " + type + ", more than it can hold");
    }

    private static BadInputException bad(String where, String fault) {
        return new BadInputException(where + ": " + fault + "; write it again with numpy.save or numpy.savez");
    }

    /** Writes one array in version 1.0; the file appears whole or not at all. */
    public static void write(Path file, Tensor tensor) {
        byte[] header = header(tensor, file);
        AtomicFile.write(file, out -> {
            Safetensors.writeFully(out, ByteBuffer.wrap(header));
            Safetensors.writeElements(out, tensor);
        });
    }

    /** Writes an npz file, uncompressed in substance as {@code numpy.savez} does, in the order of the names. */
    public static void writeAll(Path file, Map<String, Tensor> tensors) {
        Map<String, byte[]> headers = new TreeMap<>();
        tensors.forEach((name, t) -> headers.put(name, header(t, file)));
        AtomicFile.write(file, out -> {
            OutputStream bytes = Channels.newOutputStream(out);
            var zip = new ZipOutputStream(bytes);
            zip.setLevel(0);
            for (Map.Entry<String, byte[]> e : headers.entrySet()) {
                var entry = new ZipEntry(e.getKey() + ".npy");
                entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
                zip.putNextEntry(entry);
                zip.write(e.getValue());
                try (Arena arena = Arena.ofConfined()) {
                    Tensor t = tensors.get(e.getKey());
                    zip.write(Scope.tidy("save", () -> t.toHost(arena)).toArray(ValueLayout.JAVA_BYTE));
                }
                zip.closeEntry();
            }
            zip.finish();
        });
    }

    private static byte[] header(Tensor tensor, Path file) {
        String descr = TYPES.entrySet().stream()
                .filter(e -> e.getValue() == tensor.dtype())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new BadInputException(
                        file + ": npy has no " + tensor.dtype() + "; convert the tensor to F32 first"));
        var shape = new StringBuilder();
        for (int d : tensor.shape().dims()) {
            shape.append(d).append(", ");
        }
        String text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
                .formatted(descr, shape.toString().strip());
        // The elements begin at a multiple of 64, the header ends with a line feed.
        int length = Math.ceilDiv(10 + text.length() + 1, 64) * 64 - 10;
        String padded = text + " ".repeat(length - text.length() - 1) + "\n";
        byte[] header = new byte[10 + length];
        System.arraycopy(MAGIC, 0, header, 0, 6);
        header[6] = 1;
        header[8] = (byte) length;
        header[9] = (byte) (length >>> 8);
        System.arraycopy(padded.getBytes(StandardCharsets.ISO_8859_1), 0, header, 10, length);
        return header;
    }
}
