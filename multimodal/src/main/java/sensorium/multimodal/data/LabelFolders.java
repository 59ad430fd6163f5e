package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sensorium.BadInputException;
import sensorium.multimodal.data.FolderPaths.Refused;

/** Reads plain folders of files; {@link DataFolder} describes the layout. Hidden files and folders are ignored. */
final class LabelFolders {
    private static final int FILES = 5_000_000;

    private final Path root;
    private final FolderPaths paths;
    private final Skipped skipped;

    LabelFolders(Path root, Skipped skipped) throws IOException {
        this.root = root;
        this.paths = new FolderPaths(root);
        this.skipped = skipped;
    }

    List<Item> read() throws IOException {
        var names = new ArrayList<String>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return !folder.equals(root) && isHidden(folder)
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (names.size() == FILES) {
                    throw new BadInputException(root + ": more than " + FILES + " files; split the folder");
                }
                if (!isHidden(file)) {
                    names.add(name(file));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                skipped.add(name(file), "cannot be read");
                return FileVisitResult.CONTINUE;
            }
        });
        names.sort(null); // a file system has no order of its own

        boolean splits = names.stream()
                        .map(n -> n.split("/"))
                        .filter(parts -> parts.length > 1)
                        .allMatch(parts -> Splits.isSplit(parts[0]))
                && names.stream().anyMatch(n -> n.contains("/"));
        var items = new ArrayList<Item>(names.size());
        for (var name : names) {
            try {
                items.add(item(name, splits));
            } catch (Refused e) {
                skipped.add(name, e.getMessage());
            }
        }
        return items;
    }

    private Item item(String name, boolean splits) throws Refused {
        var type = MediaType.of(name).orElseThrow(() -> new Refused("neither a picture nor a sound by its name"));
        var path = paths.resolve(name);
        int end = name.lastIndexOf('/');
        var label = end < 0 ? "" : name.substring(0, end);
        Optional<String> split = Optional.empty();
        if (splits && !label.isEmpty()) {
            int first = label.indexOf('/');
            split = Optional.of(Splits.canonical(first < 0 ? label : label.substring(0, first)));
            label = first < 0 ? "" : label.substring(first + 1);
        }
        return new Item(
                name,
                List.of(),
                type == MediaType.PICTURE ? List.of(new ImageSource.InFile(path)) : List.of(),
                type == MediaType.SOUND ? List.of(new Sound("", path)) : List.of(),
                Optional.of(label).filter(l -> !l.isEmpty()),
                split);
    }

    private String name(Path file) {
        return root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }

    private static boolean isHidden(Path file) {
        return file.getFileName().toString().startsWith(".");
    }
}
