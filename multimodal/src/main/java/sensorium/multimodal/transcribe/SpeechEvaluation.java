package sensorium.multimodal.transcribe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import sensorium.BadInputException;
import sensorium.audio.AudioAugment;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Skipped;
import sensorium.text.ErrorRates;

/**
 * What a model writes of speech whose text is known.
 *
 * @param entries in the order of the speech
 */
public record SpeechEvaluation(List<Entry> entries, Skipped skipped) {
    /** The protocol's perturbation of what was trained on: speed ±10 %, noise at 10 to 20 dB. */
    private static final AudioAugment.Config PERTURBED = new AudioAugment.Config(0.1, 0, 0, 0, 0, 10, 20, 0, 0, 0, 0);
    /** Far from the seeds that training draws from. */
    public static final long FRESH = 1_000_000_007L;

    /** One sound and what was written of it. */
    public record Entry(Utterance said, Transcript written) {
        public ErrorRates.Pair pair() {
            return new ErrorRates.Pair(said.text(), written.text());
        }
    }

    public SpeechEvaluation {
        entries = List.copyOf(entries);
    }

    /**
     * Writes down each of some utterances. Files that cannot be read are skipped and counted.
     *
     * @param perturbed the seed of a perturbation; empty for the sounds as they are
     */
    public static SpeechEvaluation of(
            SpeechToText model,
            List<Utterance> utterances,
            SpeechToText.Options options,
            OptionalLong perturbed,
            Material.Watcher watcher) {
        var skipped = new Skipped();
        var augment = new AudioAugment(PERTURBED, model.hearing());
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < utterances.size(); i++) {
            Utterance u = utterances.get(i);
            watcher.update("write down speech", i, utterances.size());
            try {
                Waveform sound = AudioFile.decode(u.file()).mono();
                if (perturbed.isPresent()) {
                    // At the rate at which it is heard, so that noise is as loud as it is meant to be.
                    sound = augment.wave(sound.resampled(model.hearing().sampleRate()), perturbed.getAsLong(), i);
                }
                entries.add(new Entry(u, model.transcribe(sound, options, _ -> {})));
            } catch (BadInputException e) {
                skipped.add(u.id(), e.getMessage());
            }
        }
        return new SpeechEvaluation(entries, skipped);
    }

    public ErrorRates rates() {
        return ErrorRates.of(entries.stream().map(Entry::pair).toList());
    }

    /** Those with the most characters wrong, the worst first. */
    public List<Entry> worst(int count) {
        return entries.stream()
                .filter(e -> e.pair().characterErrors() > 0)
                .sorted(Comparator.comparingInt((Entry e) -> -e.pair().characterErrors()))
                .limit(count)
                .toList();
    }
}
