package sensorium.multimodal.transcribe;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.LogMel;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;
import sensorium.audio.speech.SpeechBank;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Skipped;
import sensorium.text.Units;

/** What speech is learnt from: sounds as mel powers at a few speeds, and the units of what is said in them. */
public final class SpeechMaterial {
    /** Longer sounds are not learnt from: a batch has to hold them. */
    private static final double MOST_SECONDS = 20;

    private static final List<Double> SPEEDS = List.of(1.0, 0.9, 0.95, 1.05, 1.1);

    private final SpeechBank bank;
    private final List<int[]> units = new ArrayList<>();
    private final List<Utterance> utterances = new ArrayList<>();
    private final Skipped skipped = new Skipped();

    private record Prepared(Utterance utterance, List<Spectrogram> powers) {}

    private SpeechMaterial(LogMel.Config hearing) {
        this.bank = new SpeechBank(hearing, SPEEDS);
    }

    /**
     * Decodes them. What cannot be used is skipped and counted: damaged files, those of more than 20 s, those whose text is longer than the
     * model can write.
     *
     * @param mostUnits of a text
     * @throws BadInputException if not one can be used
     */
    public static SpeechMaterial of(
            List<Utterance> utterances, LogMel.Config hearing, Units units, int mostUnits, Material.Watcher watcher) {
        var material = new SpeechMaterial(hearing);
        var done = new AtomicInteger();
        // However many there are, they take a third of the heap at most.
        double room = Runtime.getRuntime().maxMemory() / 3.0 / material.bank.bytesASecond();
        double share = room / Math.max(1, utterances.size());
        double most = Math.min(MOST_SECONDS, Math.max(share, 1));
        utterances.parallelStream()
                .map(u -> {
                    watcher.update("decode speech", done.incrementAndGet(), utterances.size());
                    return material.prepared(u, units, mostUnits, most);
                })
                .filter(Objects::nonNull)
                .toList()
                .forEach(p -> material.add(p, units));
        if (material.bank.size() == 0) {
            throw new BadInputException("not one sound of the data can be used" + material.skipped.summary());
        }
        return material;
    }

    private Prepared prepared(Utterance u, Units known, int mostUnits, double mostSeconds) {
        int length = known.encode(u.text()).length;
        if (length == 0 || length > mostUnits) {
            skipped.add(u.id(), "its text has " + length + " units; 1 to " + mostUnits + " can be learnt");
            return null;
        }
        try {
            Waveform sound = AudioFile.decode(u.file()).mono();
            if (sound.seconds() > mostSeconds) {
                skipped.add(
                        u.id(), "%.1f s long; at most %.0f s are learnt from".formatted(sound.seconds(), mostSeconds));
                return null;
            }
            List<Spectrogram> powers = bank.prepare(sound);
            if (powers.stream().anyMatch(p -> p.frames() == 0)) {
                skipped.add(u.id(), "too short to say anything");
                return null;
            }
            return new Prepared(u, powers);
        } catch (BadInputException e) {
            skipped.add(u.id(), e.getMessage());
            return null;
        }
    }

    private void add(Prepared prepared, Units known) {
        bank.add(prepared.powers);
        utterances.add(prepared.utterance);
        units.add(known.encode(prepared.utterance.text()));
    }

    public SpeechBank bank() {
        return bank;
    }

    /** What is said in a sound of the bank; not to be changed. */
    int[] units(int sound) {
        return units.get(sound);
    }

    /** The sounds of the bank. */
    public List<Utterance> utterances() {
        return List.copyOf(utterances);
    }

    public Skipped skipped() {
        return skipped;
    }
}
