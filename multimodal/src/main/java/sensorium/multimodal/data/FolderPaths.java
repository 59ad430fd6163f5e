package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Resolves names found inside a data folder, and lets none of them lead out of it, not by a link either. */
final class FolderPaths {
    /** A name that leads nowhere, or out of the folder. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why);
        }
    }

    private final Path root;
    private final Path realRoot;
    /** Real paths of the folders seen: most files share theirs, and asking the system for each is slow. */
    private final Map<Path, Path> realFolders = new HashMap<>();

    FolderPaths(Path root) throws IOException {
        this.root = root;
        this.realRoot = root.toRealPath();
    }

    /** A regular file. */
    Path resolve(String name) throws Refused {
        return resolve(name, false);
    }

    /** A regular file or a folder. */
    Path resolveFilm(String name) throws Refused {
        return resolve(name, true);
    }

    private Path resolve(String name, boolean orFolder) throws Refused {
        Path relative;
        try {
            relative = Path.of(name);
        } catch (InvalidPathException e) {
            throw new Refused("not a file name: " + quoted(name));
        }
        if (relative.isAbsolute() || name.startsWith("/") || name.startsWith("\\")) {
            throw new Refused("absolute path " + quoted(name) + "; paths must be relative to the folder");
        }
        relative = relative.normalize();
        if (relative.startsWith("..") || relative.toString().isEmpty()) {
            throw new Refused("path " + quoted(name) + " leads out of the folder");
        }
        var file = root.resolve(relative);
        try {
            if (!Files.isRegularFile(file) && !(orFolder && Files.isDirectory(file))) {
                throw new Refused(
                        Files.exists(file) ? quoted(name) + " is not a file" : "missing file " + quoted(name));
            }
            if (!realPath(file).startsWith(realRoot)) {
                throw new Refused("path " + quoted(name) + " leads out of the folder by a link");
            }
        } catch (IOException e) {
            throw new Refused("cannot read " + quoted(name));
        }
        return file;
    }

    private Path realPath(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            return file.toRealPath();
        }
        var folder = file.getParent();
        var real = realFolders.get(folder);
        if (real == null) {
            real = folder.toRealPath();
            realFolders.put(folder, real);
        }
        return real.resolve(file.getFileName());
    }

    /** The name in quotes, short and without control characters, so that a message stays one line. */
    private static String quoted(String name) {
        var safe = name.replaceAll("\\p{Cntrl}", "?");
        return "'" + (safe.length() > 120 ? safe.substring(0, 120) + "…" : safe) + "'";
    }
}
