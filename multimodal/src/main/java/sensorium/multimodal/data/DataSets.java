package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import sensorium.BadInputException;

/**
 * The installed sets: where they are, and how they get there.
 *
 * @param cache folder that holds them, one folder each
 * @param tools folder to find apt-get and dpkg in, or empty for the PATH
 */
public record DataSets(Path cache, Optional<Path> tools) {
    /** Opens the spoken captions that come with the stamps, labelled by language. */
    public static final String SPEECH = SpokenLanguages.FOLDER;

    /** Opens the melodies two at a time, with both labels. */
    public static final String DUETS = Music.DUETS;

    /** Written last of all: a folder with it is whole. */
    private static final String MARKER = ".sensorium-data";

    /**
     * The user's sets: in the folder that the system property or environment variable {@code SENSORIUM_CACHE} names,
     * else in {@code sensorium} under {@code $XDG_CACHE_HOME} or {@code ~/.cache}.
     */
    public static DataSets ofUser() {
        var named = System.getProperty("SENSORIUM_CACHE", System.getenv().getOrDefault("SENSORIUM_CACHE", ""));
        if (!named.isBlank()) {
            return new DataSets(Path.of(named).toAbsolutePath(), Optional.empty());
        }
        var caches = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        var base = caches.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(caches);
        return new DataSets(base.resolve("sensorium").toAbsolutePath(), Optional.empty());
    }

    /** Where a set is, if it is installed and whole. */
    public Optional<Path> installed(DataSet set) {
        var folder = cache.resolve(set.setName());
        return Files.exists(folder.resolve(MARKER)) ? Optional.of(folder) : Optional.empty();
    }

    /**
     * Reads the set of that name or, if there is none, the folder of that path. {@link #SPEECH} is a part of the stamps, {@link #DUETS} of
     * the music; what needs no download is made if it is not there.
     *
     * @throws BadInputException if the set is not installed or the folder cannot be used
     */
    public DataFolder open(String nameOrFolder) {
        if (nameOrFolder.equals(SPEECH)) {
            return DataFolder.read(require(DataSet.STAMPS).resolve(SPEECH));
        }
        if (nameOrFolder.equals(DUETS)) {
            return DataFolder.read(here(DataSet.MUSIC).resolve(DUETS));
        }
        var set = DataSet.named(nameOrFolder);
        return DataFolder.read(set.isEmpty() ? Path.of(nameOrFolder) : here(set.get()));
    }

    /** Where a set is; what needs no download is made. */
    private Path here(DataSet set) {
        if (set.isMade() && installed(set).isEmpty()) {
            install(set, Optional.empty(), (phase, done, total) -> {});
        }
        return require(set);
    }

    private Path require(DataSet set) {
        return installed(set)
                .orElseThrow(() -> new BadInputException("the set '" + set.setName()
                        + "' is not installed; run: sensorium data" + " install " + set.setName()));
    }

    /**
     * Brings a set here, unless it is here already, and leaves nothing half done: the set appears in one step.
     *
     * @param to the folder to make, or empty for the cache
     * @return the set's folder
     * @throws BadInputException if it cannot be had; running it again goes on where it stopped
     */
    public Path install(DataSet set, Optional<Path> to, InstallProgress progress) {
        var target = to.map(Path::toAbsolutePath).orElseGet(() -> cache.resolve(set.setName()));
        try {
            Files.createDirectories(cache);
            Files.createDirectories(target.getParent());
            try (var lockFile = FileChannel.open(
                            cache.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = lockFile.lock()) {
                if (lock.isValid() && !Files.exists(target.resolve(MARKER))) {
                    build(set, target, progress);
                }
            }
            return target;
        } catch (IOException e) {
            throw new BadInputException(set.setName() + ": cannot be installed in " + target + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadInputException(set.setName() + ": interrupted; run the command again to go on", e);
        }
    }

    private void build(DataSet set, Path target, InstallProgress progress) throws IOException, InterruptedException {
        if (Files.isDirectory(target) && !isEmpty(target)) {
            throw new BadInputException(target + ": exists and is not an installed set; name a new or empty folder");
        }
        var prefix = "." + set.setName() + "-staging-";
        try (var leftovers = Files.newDirectoryStream(target.getParent(), prefix + "*")) {
            for (var leftover : leftovers) { // of a run that was killed: the lock says that none is under way
                delete(leftover);
            }
        }
        var staging = Files.createTempDirectory(target.getParent(), prefix);
        try {
            var root = staging.resolve("root");
            if (set.debianPackage().isPresent()) {
                var name = set.debianPackage().get();
                var debian = new DebianPackage(name, cache.resolve("apt"), tools);
                debian.unpackInto(Files.createDirectory(staging.resolve("package")), progress);
                var content = staging.resolve("package").resolve(set.pathInPackage());
                if (!Files.isDirectory(content)) {
                    throw new BadInputException("package " + name + " holds no " + set.pathInPackage()
                            + "; this release of it is not known here");
                }
                Files.move(content, root);
                Files.copy(
                        staging.resolve("package/usr/share/doc").resolve(name).resolve("copyright"),
                        root.resolve("COPYRIGHT"));
                finish(set, root, progress);
                move(root, target);
                debian.forgetArchive();
            } else {
                Files.createDirectory(root);
                finish(set, root, progress);
                move(root, target);
            }
        } finally {
            delete(staging);
        }
    }

    private static void finish(DataSet set, Path root, InstallProgress progress) throws IOException {
        progress.update("convert " + set.setName(), 0, -1);
        set.convert(root);
        int count = DataFolder.read(root).items().size();
        if (count < set.leastItems()) {
            throw new BadInputException(set.setName() + ": only " + count + " of at least " + set.leastItems()
                    + " items came out; this release of the package is not known here");
        }
        Files.writeString(root.resolve(MARKER), set.setName() + " " + count + "\n");
    }

    private static void move(Path root, Path target) throws IOException {
        Files.deleteIfExists(target); // an empty folder
        Files.move(root, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
