package sensorium.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/**
 * The safetensors format: the length of a JSON header (64 bits, little endian), the header, then the bytes of all tensors
 * without gaps. An open file is read as tensors are asked for; a small one is in memory, a large one mapped: its tensors are the
 * file's own pages on backends that compute in host memory, and opening it takes no time.
 *
 * <p>Nothing in the file is believed before it is checked: sizes against the file's length, offsets against shapes and each
 * other. A file that shrinks under our feet is an error, not a crash.
 */
public final class Safetensors {
    /** Files up to this size are read at once. */
    private static final long SMALL = 64L << 20;

    private static final long MAX_HEADER = 100_000_000;

    private final Path file;
    private final SafetensorsHeader header;
    private final MemorySegment data;
    private final long fileSize;

    private Safetensors(Path file, SafetensorsHeader header, MemorySegment data, long fileSize) {
        this.file = file;
        this.header = header;
        this.data = data;
        this.fileSize = fileSize;
    }

    /**
     * Reads and checks the header.
     *
     * @throws BadInputException if the file is not there or not a sound safetensors file
     */
    public static Safetensors open(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = in.size();
            if (size < 8) {
                throw bad(file, "is only " + size + " bytes long");
            }
            long length = read(in, file, 0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
            if (length < 2 || length > MAX_HEADER || length > size - 8) {
                throw bad(file, "claims a header of " + Long.toUnsignedString(length) + " bytes in a file of " + size);
            }
            byte[] json = read(in, file, 8, (int) length).array();
            long start = 8 + length;
            var header = SafetensorsHeader.parse(json, size - start, fault -> bad(file, fault));
            return new Safetensors(file, header, contents(in, file, start, size), size);
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file; check the path", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e + "); check the file and its permissions", e);
        }
    }

    private static MemorySegment contents(FileChannel in, Path file, long start, long size) throws IOException {
        return size <= SMALL
                ? MemorySegment.ofArray(
                        read(in, file, start, (int) (size - start)).array())
                : in.map(FileChannel.MapMode.READ_ONLY, start, size - start, Arena.ofAuto());
    }

    private static ByteBuffer read(FileChannel in, Path file, long from, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (in.read(bytes, from + bytes.position()) < 0) {
                throw bad(file, "ended while it was read");
            }
        }
        return bytes.flip();
    }

    private static BadInputException bad(Path file, String fault) {
        // Names in it come from the file and may be long.
        String brief = fault.length() > 300 ? fault.substring(0, 300) + "…" : fault;
        return new BadInputException(file + ": " + brief + "; not a sound safetensors file, fetch or write it again");
    }

    /** The tensors' names, in the order of their bytes. */
    public Set<String> names() {
        return header.entries().keySet();
    }

    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** @throws BadInputException if there is no such tensor */
    public Spec spec(String name) {
        return entry(name).spec();
    }

    /**
     * One tensor, on the current backend. One of a large file must not be used any more when that has been written to; replacing the
     * file, as {@link #write} does, is no harm.
     *
     * @throws BadInputException if there is no such tensor, or the file has shrunk since it was opened
     */
    public Tensor tensor(String name) {
        SafetensorsHeader.Entry e = entry(name);
        MemorySegment bytes = data.asSlice(e.begin(), e.end() - e.begin());
        if (!data.isMapped()) {
            return Tensor.fromHost(e.spec().dtype(), e.spec().shape(), bytes);
        }
        checkSize();
        try {
            return Tensor.borrowed(e.spec().dtype(), e.spec().shape(), bytes);
        } catch (InternalError fault) {
            // The JVM's answer to a page that is gone: the file shrank after the check.
            throw new BadInputException(file + ": shrank while it was read; fetch it again", fault);
        }
    }

    /** Whether the tensors stay in the file until they are read. */
    public boolean isMapped() {
        return data.isMapped();
    }

    /**
     * Whether an element of a tensor is not a number.
     *
     * @throws BadInputException if there is no such tensor
     */
    public boolean hasNaN(String name) {
        SafetensorsHeader.Entry e = entry(name);
        return NotNumbers.areIn(
                data.asSlice(e.begin(), e.end() - e.begin()), e.spec().dtype());
    }

    /** All tensors by name, on the current backend. */
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        names().forEach(name -> all.put(name, tensor(name)));
        return all;
    }

    private SafetensorsHeader.Entry entry(String name) {
        SafetensorsHeader.Entry e = header.entries().get(name);
        if (e == null) {
            throw new BadInputException(file + ": holds no tensor " + name + "; is this the right file?");
        }
        return e;
    }

    private void checkSize() {
        try {
            if (Files.size(file) != fileSize) {
                throw new BadInputException(file + ": changed its size since it was opened; open it again");
            }
        } catch (IOException e) {
            throw new BadInputException(file + ": has gone since it was opened (" + e + ")", e);
        }
    }

    /**
     * Writes tensors of any backend, bit for bit, wider types first and then by name, so that equal contents give equal
     * files. The file appears whole or not at all.
     *
     * @throws BadInputException if it cannot be written
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        Comparator<Map.Entry<String, Tensor>> order = Comparator.comparingInt(
                (Map.Entry<String, Tensor> e) -> -e.getValue().dtype().bytes());
        List<Map.Entry<String, Tensor>> sorted = tensors.entrySet().stream()
                .sorted(order.thenComparing(Map.Entry::getKey))
                .toList();
        Map<String, Spec> specs = new LinkedHashMap<>();
        sorted.forEach(e -> specs.put(e.getKey(), e.getValue().spec()));
        var head = new ByteArrayOutputStream();
        SafetensorsHeader.write(specs, new TreeMap<>(metadata), head);
        while (head.size() % 8 != 0) {
            head.write(' ');
        }
        AtomicFile.write(file, out -> {
            ByteBuffer length =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, head.size());
            writeFully(out, length);
            writeFully(out, ByteBuffer.wrap(head.toByteArray()));
            for (Map.Entry<String, Tensor> e : sorted) {
                writeElements(out, e.getValue());
            }
        });
    }

    /** Row-major elements as they are, in pieces that a buffer can show. */
    static void writeElements(FileChannel out, Tensor tensor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = Scope.tidy("save", () -> tensor.toHost(arena));
            for (long at = 0; at < bytes.byteSize(); at += SMALL) {
                writeFully(
                        out,
                        bytes.asSlice(at, Math.min(SMALL, bytes.byteSize() - at))
                                .asByteBuffer());
            }
        }
    }

    static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
