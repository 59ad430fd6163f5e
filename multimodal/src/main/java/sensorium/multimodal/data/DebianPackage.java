package sensorium.multimodal.data;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import sensorium.BadInputException;

/**
 * Brings the content of a Debian package into a folder with the system's own {@code apt-get} and {@code dpkg}: no root,
 * nothing installed, package lists of our own. An interrupted download goes on where it stopped.
 *
 * @param name the package
 * @param workspace folder for lists and downloads, kept between runs
 * @param tools folder to find apt-get and dpkg in, or empty for the PATH
 */
record DebianPackage(String name, Path workspace, Optional<Path> tools) {
    private static final Pattern URI_LINE = Pattern.compile("'[^']*' (\\S+) (\\d+) (?:(SHA256|SHA512):([0-9a-f]+))?.*");
    private static final Duration LISTS_STAY_FRESH = Duration.ofHours(1);
    private static final long POLL_MILLISECONDS = 150;

    /** What apt says it would fetch. */
    private record Archive(String fileName, long size, String algorithm, String hash) {}

    /**
     * Downloads, verifies and unpacks.
     *
     * @param target an empty folder
     */
    void unpackInto(Path target, InstallProgress progress) throws IOException, InterruptedException {
        requireTool("apt-get");
        requireTool("dpkg");
        Files.createDirectories(workspace.resolve("lists/partial"));
        Files.createDirectories(workspace.resolve("archives/partial"));
        var archive = locate(progress);
        requireSpace(archive.size() * 5 / 2); // the archive, and what comes out of it
        var file = download(archive, progress);
        var phase = "unpack " + name;
        progress.update(phase, 0, -1);
        var result = run(
                workspace,
                List.of("dpkg", "-x", file.toString(), target.toString()),
                () -> progress.update(phase, 0, -1));
        if (result.status() != 0) {
            throw failure("cannot be unpacked", result);
        }
    }

    /** Removes the downloaded archive, once what it held is in its place. */
    void forgetArchive() throws IOException {
        try (var files = Files.newDirectoryStream(workspace.resolve("archives"), name + "_*.deb")) {
            for (var file : files) {
                Files.delete(file);
            }
        }
    }

    private Archive locate(InstallProgress progress) throws IOException, InterruptedException {
        var known = listsAreFresh() ? find() : Optional.<Archive>empty();
        if (known.isPresent()) {
            return known.get();
        }
        var phase = "update the package lists";
        progress.update(phase, 0, -1);
        var update = run(workspace, apt("update"), () -> progress.update(phase, 0, -1));
        return find().orElseThrow(() ->
                failure("is not in the package lists; is there a network, and is this a Debian or Ubuntu?", update));
    }

    private boolean listsAreFresh() throws IOException {
        try (var lists = Files.newDirectoryStream(workspace.resolve("lists"), "*_Packages*")) {
            for (var list : lists) {
                // apt gives a list the time of its publication: when it was fetched is the folder's time
                var fetched = Files.getLastModifiedTime(list.getParent()).toInstant();
                return fetched.isAfter(Instant.now().minus(LISTS_STAY_FRESH));
            }
        }
        return false;
    }

    private Optional<Archive> find() throws IOException, InterruptedException {
        // not in the download folder: apt is silent about a file that is there and complete
        var found = run(workspace, apt("--print-uris", "download", name), () -> {});
        for (var line : found.lines()) {
            var uri = URI_LINE.matcher(line);
            if (uri.matches() && uri.group(1).startsWith(name + "_")) {
                return Optional.of(new Archive(
                        uri.group(1),
                        Long.parseLong(uri.group(2)),
                        uri.group(3) == null ? "" : uri.group(3).replace("SHA", "SHA-"),
                        uri.group(4) == null ? "" : uri.group(4)));
            }
        }
        return Optional.empty();
    }

    private Path download(Archive archive, InstallProgress progress) throws IOException, InterruptedException {
        var file = workspace.resolve("archives").resolve(archive.fileName());
        var phase = "download " + name;
        var result = run(
                file.getParent(),
                apt("download", name),
                () -> progress.update(phase, Files.exists(file) ? Files.size(file) : 0, archive.size()));
        if (result.status() != 0 || !Files.isRegularFile(file)) {
            throw failure("cannot be downloaded; run the command again to go on where it stopped", result);
        }
        progress.update(phase, archive.size(), archive.size());
        if (!archive.hash().isEmpty() && !hash(file, archive.algorithm()).equals(archive.hash())) {
            Files.delete(file);
            throw new BadInputException(
                    name + ": the downloaded file is damaged and was removed; run the command again");
        }
        return file;
    }

    private List<String> apt(String... arguments) {
        var command = new ArrayList<>(List.of("apt-get", "-q"));
        for (var option : List.of(
                "Dir::State::lists=" + workspace.resolve("lists"),
                "Dir::Cache=" + workspace,
                "Acquire::Retries=3",
                "Acquire::http::Timeout=30",
                "Acquire::https::Timeout=30",
                "Acquire::Languages=none")) {
            command.add("-o");
            command.add(option);
        }
        command.addAll(List.of(arguments));
        return command;
    }

    /** What a program said, and how it ended. */
    private record Result(int status, List<String> lines) {
        /** The last error it gave, else the last failure, else its last words. */
        String lastWords() {
            for (var beginning : List.of("E: ", "W: Failed", "")) {
                for (var line : lines.reversed()) {
                    if (line.startsWith(beginning)) {
                        return line.replaceFirst("^[EW]: ", "");
                    }
                }
            }
            return "it said nothing";
        }
    }

    @FunctionalInterface
    private interface Tick {
        void run() throws IOException;
    }

    /** Runs a program in a folder; its output goes to a file, so that nothing can block on a pipe. */
    private Result run(Path folder, List<String> command, Tick tick) throws IOException, InterruptedException {
        var log = Files.createTempFile(workspace, "log", ".txt");
        try {
            var full = new ArrayList<>(command);
            tools.ifPresent(t -> full.set(0, t.resolve(command.getFirst()).toString()));
            var builder = new ProcessBuilder(full)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().put("LC_ALL", "C");
            var process = builder.start();
            try {
                while (!process.waitFor(POLL_MILLISECONDS, TimeUnit.MILLISECONDS)) {
                    tick.run();
                }
            } finally {
                process.destroy();
            }
            var text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
            return new Result(
                    process.exitValue(), text.lines().filter(l -> !l.isBlank()).toList());
        } finally {
            Files.deleteIfExists(log);
        }
    }

    private void requireTool(String tool) {
        var folders = tools.map(List::of)
                .orElseGet(() -> Arrays.stream(
                                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .filter(s -> !s.isEmpty())
                        .map(Path::of)
                        .toList());
        if (folders.stream().noneMatch(folder -> Files.isExecutable(folder.resolve(tool)))) {
            throw new BadInputException(
                    name + ": this system has no " + tool + ", which brings the data; unpack the Debian" + " package "
                            + name + " by hand and use the folder inside it, or use the set 'toy'");
        }
    }

    private void requireSpace(long bytes) throws IOException {
        long free = Files.getFileStore(workspace).getUsableSpace();
        if (free < bytes) {
            throw new BadInputException(
                    "%s: needs about %d MB in %s, where %d MB are free; use --to DIR or set SENSORIUM_CACHE"
                            .formatted(name, bytes / 1_000_000, workspace, free / 1_000_000));
        }
    }

    private BadInputException failure(String fault, Result result) {
        return new BadInputException("package " + name + " " + fault + " (" + result.lastWords() + ")");
    }

    private static String hash(Path file, String algorithm) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var digest = MessageDigest.getInstance(algorithm);
            var buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
