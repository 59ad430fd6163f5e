package sensorium.multimodal.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import sensorium.BadInputException;

/**
 * The idx files of MNIST and its family: {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte} and the same
 * with {@code t10k}, each plain or gzipped. A file {@code labels.txt} beside them, one name a line, names the classes;
 * without it they are called by their numbers.
 */
final class IdxFiles {
    private static final int PIXELS = 1 << 30;

    private IdxFiles() {}

    static boolean isHere(Path root) {
        return find(root, "train-images-idx3-ubyte").isPresent()
                || find(root, "t10k-images-idx3-ubyte").isPresent();
    }

    static List<Item> read(Path root) throws IOException {
        var names = names(root);
        var items = new ArrayList<Item>();
        read(root, "train", Item.TRAIN, names, items);
        read(root, "t10k", Item.TEST, names, items);
        return items;
    }

    private static void read(Path root, String prefix, String split, List<String> names, List<Item> items)
            throws IOException {
        var imageFile = find(root, prefix + "-images-idx3-ubyte");
        if (imageFile.isEmpty()) {
            return;
        }
        var labelFile = find(root, prefix + "-labels-idx1-ubyte")
                .orElseThrow(() -> new BadInputException(
                        root + ": " + prefix + "-images-idx3-ubyte has no " + prefix + "-labels-idx1-ubyte beside it"));
        var images = Idx.read(imageFile.get(), 3);
        var labels = Idx.read(labelFile, 1);
        int count = images.sizes()[0];
        int height = images.sizes()[1];
        int width = images.sizes()[2];
        if (count != labels.sizes()[0]) {
            throw new BadInputException(labelFile + ": " + labels.sizes()[0] + " labels for " + count + " pictures");
        }
        for (int i = 0; i < count; i++) {
            int label = labels.data()[i] & 0xff;
            items.add(new Item(
                    split + "/" + i,
                    List.of(),
                    List.of(new ImageSource.Grey(images.data(), i * height * width, width, height)),
                    List.of(),
                    Optional.of(label < names.size() ? names.get(label) : Integer.toString(label)),
                    Optional.of(split)));
        }
    }

    private static List<String> names(Path root) throws IOException {
        var file = root.resolve("labels.txt");
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        if (Files.size(file) > 1 << 20) {
            throw new BadInputException(file + ": larger than a list of 256 names can be");
        }
        return Files.readAllLines(file).stream().map(String::strip).toList();
    }

    private static Optional<Path> find(Path root, String name) {
        for (var candidate : List.of(root.resolve(name), root.resolve(name + ".gz"))) {
            if (Files.isRegularFile(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Unsigned bytes of the given sizes, row-major. */
    private record Idx(int[] sizes, byte[] data) {
        /** Reads a file of so many dimensions; memory is only taken as bytes really arrive. */
        static Idx read(Path file, int dimensions) throws IOException {
            try (var raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                    var in = new DataInputStream(
                            file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw)) {
                if (in.readInt() != (0x08 << 8 | dimensions)) {
                    throw new BadInputException(
                            file + ": not an idx file of unsigned bytes in " + dimensions + " dimensions");
                }
                var sizes = new int[dimensions];
                long total = 1;
                for (int d = 0; d < dimensions; d++) {
                    sizes[d] = in.readInt();
                    if (sizes[d] < 1 || sizes[d] > PIXELS || (total *= sizes[d]) > PIXELS) {
                        throw new BadInputException(
                                file + ": its header claims more than " + PIXELS + " bytes, or none");
                    }
                }
                var data = in.readNBytes((int) total);
                if (data.length < total) {
                    throw new BadInputException(file + ": cut short, " + data.length + " of " + total + " bytes");
                }
                return new Idx(sizes, data);
            } catch (EOFException | ZipException e) {
                throw new BadInputException(file + ": cut short or not gzip", e);
            }
        }
    }
}
