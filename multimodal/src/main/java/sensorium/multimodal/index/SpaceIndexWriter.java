package sensorium.multimodal.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import sensorium.BadInputException;
import sensorium.multimodal.model.ModelFolder;

/**
 * Writes to an index: one process at a time, while any number search it. What {@link #commit} returned from is on the disk
 * (Lucene syncs every file and renames the list of them into place); what was put since the last commit is lost in a crash, as a
 * whole. So a commit is the acknowledgement, and there is one store with one log of its own, instead of a log beside an index.
 */
public final class SpaceIndexWriter implements AutoCloseable {
    private static final double MEBIBYTE = 1 << 20;

    /** Lucene gathers no more in memory before it writes a segment. */
    private static final double MOST_MEBIBYTES = 1900;

    private static final int NEIGHBOURS = 16; // of a node of the graph (M)
    private static final int BREADTH = 100; // of the search for them (efConstruction)

    private final Path folder;
    private final About about;
    private final Directory directory;
    private final IndexWriter writer;

    private SpaceIndexWriter(Path folder, About about, Directory directory, IndexWriterConfig.OpenMode mode)
            throws IOException {
        this.folder = folder;
        this.about = about;
        this.directory = directory;
        this.writer = new IndexWriter(directory, settings(about).setOpenMode(mode));
    }

    /**
     * Begins an index. Of one that is there all is replaced at the first commit; until then it can be searched as it was.
     *
     * @param width D, of the vectors
     * @throws BadInputException if the folder is of something else, or being written to
     */
    public static SpaceIndexWriter replace(Path folder, ModelFolder model, int width) {
        return replace(folder, About.of(model, width));
    }

    static SpaceIndexWriter replace(Path folder, About about) {
        IndexFiles.requireOurs(folder);
        if (about.width() > KnnVectorsFormat.DEFAULT_MAX_DIMENSIONS) {
            throw new BadInputException("vectors of width " + about.width() + " cannot be indexed; the widest are of "
                    + KnnVectorsFormat.DEFAULT_MAX_DIMENSIONS);
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw IndexFiles.fault(folder, e);
        }
        return open(folder, about, IndexWriterConfig.OpenMode.CREATE);
    }

    /**
     * Goes on with an index.
     *
     * @throws BadInputException if there is none, another model made it, it is damaged, or it is being written to
     */
    public static SpaceIndexWriter extend(Path folder, ModelFolder model) {
        About made;
        try (var index = SpaceIndex.open(folder)) {
            index.requireModel(model);
            made = index.about();
        }
        return extend(folder, made);
    }

    static SpaceIndexWriter extend(Path folder, About about) {
        return open(folder, about, IndexWriterConfig.OpenMode.APPEND);
    }

    private static SpaceIndexWriter open(Path folder, About about, IndexWriterConfig.OpenMode mode) {
        Directory directory = IndexFiles.open(folder);
        try {
            return new SpaceIndexWriter(folder, about, directory, mode);
        } catch (IOException e) {
            IndexFiles.close(folder, directory);
            throw IndexFiles.fault(folder, e);
        }
    }

    /** One thread writes and merges, so that the same items in the same order give the same graph. */
    private static IndexWriterConfig settings(About about) {
        double share = Runtime.getRuntime().maxMemory() / MEBIBYTE / 3;
        return new IndexWriterConfig(Documents.analyzer())
                .setCodec(codec(about.scanned()))
                .setCommitOnClose(false)
                .setMergeScheduler(new SerialMergeScheduler())
                .setRAMBufferSizeMB(Math.min(MOST_MEBIBYTES, share));
    }

    /** Lucene's own, but that a segment of no more vectors than are scanned has no graph. */
    private static Codec codec(int scanned) {
        // A graph is made of more than log(n)·threshold vectors.
        int threshold = (int) (scanned / Math.log(scanned));
        var graph = new Lucene99HnswVectorsFormat(NEIGHBOURS, BREADTH, 1, null, threshold);
        var byField = new PerFieldKnnVectorsFormat() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return graph;
            }
        };
        Codec usual = Codec.getDefault();
        return new FilterCodec(usual.getName(), usual) {
            @Override
            public KnnVectorsFormat knnVectorsFormat() {
                return byField;
            }
        };
    }

    /** Adds items; of those that are there already the new ones take the place. They are found after the next commit. */
    public void put(List<Entry> entries) {
        try {
            for (Entry entry : entries) {
                for (float[] vector : entry.vectors()) {
                    if (vector.length != about.width()) {
                        throw new IllegalArgumentException(
                                "[index] a vector of width " + vector.length + ", not " + about.width());
                    }
                }
                writer.updateDocuments(Documents.item(entry.item()), Documents.of(entry));
            }
        } catch (IOException e) {
            throw IndexFiles.fault(folder, e);
        }
    }

    /** Takes items out; what is not there is passed over. */
    public void remove(List<String> items) {
        try {
            for (String item : items) {
                writer.deleteDocuments(Documents.item(item));
            }
        } catch (IOException e) {
            throw IndexFiles.fault(folder, e);
        }
    }

    /** Makes everything up to here last, and found by whoever searches. */
    public void commit() {
        try {
            writer.setLiveCommitData(about.toCommit().entrySet());
            writer.commit();
        } catch (IOException e) {
            throw IndexFiles.fault(folder, e);
        }
    }

    /** The same, after bringing all graphs together into one, which is the quickest to search and takes long to make. */
    public void commitAsOne() {
        try {
            if (writer.getDocStats().numDocs > about.scanned()) {
                writer.forceMerge(1);
            }
        } catch (IOException e) {
            throw IndexFiles.fault(folder, e);
        }
        commit();
    }

    /** What was not committed is gone. */
    @Override
    public void close() {
        try {
            writer.rollback();
        } catch (IOException e) {
            throw IndexFiles.fault(folder, e);
        } finally {
            IndexFiles.close(folder, directory);
        }
    }
}
