package sensorium.multimodal.index;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.LockObtainFailedException;
import sensorium.BadInputException;

/** The files of an index: opened with their checksums verified, their faults in one line each. */
final class IndexFiles {
    static final String AGAIN = "remove the folder and make the index again with: sensorium index";

    /** A writer may replace the commit that is being read, so many times in a row. */
    private static final int TRIES = 20;

    private IndexFiles() {}

    /** @throws BadInputException if it is no folder */
    static Directory open(Path folder) {
        if (!Files.isDirectory(folder)) { // Lucene would make one
            throw new BadInputException(folder + ": no such folder; make an index with: sensorium index");
        }
        try {
            return FSDirectory.open(folder);
        } catch (IOException e) {
            throw fault(folder, e);
        }
    }

    /**
     * Whether an index may be written there: nothing, an empty folder, an index, or one that was never finished.
     *
     * @throws BadInputException if the folder is of something else
     */
    static void requireOurs(Path folder) {
        if (!Files.exists(folder) || Files.exists(folder.resolve(IndexWriter.WRITE_LOCK_NAME))) {
            return;
        }
        boolean empty = false;
        if (Files.isDirectory(folder)) {
            try (Stream<Path> entries = Files.list(folder)) {
                empty = entries.findAny().isEmpty();
            } catch (IOException e) {
                throw fault(folder, e);
            }
        }
        if (!empty) {
            throw new BadInputException(folder + ": exists and is not an index; name a new folder");
        }
    }

    /** The last commit, every byte of it read once and held against its checksum: about a second for a gigabyte. */
    static DirectoryReader read(Directory directory) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                verify(directory);
                return DirectoryReader.open(directory);
            } catch (FileNotFoundException | NoSuchFileException e) {
                // Either the writer went on meanwhile and took the old files away, or a file is missing.
                if (tries == TRIES) {
                    throw e;
                }
            }
        }
    }

    private static void verify(Directory directory) throws IOException {
        String last = SegmentInfos.getLastCommitSegmentsFileName(directory);
        if (last == null) {
            throw new IndexNotFoundException("no commit");
        }
        checksum(directory, last); // before anything that it claims is believed
        for (String file : SegmentInfos.readCommit(directory, last).files(false)) {
            checksum(directory, file);
        }
    }

    private static void checksum(Directory directory, String file) throws IOException {
        try (var in = directory.openInput(file, IOContext.READONCE)) {
            CodecUtil.checksumEntireFile(in);
        }
    }

    static void close(Path folder, Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            throw fault(folder, e);
        }
    }

    /** What went wrong, as one line that says what to do. */
    static BadInputException fault(Path folder, IOException e) {
        String what = switch (e) {
            case IndexNotFoundException _ ->
                "there is no index, or one that was never finished; make one with: sensorium index";
            case LockObtainFailedException _ -> "another process is writing to this index; wait until it is done";
            case CorruptIndexException damaged -> "the index is damaged (" + brief(damaged) + "); " + AGAIN;
            case EOFException _ -> "the index is damaged (a file is cut off); " + AGAIN;
            case IndexFormatTooNewException _ -> "the index is of a newer version; " + AGAIN;
            case IndexFormatTooOldException _ -> "the index is of an older version, or damaged; " + AGAIN;
            case NoSuchFileException gone -> "the index is damaged (" + gone.getFile() + " is missing); " + AGAIN;
            case FileNotFoundException gone -> "the index is damaged (" + brief(gone) + "); " + AGAIN;
            default -> "the index cannot be read or written (" + brief(e) + ")";
        };
        return new BadInputException(folder + ": " + what, e);
    }

    private static String brief(IOException e) {
        String text = String.valueOf(e.getMessage());
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
