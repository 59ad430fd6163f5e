package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import sensorium.audio.AudioFile;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.random.Philox;

/**
 * Melodies two at a time, of two families, each within 4 dB of the other: what several labels a sound are learnt from. Every melody is in one
 * duet, with one of its own split, so what is held out of the melodies is held out of the duets.
 */
final class MusicDuets {
    private static final double SECONDS = 4;
    private static final double DECIBELS = 4;
    private static final double LOUDNESS = 0.1;
    private static final long PURPOSE = 2;

    private record Duet(Item one, Item other) {}

    private MusicDuets() {}

    static void write(Path root, List<Item> melodies) throws IOException {
        List<Duet> duets = new ArrayList<>();
        for (var split : List.of(Item.TRAIN, Item.VALIDATION, Item.TEST)) {
            pair(
                    melodies.stream()
                            .filter(i -> i.split().equals(Optional.of(split)))
                            .toList(),
                    duets);
        }
        var numbers = IntStream.range(0, duets.size()).boxed().toList();
        MetadataWriter.write(root, InParallel.make(numbers, n -> play(n, duets.get(n), root)));
    }

    /** Goes through them in a random order; each finds the next that is of another family. */
    private static void pair(List<Item> melodies, List<Duet> duets) {
        List<Item> alone = new ArrayList<>();
        for (int i : Philox.keyed(Music.SEED, PURPOSE, melodies.size()).permutation(melodies.size())) {
            var melody = melodies.get(i);
            var other = alone.stream()
                    .filter(a -> !a.labels().equals(melody.labels()))
                    .findFirst();
            if (other.isPresent()) {
                alone.remove(other.get());
                duets.add(new Duet(other.get(), melody));
            } else {
                alone.add(melody);
            }
        }
    }

    private static Item play(int number, Duet duet, Path root) throws IOException {
        var file = root.resolve("%03d.wav".formatted(number));
        Waveform one = of(duet.one);
        double gain = Philox.keyed(Music.SEED, PURPOSE, number, 1).uniform(0, -DECIBELS, DECIBELS);
        Waveform other = of(duet.other).scaled((float) Math.pow(10, gain / 20));
        var sum = one.samples().clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.samples()[i];
        }
        WavWriter.write(file, new Waveform(sum, one.sampleRate()).withRms(LOUDNESS));
        return new Item(
                file.getFileName().toString(),
                List.of(),
                List.of(),
                List.of(new Sound(Sound.NO_LANGUAGE, file)),
                List.of(duet.one.labels().getFirst(), duet.other.labels().getFirst()),
                duet.one.split());
    }

    private static Waveform of(Item melody) {
        return AudioFile.decode(melody.sounds().getFirst().file())
                .mono()
                .fitted(SECONDS)
                .withRms(LOUDNESS);
    }
}
