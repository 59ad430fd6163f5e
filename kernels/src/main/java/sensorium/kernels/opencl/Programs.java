package sensorium.kernels.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;
import sensorium.BadInputException;
import sensorium.io.AtomicFile;

/**
 * The kernels of one device, built when first asked for. What the driver made of a source is kept on disk under a hash of
 * source, options, device, driver and platform; a file that is damaged or that the driver refuses is built anew. A driver that
 * keeps its programs itself, and for which a binary is one more compilation, is left to it.
 */
final class Programs implements AutoCloseable {
    /** What every source begins with. */
    private static final String PRELUDE = "types.cl";

    private static final String OPTIONS = "-cl-std=CL1.2";
    private static final Pattern INCLUDE = Pattern.compile("^#include \"(.*)\"$", Pattern.MULTILINE);
    private static final long MOST_BYTES = 64 << 20;

    private final DeviceQueue queue;
    private final Path cache;
    private final Map<String, Built> programs = new HashMap<>();
    private final Map<Key, Kernel> kernels = new HashMap<>();
    private final Map<String, UnaryOperator<String>> edits = new HashMap<>();
    private boolean binaries;
    private int compiled;

    private record Key(String file, String name, Map<String, ?> defines) {}

    private record Built(cl_program program, Ledger.Entry entry) {}

    /** A kernel ready to be launched. */
    record Kernel(String name, cl_kernel handle, Ledger.Entry entry) {
        @Override
        public String toString() {
            return "kernel " + name;
        }
    }

    /** @param cache folder of the binaries */
    Programs(DeviceQueue queue, Path cache) {
        this.queue = queue;
        this.cache = cache;
        this.binaries = !queue.facts().keepsPrograms();
    }

    /** From now on keeps binaries, whatever the driver keeps. */
    synchronized void keepBinaries() {
        binaries = true;
    }

    /** How many programs were built from source, for lack of a binary. */
    synchronized int compiled() {
        return compiled;
    }

    /** From now on builds a source otherwise than it is written: so tests plant errors. */
    synchronized void edit(String file, UnaryOperator<String> change) {
        edits.put(file, change);
    }

    /**
     * @param file the source, a resource beside this class
     * @param defines macros that the source is written in terms of
     */
    synchronized Kernel kernel(String file, String name, Map<String, ?> defines) {
        return kernels.computeIfAbsent(new Key(file, name, Map.copyOf(defines)), key -> create(key, text(file)));
    }

    /**
     * A kernel that is written while the program runs.
     *
     * @param file what the source is called: another for every source
     */
    synchronized Kernel kernel(String file, String source, String name, Map<String, ?> defines) {
        return kernels.computeIfAbsent(new Key(file, name, Map.copyOf(defines)), key -> create(key, including(source)));
    }

    private Kernel create(Key key, String source) {
        String macros = new TreeMap<>(key.defines)
                .entrySet().stream()
                        .map(e -> "#define " + e.getKey() + " " + e.getValue() + "\n")
                        .collect(Collectors.joining());
        Built built = programs.computeIfAbsent(key.file + "\n" + macros, _ -> build(key.file, source, macros));
        cl_kernel handle = CL.clCreateKernel(built.program, key.name, null);
        return new Kernel(
                key.name + " of " + key.file,
                handle,
                queue.ledger().open(Ledger.Kind.KERNEL, key.name, () -> CL.clReleaseKernel(handle)));
    }

    private Built build(String file, String text, String macros) {
        String written = edits.getOrDefault(file, UnaryOperator.identity()).apply(text);
        String source = (queue.facts().fp64() ? "#define HAS_DOUBLE\n" : "") + macros + text(PRELUDE) + written;
        DeviceFacts facts = queue.facts();
        Path kept = cache.resolve(
                Caches.sha256(String.join("\n", source, OPTIONS, facts.name(), facts.driver(), facts.vendor()))
                        + ".bin");
        Optional<cl_program> fromDisk = binaries
                ? Caches.bytes(kept, MOST_BYTES).flatMap(Programs::unsealed).flatMap(this::load)
                : Optional.empty();
        cl_program program = fromDisk.orElseGet(() -> compile(file, source));
        if (fromDisk.isEmpty()) {
            compiled++;
            keep(program, kept);
        }
        return new Built(program, queue.ledger().open(Ledger.Kind.PROGRAM, file, () -> CL.clReleaseProgram(program)));
    }

    /** Tried twice: a driver whose processes share a folder for its own files may fail once, for the sake of another process. */
    private cl_program compile(String file, String source) {
        try {
            return attempt(source);
        } catch (NotBuilt once) {
            try {
                return attempt(source);
            } catch (NotBuilt twice) {
                throw complaint(file, source, twice);
            }
        }
    }

    /** What the driver wrote about a source that it did not take. */
    private static final class NotBuilt extends Exception {
        private static final long serialVersionUID = 1;

        NotBuilt(String log, CLException cause) {
            super(log, cause);
        }
    }

    private cl_program attempt(String source) throws NotBuilt {
        cl_program program = CL.clCreateProgramWithSource(queue.context(), 1, new String[] {source}, null, null);
        try {
            CL.clBuildProgram(program, 0, null, OPTIONS, null, null);
            return program;
        } catch (CLException e) {
            String log = log(program);
            CL.clReleaseProgram(program);
            throw new NotBuilt(log, e);
        }
    }

    private BadInputException complaint(String file, String source, NotBuilt fault) {
        String log = fault.getMessage();
        Path at = cache.resolve("failed-" + file + ".log");
        String where = "";
        if (Caches.canWrite(cache)) {
            byte[] bytes = (log + "\n\n" + source).getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(at, out -> out.write(ByteBuffer.wrap(bytes)));
            where = "; its log and source are in " + at;
        }
        return new BadInputException(
                "the driver of " + queue.facts() + " does not build " + file + " ("
                        + log.lines()
                                .filter(l -> l.contains("error"))
                                .findFirst()
                                .orElse(fault.getCause().getMessage()) + ")"
                        + where + "; compute on the cpu, or update the driver",
                fault);
    }

    private String log(cl_program program) {
        long[] size = new long[1];
        CL.clGetProgramBuildInfo(program, queue.device(), CL.CL_PROGRAM_BUILD_LOG, 0, null, size);
        byte[] bytes = new byte[(int) size[0]];
        CL.clGetProgramBuildInfo(
                program, queue.device(), CL.CL_PROGRAM_BUILD_LOG, bytes.length, Pointer.to(bytes), null);
        return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").strip();
    }

    /** The program of a binary, if the driver takes it. */
    private Optional<cl_program> load(byte[] binary) {
        cl_program program = null;
        try {
            program = CL.clCreateProgramWithBinary(
                    queue.context(),
                    1,
                    new cl_device_id[] {queue.device()},
                    new long[] {binary.length},
                    new byte[][] {binary},
                    null,
                    null);
            CL.clBuildProgram(program, 0, null, OPTIONS, null, null);
            return Optional.of(program);
        } catch (CLException e) {
            // A driver may refuse what it made itself, after an update of a part of it: the source is still there.
            if (program != null) {
                CL.clReleaseProgram(program);
            }
            return Optional.empty();
        }
    }

    private void keep(cl_program program, Path file) {
        if (!binaries || !Caches.canWrite(cache)) {
            return; // built again next time
        }
        long[] size = new long[1];
        CL.clGetProgramInfo(program, CL.CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
        if (size[0] == 0) {
            return;
        }
        byte[] binary = new byte[Math.toIntExact(size[0])];
        CL.clGetProgramInfo(program, CL.CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(Pointer.to(binary)), null);
        byte[] hash = Caches.sha256(binary);
        AtomicFile.write(file, out -> {
            out.write(ByteBuffer.wrap(hash));
            out.write(ByteBuffer.wrap(binary));
        });
    }

    /** What follows the hash, if it is what was hashed: a driver may crash on a damaged binary. */
    private static Optional<byte[]> unsealed(byte[] file) {
        int hash = 32;
        if (file.length <= hash) {
            return Optional.empty();
        }
        byte[] binary = Arrays.copyOfRange(file, hash, file.length);
        return Arrays.equals(Caches.sha256(binary), Arrays.copyOf(file, hash)) ? Optional.of(binary) : Optional.empty();
    }

    /** A source with what it includes: a line of its own, the name in quotation marks. */
    private static String text(String resource) {
        try (InputStream in = Programs.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + resource);
            }
            return including(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String including(String source) {
        return INCLUDE.matcher(source).replaceAll(m -> Matcher.quoteReplacement(text(m.group(1))));
    }

    /** Releases all kernels, then all programs; what is asked for again is made again. */
    synchronized void forget() {
        List<Ledger.Entry> entries = new ArrayList<>();
        kernels.values().forEach(k -> entries.add(k.entry));
        programs.values().forEach(p -> entries.add(p.entry));
        kernels.clear();
        programs.clear();
        entries.forEach(Ledger.Entry::close);
    }

    @Override
    public void close() {
        forget();
    }
}
