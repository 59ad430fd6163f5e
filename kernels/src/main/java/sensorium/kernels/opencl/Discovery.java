package sensorium.kernels.opencl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import sensorium.BadInputException;
import sensorium.io.AtomicFile;

/**
 * Which OpenCL devices there are, or why there are none, without ever risking this JVM: what can be told from files is, the
 * rest is asked by a {@link Probe} in a process of its own, whose answer is kept until a driver changes.
 *
 * @param libraries folders that may hold {@code libOpenCL.so}
 * @param vendors folder of the drivers' {@code .icd} files
 * @param tools folders that may hold a linker, which PoCL calls
 * @param cache folder of the answer
 * @param command starts the probe
 * @param patience seconds after which a probe hangs
 */
record Discovery(List<Path> libraries, Path vendors, List<Path> tools, Path cache, List<String> command, int patience) {
    /** Begins each line of the probe's answer, in case that a driver writes to standard output too. */
    static final String MARK = "sensorium-opencl: ";

    private static final String INSTALL =
            "install the driver of your GPU, or for the processor pocl-opencl-icd and ocl-icd-opencl-dev (Debian)";
    private static final long MOST_BYTES = 1 << 20;
    private static final int PATIENCE = 60;

    /** Begins the lines of a probe that did not end: a busy machine is no reason to believe so for ever. */
    private static final String NO_ANSWER = "no answer";

    /** What was found. */
    sealed interface Answer {}

    /** At least one device, all of which ran a kernel. */
    record Found(List<DeviceFacts> devices) implements Answer {}

    /** None, why, and what to do. */
    record Absent(String reason, String remedy) implements Answer {}

    /** On this machine, as its environment says. */
    static Discovery ofThisMachine() {
        Set<Path> libraries = new LinkedHashSet<>(folders(System.getenv("LD_LIBRARY_PATH")));
        Stream.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib")
                .map(Path::of)
                .forEach(libraries::add);
        libraries.addAll(knownToTheLinker(Path.of("/etc/ld.so.cache")));
        String vendors = System.getenv().getOrDefault("OCL_ICD_VENDORS", "/etc/OpenCL/vendors");
        return new Discovery(
                List.copyOf(libraries),
                Path.of(vendors),
                folders(System.getenv("PATH")),
                Caches.folder(),
                probeCommand(),
                PATIENCE);
    }

    Answer answer() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return new Absent("it is tried on Linux only", "compute on the cpu");
        }
        if (find("libOpenCL.so").isEmpty()) {
            return find("libOpenCL.so.1").isPresent()
                    ? new Absent(
                            "there is libOpenCL.so.1, but no libOpenCL.so",
                            "install ocl-icd-opencl-dev (Debian), or link the one to the other")
                    : new Absent("there is no libOpenCL.so", INSTALL);
        }
        List<Path> drivers = drivers();
        if (drivers.isEmpty()) {
            return new Absent("no driver is registered in " + vendors, INSTALL);
        }
        String key = key(drivers);
        Path kept = cache.resolve("devices");
        Optional<List<String>> known = read(kept, key);
        if (known.isPresent()) {
            return parse(known.get());
        }
        List<String> lines = probe();
        if (!lines.get(0).equals(NO_ANSWER)) {
            keep(kept, key, lines);
        }
        return parse(lines);
    }

    private Optional<Path> find(String library) {
        return libraries.stream()
                .map(folder -> folder.resolve(library))
                .filter(Files::exists)
                .findFirst();
    }

    private List<Path> drivers() {
        if (Files.isRegularFile(vendors)) {
            return List.of(vendors);
        }
        if (!Files.isDirectory(vendors)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(vendors)) {
            return files.filter(f -> f.toString().endsWith(".icd")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes when the loader, a driver, or what a driver needs does. */
    private String key(List<Path> drivers) {
        List<String> parts = new ArrayList<>();
        parts.add(System.getProperty("java.version") + " " + System.getenv("POCL_CACHE_DIR"));
        parts.add(String.valueOf(Files.isWritable(Path.of(System.getProperty("user.home")))));
        find("libOpenCL.so").map(Discovery::state).ifPresent(parts::add);
        tools.stream()
                .map(folder -> folder.resolve("ld"))
                .filter(Files::exists)
                .map(Discovery::state)
                .forEach(parts::add);
        for (Path icd : drivers) {
            parts.add(state(icd));
            String library = Caches.text(icd, MOST_BYTES).map(String::strip).orElse("");
            Path direct = vendors.resolve(library);
            (direct.isAbsolute() && Files.exists(direct) ? Optional.of(direct) : find(library))
                    .map(Discovery::state)
                    .ifPresent(parts::add);
        }
        return Caches.sha256(String.join("\n", parts));
    }

    private static String state(Path file) {
        try {
            return file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return file + " unreadable";
        }
    }

    /** The lines kept under this key. */
    private static Optional<List<String>> read(Path file, String key) {
        return Caches.text(file, MOST_BYTES)
                .map(text -> text.lines().toList())
                .filter(lines -> lines.size() > 1 && lines.get(0).equals(key))
                .map(lines -> lines.subList(1, lines.size()))
                .filter(lines ->
                        !(parse(lines) instanceof Absent a && a.reason().startsWith("its answer")));
    }

    private static void keep(Path file, String key, List<String> lines) {
        if (!Caches.canWrite(file.getParent())) {
            return; // asked again next time
        }
        var text = new ArrayList<String>();
        text.add(key);
        text.addAll(lines);
        byte[] bytes = String.join("\n", text).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, out -> out.write(ByteBuffer.wrap(bytes)));
    }

    /** The lines that a probe printed, or {@code failed} and why. */
    private List<String> probe() {
        Path output = null;
        try {
            output = Files.createTempFile("sensorium-probe", ".txt");
            Process child = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            child.getOutputStream().close();
            if (!child.waitFor(patience, TimeUnit.SECONDS)) {
                child.destroyForcibly().waitFor();
                return List.of(NO_ANSWER, "a driver does not answer within " + patience + " s");
            }
            String text = Caches.text(output, MOST_BYTES).orElse("");
            List<String> lines = text.lines()
                    .filter(l -> l.startsWith(MARK))
                    .map(l -> l.substring(MARK.length()))
                    .toList();
            if (child.exitValue() == 0 && !lines.isEmpty()) {
                return lines;
            }
            String last =
                    text.lines().filter(l -> !l.isBlank()).reduce((a, b) -> b).orElse("silent");
            return List.of("failed", "a driver crashed with status " + child.exitValue() + " (" + last.strip() + ")");
        } catch (IOException e) {
            return List.of(NO_ANSWER, "the probe does not start (" + e.getMessage() + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadInputException("interrupted while asking the OpenCL drivers", e);
        } finally {
            Caches.delete(output);
        }
    }

    private static Answer parse(List<String> lines) {
        if (!lines.get(0).equals("ok") && lines.size() == 2) {
            return failure(lines.get(1));
        }
        try {
            List<DeviceFacts> devices =
                    lines.stream().skip(1).map(DeviceFacts::parse).toList();
            return devices.isEmpty()
                    ? new Absent("the drivers know no device", homeRemedy() + INSTALL)
                    : new Found(devices);
        } catch (IllegalArgumentException e) {
            return new Absent("its answer is malformed: " + e.getMessage(), INSTALL);
        }
    }

    private static Absent failure(String why) {
        if (why.contains("CL_DEVICE_NOT_FOUND") || why.contains("CL_PLATFORM_NOT_FOUND")) {
            return new Absent("the drivers know no device (" + why + ")", homeRemedy() + INSTALL);
        }
        if (why.contains("crashed")) {
            return new Absent(
                    why,
                    "PoCL needs a linker and the C library's development files: install binutils and libc6-dev (Debian);"
                            + " or remove the driver");
        }
        return new Absent(why, INSTALL);
    }

    /** PoCL shows no device where it cannot keep what it compiles; its folder lies beside ours. */
    private static String homeRemedy() {
        return Caches.canWrite(Caches.folder())
                ? ""
                : "no folder for caches can be written: set XDG_CACHE_HOME to one that can (PoCL: POCL_CACHE_DIR); or ";
    }

    private static List<Path> folders(String path) {
        return path == null
                ? List.of()
                : Stream.of(path.split(":"))
                        .filter(s -> !s.isBlank())
                        .map(Path::of)
                        .toList();
    }

    /** Folders that the dynamic linker's cache names for libOpenCL. */
    private static List<Path> knownToTheLinker(Path cacheFile) {
        try {
            if (!Files.isReadable(cacheFile) || Files.size(cacheFile) > 16 * MOST_BYTES) {
                return List.of();
            }
            String text = Files.readString(cacheFile, StandardCharsets.ISO_8859_1);
            return Pattern.compile("(/[^\\x00]*)/libOpenCL\\.so[.0-9]*\\x00")
                    .matcher(text)
                    .results()
                    .map(m -> Path.of(m.group(1)))
                    .distinct()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<String> probeCommand() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // Loading this class does not load the library: that happens when it is first called.
        String classes = Caches.codeOf(Probe.class) + ":" + Caches.codeOf(org.jocl.CL.class) + ":"
                + Caches.codeOf(BadInputException.class);
        return List.of(
                java,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-CreateCoredumpOnCrash",
                "-cp",
                classes,
                Probe.class.getName());
    }
}
