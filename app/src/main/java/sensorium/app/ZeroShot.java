package sensorium.app;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import sensorium.audio.AudioFile;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.classify.Guess;
import sensorium.vision.PictureFile;

/** A shared space as a classifier of whatever has a name: the softmax of its cosines to the names, at the learned scale. */
final class ZeroShot {
    private final SharedSpace space;
    private final Embedder embedder;
    private final List<String> names;
    private final float[][] vectors; // (names, D)

    ZeroShot(SharedSpace space, List<String> names) {
        this.space = space;
        this.embedder = new Embedder(space);
        this.names = names;
        this.vectors = embedder.texts(names);
    }

    /** The names for a picture or a sound, the likeliest first; the ending of the file's name says which it is. */
    List<Guess> classify(Path file) {
        boolean sound = isSound(file);
        float[] query = sound ? embedder.sounds(List.of(AudioFile.decode(file).mono()))[0] : seen(file);
        double scale = Math.exp(
                (sound ? space.soundScale() : space.pictureScale()).value().item());
        double[] weights = new double[names.size()];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            double cosine = 0;
            for (int d = 0; d < query.length; d++) {
                cosine += query[d] * vectors[i][d];
            }
            weights[i] = Math.exp(scale * (cosine - 1));
            sum += weights[i];
        }
        double all = sum;
        return IntStream.range(0, weights.length)
                .mapToObj(i -> new Guess(names.get(i), weights[i] / all))
                .sorted(Comparator.comparingDouble(Guess::probability).reversed())
                .toList();
    }

    private float[] seen(Path file) {
        return embedder.frames() == 1
                ? embedder.pictures(List.of(PictureFile.decode(file)))[0]
                : Films.vector(embedder, file);
    }

    private static boolean isSound(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return List.of(".wav", ".ogg", ".flac", ".mp3", ".aif", ".aiff", ".oga").stream()
                .anyMatch(name::endsWith);
    }
}
