package sensorium.diffusion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.memory.Scope;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;
import sensorium.vision.LabelledPictures;
import sensorium.vision.PictureSet;

/**
 * What a denoiser learns from: pictures or their latents as floats, and what it is told of each, as a number: a class, or one of its
 * captions.
 */
public final class Lessons {
    private final PictureSet samples;
    private final int[][] told; // of each picture the numbers that it can be told
    private final int none;
    private final Table texts; // null where numbers are classes

    /**
     * Texts as vectors, the empty one last.
     *
     * @param pooled (texts, D)
     * @param context (texts, S, D)
     */
    private record Table(float[] pooled, float[] context, int longest, int width) {}

    private Lessons(PictureSet samples, int[][] told, int none, Table texts) {
        this.samples = samples;
        this.told = told;
        this.none = none;
        this.texts = texts;
    }

    /** @param labels how many classes there are */
    public static Lessons ofClasses(LabelledPictures pictures, int labels) {
        int[][] told = IntStream.range(0, pictures.size())
                .mapToObj(i -> new int[] {pictures.label(i)})
                .toArray(int[][]::new);
        return new Lessons(pictures, told, labels, null);
    }

    /** @param captions of each picture, at least one */
    public static Lessons ofTexts(PictureSet pictures, List<List<String>> captions, Asking.Texts reader) {
        List<String> all = new ArrayList<>();
        int[][] told = new int[captions.size()][];
        for (int i = 0; i < told.length; i++) {
            int from = all.size();
            all.addAll(captions.get(i));
            told[i] = IntStream.range(from, all.size()).toArray();
        }
        int none = all.size();
        all.add("");
        return new Lessons(pictures, told, none, table(all, reader));
    }

    private static Table table(List<String> texts, Asking.Texts reader) {
        return Scope.tidy(() -> {
            Conditioning read = reader.read(texts);
            int longest = read.context().dim(1);
            return new Table(
                    read.pooled().toFloats(),
                    read.context().toFloats(),
                    longest,
                    read.pooled().dim(1));
        });
    }

    /**
     * The same with latents instead of pixels, each computed once.
     *
     * @param fit whether what mean and variance are is learnt from them
     * @param shape of a picture (C, H, W)
     */
    public Lessons encoded(Latents latents, boolean fit, int... shape) {
        int batch = 64;
        int n = samples.size();
        int pixels = shape[0] * shape[1] * shape[2];
        float[][] maps = new float[n][];
        for (int from = 0; from < n; from += batch) {
            int first = from;
            int count = Math.min(batch, n - from);
            float[] values = new float[count * pixels];
            for (int i = 0; i < count; i++) {
                samples.draw(from + i, values, i * pixels);
            }
            float[] encoded = Scope.tidy(() -> latents.codec()
                    .encode(Tensor.of(values, count, shape[0], shape[1], shape[2]))
                    .toFloats());
            int length = encoded.length / count;
            for (int i = 0; i < count; i++) {
                maps[first + i] = Arrays.copyOfRange(encoded, i * length, (i + 1) * length);
            }
        }
        int width = latents.codec().width();
        int across = latents.codec().places();
        if (fit) {
            Scope.tidyRun(() -> latents.fit(map(maps, width, across)));
        }
        for (int i = 0; i < n; i++) {
            float[] one = maps[i];
            maps[i] = Scope.tidy(() ->
                    latents.normal(Tensor.of(one, 1, width, across, across)).toFloats());
        }
        return new Lessons(new Kept(maps), told, none, texts);
    }

    private static Tensor map(float[][] maps, int width, int across) {
        int length = maps[0].length;
        float[] all = new float[maps.length * length];
        for (int i = 0; i < maps.length; i++) {
            System.arraycopy(maps[i], 0, all, i * length, length);
        }
        return Tensor.of(all, maps.length, width, across, across);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Kept(float[][] maps) implements PictureSet {
        @Override
        public int size() {
            return maps.length;
        }

        @Override
        public void draw(int i, float[] out, int at) {
            System.arraycopy(maps[i], 0, out, at, maps[i].length);
        }
    }

    public int size() {
        return samples.size();
    }

    void draw(int i, float[] out, int at) {
        samples.draw(i, out, at);
    }

    /** One of the numbers that a picture can be told, or that of nothing. */
    int told(int i, boolean withheld, Philox random, long draw) {
        if (withheld) {
            return none;
        }
        int[] numbers = told[i];
        return numbers.length == 1 ? numbers[0] : numbers[(int) (random.uniform(draw) * numbers.length)];
    }

    /** What numbers stand for. */
    Conditioning conditioning(int[] numbers) {
        int n = numbers.length;
        if (texts == null) {
            return Conditioning.ofClasses(
                    Tensor.of(Arrays.stream(numbers).asLongStream().toArray(), n));
        }
        return Conditioning.ofTexts(
                Tensor.of(rows(texts.pooled, numbers, texts.width), n, texts.width),
                Tensor.of(rows(texts.context, numbers, texts.longest * texts.width), n, texts.longest, texts.width));
    }

    private static float[] rows(float[] table, int[] numbers, int width) {
        float[] rows = new float[numbers.length * width];
        for (int i = 0; i < numbers.length; i++) {
            System.arraycopy(table, numbers[i] * width, rows, i * width, width);
        }
        return rows;
    }
}
