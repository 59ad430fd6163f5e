package sensorium.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.app.Progress;
import sensorium.memory.Scope;
import sensorium.multimodal.Material;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SpaceVectors;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.index.Entry;
import sensorium.multimodal.index.Filter;
import sensorium.multimodal.index.Hit;
import sensorium.multimodal.index.SpaceIndex;
import sensorium.multimodal.index.SpaceIndexWriter;
import sensorium.multimodal.model.ModelFolder;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code sensorium bench index RUN}: how long an index of many vectors takes to make, how long a query, and how many of the ten
 * nearest it finds. The vectors are those of a space's data, each many times with other noise.
 */
@Command(
        name = "index",
        mixinStandardHelpOptions = true,
        description =
                "Measure the index of a shared space: time to make it, time of a query, recall of the ten nearest.")
final class IndexBench implements Runnable {
    private static final int K = 10;
    private static final int CHUNK = 20_000;
    private static final int WARM = 200; // queries before the clock runs
    /** Candidates that a walk over the graph keeps in view. */
    private static final int[] BREADTHS = {10, 20, SpaceIndex.BREADTH, 100};

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "The run folder of a shared space.")
    private Path run;

    @Option(names = "--data", required = true, paramLabel = "DATA", description = "What its vectors are of.")
    private String data;

    @Option(names = "--vectors", paramLabel = "N", description = "How many (default: ${DEFAULT-VALUE}).")
    private int vectors = 1_000_000;

    @Option(names = "--queries", paramLabel = "N", description = "How many (default: ${DEFAULT-VALUE}).")
    private int queries = 500;

    @Option(
            names = "--noise",
            paramLabel = "S",
            description = "Length of the noise beside the vector's, which is 1 (default: ${DEFAULT-VALUE}).")
    private double noise = 0.5;

    @Option(names = "--out", paramLabel = "INDEX", description = "Keep the index there.")
    private Path out;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    @Override
    public void run() {
        if (vectors < K || queries < 1 || !(noise >= 0)) {
            throw new ParameterException(
                    spec.commandLine(), "needs --vectors of at least " + K + ", --queries of 1, --noise of 0");
        }
        var model = new ModelFolder(run);
        Path folder = out == null ? temporary() : out;
        try {
            float[][] real;
            double built;
            float[][] asked = new float[queries][];
            List<PriorityQueue<Found>> nearest;
            try (var progress = new Progress()) {
                real = real(model.openSpace(), progress);
                built = build(folder, model, real, progress);
                for (int i = 0; i < queries; i++) {
                    asked[i] = noisy(real, i * 7919, 1, i);
                }
                nearest = nearest(real, asked, progress);
            }
            try (var index = SpaceIndex.open(folder)) {
                print(folder, index, real.length, built, asked, nearest);
            }
        } finally {
            if (out == null) {
                delete(folder);
            }
        }
    }

    /** All vectors that the data has in the space. */
    private float[][] real(SharedSpace space, Progress progress) {
        var material = Material.of(
                DataSets.ofUser().open(data).forTraining(),
                space.config().hearing(),
                (phase, done, total) -> progress.update(phase, done, total, ""));
        return SpaceVectors.of(space, material).senses().values().stream()
                .flatMap(rows -> Arrays.stream(rows.vectors()))
                .toArray(float[][]::new);
    }

    /** A real vector with noise of its own, of length one again. */
    private float[] noisy(float[][] real, int which, long purpose, long number) {
        float[] base = real[Math.floorMod(which, real.length)];
        Philox random = Philox.keyed(4, purpose, number);
        double scale = noise / Math.sqrt(base.length);
        float[] v = new float[base.length];
        double squares = 0;
        for (int d = 0; d < v.length; d++) {
            v[d] = (float) (base[d] + scale * random.normal(d));
            squares += v[d] * v[d];
        }
        float factor = (float) (1 / Math.sqrt(squares));
        for (int d = 0; d < v.length; d++) {
            v[d] *= factor;
        }
        return v;
    }

    /** Seconds. */
    private double build(Path folder, ModelFolder model, float[][] real, Progress progress) {
        long began = System.nanoTime();
        try (var writer = SpaceIndexWriter.replace(folder, model, real[0].length)) {
            for (int from = 0; from < vectors; from += CHUNK) {
                progress.update("add", from, vectors, "");
                List<Entry> some = new ArrayList<>();
                for (int i = from; i < Math.min(vectors, from + CHUNK); i++) {
                    String name = Integer.toString(i);
                    some.add(new Entry(
                            name, new Hit(0, name, null, null, null, null), List.of(), List.of(noisy(real, i, 0, i))));
                }
                writer.put(some);
            }
            progress.update("make the graph", 0, -1, "");
            writer.commitAsOne();
        }
        return (System.nanoTime() - began) * 1e-9;
    }

    private record Found(int vector, float cosine) {}

    /** By looking at every one, so many at a time. */
    private List<PriorityQueue<Found>> nearest(float[][] real, float[][] asked, Progress progress) {
        int width = real[0].length;
        List<PriorityQueue<Found>> best = new ArrayList<>();
        for (int q = 0; q < asked.length; q++) {
            best.add(new PriorityQueue<>(Comparator.comparingDouble(Found::cosine)));
        }
        for (int from = 0; from < vectors; from += CHUNK) {
            progress.update("look at every one", from, vectors, "");
            int start = from;
            int n = Math.min(vectors, from + CHUNK) - from;
            float[] flat = new float[n * width];
            for (int i = 0; i < n; i++) {
                System.arraycopy(noisy(real, from + i, 0, from + i), 0, flat, i * width, width);
            }
            Scope.tidyRun(() -> {
                int k = Math.min(K, n);
                List<Tensor> some = Dispatch.run(
                        new Fused.Nearest(k),
                        List.of(Tensor.of(flat, n, width), Tensor.of(joined(asked), asked.length, width)));
                float[] cosines = some.get(0).toFloats();
                long[] rows = some.get(1).toLongs();
                for (int i = 0; i < cosines.length; i++) {
                    var kept = best.get(i / k);
                    kept.add(new Found(start + (int) rows[i], cosines[i]));
                    if (kept.size() > K) {
                        kept.remove();
                    }
                }
            });
        }
        return best;
    }

    private static float[] joined(float[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * rows[0].length, rows[0].length);
        }
        return flat;
    }

    /**
     * Of the queries with one breadth.
     *
     * @param recall of the ten nearest
     * @param milliseconds of each query, the quickest first
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(int breadth, double recall, double[] milliseconds) {
        double mean() {
            return Arrays.stream(milliseconds).average().orElseThrow();
        }

        double median() {
            return milliseconds[milliseconds.length / 2];
        }

        double most() {
            return milliseconds[Math.min(milliseconds.length - 1, milliseconds.length * 99 / 100)];
        }

        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("breadth", breadth);
            map.put("recall_at_10", recall);
            map.put("ms_mean", mean());
            map.put("ms_median", median());
            map.put("ms_99", most());
            return map;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "breadth %4d: %.2f ms a query (half within %.2f, 99 of 100 within %.2f), recall@10 %.3f",
                    breadth,
                    mean(),
                    median(),
                    most(),
                    recall);
        }
    }

    private static Row measured(SpaceIndex index, int breadth, float[][] asked, List<PriorityQueue<Found>> nearest) {
        for (int i = 0; i < WARM; i++) {
            var _ = index.search(asked[i % asked.length], K, Filter.NONE, breadth);
        }
        double[] milliseconds = new double[asked.length];
        long right = 0;
        for (int q = 0; q < asked.length; q++) {
            long began = System.nanoTime();
            List<Hit> hits = index.search(asked[q], K, Filter.NONE, breadth);
            milliseconds[q] = (System.nanoTime() - began) * 1e-6;
            List<String> truth = nearest.get(q).stream()
                    .map(f -> Integer.toString(f.vector()))
                    .toList();
            right += hits.stream().filter(h -> truth.contains(h.item())).count();
        }
        Arrays.sort(milliseconds);
        return new Row(breadth, right / (double) (K * asked.length), milliseconds);
    }

    private void print(
            Path folder,
            SpaceIndex index,
            int real,
            double built,
            float[][] asked,
            List<PriorityQueue<Found>> nearest) {
        boolean walks = index.extent().method() == SpaceIndex.Method.GRAPH;
        List<Row> rows = Arrays.stream(walks ? BREADTHS : new int[] {SpaceIndex.BREADTH})
                .mapToObj(breadth -> measured(index, breadth, asked, nearest))
                .toList();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("vectors", index.extent().vectors());
        all.put("width", index.width());
        all.put("real", real);
        all.put("noise", noise);
        all.put("search", index.extent().method().toString());
        all.put("build_seconds", built);
        all.put("bytes", bytes(folder));
        all.put("queries", asked.length);
        all.put("usual_breadth", SpaceIndex.BREADTH);
        all.put("breadths", rows.stream().map(Row::toMap).toList());
        if (json) {
            System.out.println(JsonMapper.shared().writeValueAsString(all));
            return;
        }
        System.out.printf(
                Locale.ROOT,
                "%,d vectors of %d (%d real ones with noise): %s, made in %.0f s, %.2f GB; usual breadth %d%n",
                index.extent().vectors(),
                index.width(),
                real,
                index.extent().method(),
                built,
                bytes(folder) * 1e-9,
                SpaceIndex.BREADTH);
        rows.forEach(System.out::println);
    }

    private static long bytes(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(f -> f.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("sensorium-index");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
