package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sound.midi.InvalidMidiDataException;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.audio.music.Note;
import sensorium.random.Philox;

/**
 * Melodies that need no download: composed by chance, played by the JDK's synthesiser, in noise. The label is the family of the
 * instrument; what is played, how fast, by which program and in how much noise stands in the metadata. The split {@code validation} has
 * new pieces of known programs, {@code test} new pieces of programs that are in no other split, of the families that have such.
 */
final class Music {
    static final long SEED = 2026;

    /** The folder in it that has two melodies at a time. */
    static final String DUETS = "music-duets";

    /** Samples a second. */
    static final int RATE = 16_000;

    private static final double NOISIEST = 6; // decibels of signal over noise
    private static final double CLEANEST = 40;
    private static final double DARK = 0.9;

    /** How many pieces of each program: what has many sounds takes more pieces than what has one. */
    record Size(int train, int validation, int test) {
        static final Size WHOLE = new Size(30, 3, 40);

        private Stream<Planned> of(MusicFamily family) {
            int programs = family.trained().size();
            int trained = train * programs;
            int known = trained + validation * programs;
            int all = known + (family.heldOut().isPresent() ? test : 0);
            return IntStream.range(0, all)
                    .mapToObj(n ->
                            new Planned(family, n, n < trained ? Item.TRAIN : n < known ? Item.VALIDATION : Item.TEST));
        }
    }

    /** @param number among the pieces of its family */
    private record Planned(MusicFamily family, int number, String split) {
        int program() {
            return split.equals(Item.TEST) ? family.heldOut().orElseThrow() : family.trained(number);
        }
    }

    private record Made(Item item, Map<String, Object> truth) {}

    private Music() {}

    static void write(Path root, Size size) throws IOException {
        var folder = Files.createDirectories(root.resolve("sounds"));
        var planned = Stream.of(MusicFamily.values()).flatMap(size::of).toList();
        List<Made> made = InParallel.make(planned, p -> make(p, folder));
        Map<String, Map<String, Object>> truths = new LinkedHashMap<>();
        made.forEach(m -> truths.put(m.item.id(), m.truth));
        List<Item> items = made.stream().map(Made::item).toList();
        MetadataWriter.write(root, items, item -> truths.get(item.id()));
        MusicDuets.write(Files.createDirectories(root.resolve(DUETS)), items);
    }

    private static Made make(Planned planned, Path folder) throws IOException {
        MusicFamily family = planned.family;
        var name = "%s-%03d".formatted(family.label(), planned.number);
        var random = Philox.keyed(SEED, family.ordinal(), planned.number);
        var piece = new MusicPiece(family, planned.program(), random);
        var noise = Philox.keyed(SEED, family.ordinal(), planned.number, 1);
        double snr = noise.uniform(0, NOISIEST, CLEANEST);
        var file = folder.resolve(name + ".wav");
        try {
            WavWriter.write(file, noisy(MidiSound.play(piece.sequence(), piece.seconds(), RATE), snr, noise));
        } catch (InvalidMidiDataException e) {
            throw new IllegalStateException(e); // what is composed here is within MIDI's bounds
        }
        var melody = piece.melody();
        Map<String, Object> truth = new LinkedHashMap<>();
        truth.put("tempo", melody.tempo());
        truth.put("program", melody.program());
        truth.put("snr", Math.round(snr * 10) / 10.0);
        truth.put("notes", melody.notes().stream().map(Music::triple).toList());
        var item = new Item(
                name,
                List.of(),
                List.of(),
                List.of(new Sound(Sound.NO_LANGUAGE, file)),
                Optional.of(family.label()),
                Optional.of(planned.split));
        return new Made(item, truth);
    }

    private static List<Double> triple(Note note) {
        return List.of(note.start(), note.end(), note.pitch());
    }

    /** In white or dark noise, as loud as chance has it. */
    private static Waveform noisy(Waveform sound, double snr, Philox random) {
        double dark = random.uniform(1) < 0.5 ? 0 : DARK;
        var noise = new float[sound.samples().length];
        float before = 0;
        for (int i = 0; i < noise.length; i++) {
            before = (float) (dark * before + random.normal(8L + i));
            noise[i] = before;
        }
        double level = sound.rms() * Math.pow(10, -snr / 20);
        Waveform scaled = new Waveform(noise, RATE).withRms(level);
        var sum = new float[noise.length];
        float peak = 1e-6f;
        for (int i = 0; i < sum.length; i++) {
            sum[i] = sound.samples()[i] + scaled.samples()[i];
            peak = Math.max(peak, Math.abs(sum[i]));
        }
        return new Waveform(sum, RATE).scaled((float) (random.uniform(2, 0.2, 0.9) / peak));
    }
}
