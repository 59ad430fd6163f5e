package sensorium.multimodal.index;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.DiversifyingChildrenFloatKnnVectorQuery;
import org.apache.lucene.search.join.ToChildBlockJoinQuery;
import org.apache.lucene.store.Directory;
import sensorium.BadInputException;
import sensorium.multimodal.model.ModelFolder;

/**
 * Items of data folders, by their unit vectors in a shared space. A small index is searched exactly, in one pass over all of it; a
 * larger one by walking Lucene's graph of near vectors (HNSW: Malkov and Yashunin, arXiv:1603.09320), which finds nearly all of the
 * nearest. A {@link SpaceIndexWriter} may be at work meanwhile: each search sees what was committed last.
 */
public final class SpaceIndex implements AutoCloseable {
    /** Candidates that a walk over the graph keeps in view, at least, where not said. */
    public static final int BREADTH = 40;

    /** How an index is searched. */
    public enum Method {
        EXACT("exact scan"),
        GRAPH("HNSW graph");

        private final String words;

        Method(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    private final Path folder;
    private final Directory directory;
    private final About about;
    private final SearcherManager searchers;
    private final BitSetProducer blocks = Documents.blocks();
    private final Map<IndexReader.CacheKey, ExactScan> scans = new ConcurrentHashMap<>();

    private SpaceIndex(Path folder, Directory directory) throws IOException {
        this.folder = folder;
        this.directory = directory;
        DirectoryReader reader = IndexFiles.read(directory);
        try {
            this.about = About.ofCommit(folder, reader.getIndexCommit().getUserData());
            this.searchers = new SearcherManager(reader, new SearcherFactory());
        } catch (RuntimeException | IOException e) {
            reader.close();
            throw e;
        }
    }

    /**
     * Opens an index.
     *
     * @throws BadInputException if there is none, or one of its files is damaged
     */
    public static SpaceIndex open(Path folder) {
        Directory directory = IndexFiles.open(folder);
        try {
            return new SpaceIndex(folder, directory);
        } catch (IOException e) {
            IndexFiles.close(folder, directory);
            throw IndexFiles.fault(folder, e);
        } catch (BadInputException e) {
            IndexFiles.close(folder, directory);
            throw e;
        }
    }

    /** The folder of the model that made it, where it was then. */
    public Path model() {
        return about.folder();
    }

    About about() {
        return about;
    }

    /** D, of the vectors. */
    public int width() {
        return about.width();
    }

    /**
     * How much is in it, and how that is searched.
     *
     * @param items number of items
     * @param vectors of them all
     */
    public record Extent(int items, int vectors, Method method) {}

    /** As of the last commit. */
    public Extent extent() {
        return with(this::extentOf);
    }

    private Extent extentOf(IndexSearcher searcher) throws IOException {
        int items = searcher.count(Documents.ITEMS);
        int vectors = searcher.getIndexReader().numDocs() - items;
        return new Extent(items, vectors, vectors <= about.scanned() ? Method.EXACT : Method.GRAPH);
    }

    /** Whether an item goes by that name. */
    public boolean contains(String item) {
        return with(searcher -> searcher.count(new TermQuery(Documents.item(item))) > 0);
    }

    /**
     * Makes sure that queries embedded by a model may be compared with this index.
     *
     * @throws BadInputException if another model made it
     */
    public void requireModel(ModelFolder other) {
        about.requireSame(folder, other);
    }

    /** The nearest items of all, the nearest first. */
    public List<Hit> search(float[] query, int k) {
        return search(query, k, Filter.NONE);
    }

    /**
     * The nearest items, the nearest first.
     *
     * @param query unit vector of width D
     * @param k how many at most
     * @param filter which items may be found
     */
    public List<Hit> search(float[] query, int k, Filter filter) {
        return search(query, k, filter, BREADTH);
    }

    /**
     * The nearest items, the nearest first.
     *
     * @param breadth candidates that a walk over the graph keeps in view, at least k (ef): with more, more of the nearest are found,
     *     more slowly
     */
    public List<Hit> search(float[] query, int k, Filter filter, int breadth) {
        if (query.length != width()) {
            throw new IllegalArgumentException("[search] a query of width " + query.length + ", not " + width());
        }
        Query among = filter.query();
        return with(searcher -> {
            Extent extent = extentOf(searcher);
            List<ScoreDoc> nearest = extent.method() == Method.EXACT
                    ? scanned(searcher, extent, query, k, among)
                    : walked(searcher, query, k, among, breadth);
            List<Hit> hits = new ArrayList<>();
            for (ScoreDoc found : nearest) {
                // Rounding may put a cosine above.
                hits.add(Documents.hit(searcher.storedFields().document(found.doc), Math.min(1, found.score)));
            }
            return hits;
        });
    }

    private List<ScoreDoc> scanned(IndexSearcher searcher, Extent extent, float[] query, int k, Query among)
            throws IOException {
        Set<Integer> allowed = among == null
                ? null
                : Arrays.stream(searcher.search(
                                        among,
                                        Math.max(1, searcher.getIndexReader().maxDoc()))
                                .scoreDocs)
                        .map(d -> d.doc)
                        .collect(Collectors.toSet());
        return scan(searcher.getIndexReader(), extent).nearest(query, k, allowed);
    }

    /** The vectors side by side, made once for each state of the index and released with its reader. */
    private ExactScan scan(IndexReader reader, Extent extent) throws IOException {
        IndexReader.CacheHelper state = reader.getReaderCacheHelper();
        synchronized (scans) {
            ExactScan scan = scans.get(state.getKey());
            if (scan == null) {
                scan = ExactScan.of(reader, blocks, extent.vectors, width());
                scans.put(state.getKey(), scan);
                state.addClosedListener(key -> scans.remove(key).release());
            }
            return scan;
        }
    }

    /** The nearest vector of each item, then the items' documents: the ends of their blocks. */
    private List<ScoreDoc> walked(IndexSearcher searcher, float[] query, int k, Query among, int breadth)
            throws IOException {
        Query allowed = among == null ? null : new ToChildBlockJoinQuery(among, blocks);
        var nearest = new DiversifyingChildrenFloatKnnVectorQuery(
                Documents.VECTOR, query, allowed, Math.max(k, breadth), blocks);
        List<ScoreDoc> found = new ArrayList<>();
        var leaves = searcher.getIndexReader().leaves();
        for (ScoreDoc vector : searcher.search(nearest, k).scoreDocs) {
            var leaf = leaves.get(ReaderUtil.subIndex(vector.doc, leaves));
            int end = leaf.docBase + blocks.getBitSet(leaf).nextSetBit(vector.doc - leaf.docBase);
            found.add(new ScoreDoc(end, 2 * vector.score - 1)); // Lucene's score is (1 + cosine) / 2
        }
        return found;
    }

    @FunctionalInterface
    private interface Reading<T> {
        T from(IndexSearcher searcher) throws IOException;
    }

    /** Reads from the last commit, which stays as it is meanwhile. */
    private <T> T with(Reading<T> reading) {
        try {
            searchers.maybeRefresh();
            IndexSearcher searcher = searchers.acquire();
            try {
                requireSameModel((DirectoryReader) searcher.getIndexReader());
                return reading.from(searcher);
            } finally {
                searchers.release(searcher);
            }
        } catch (IOException e) {
            throw IndexFiles.fault(folder, e);
        }
    }

    private void requireSameModel(DirectoryReader reader) throws IOException {
        var now = About.ofCommit(folder, reader.getIndexCommit().getUserData());
        if (!now.fingerprint().equals(about.fingerprint()) || now.width() != about.width()) {
            throw new BadInputException(folder + ": was replaced by an index of another model; open it again");
        }
    }

    @Override
    public void close() {
        IndexFiles.close(folder, searchers);
        IndexFiles.close(folder, directory);
    }
}
