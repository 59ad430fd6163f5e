package sensorium.multimodal.transcribe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sensorium.BadInputException;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.data.Sound;
import sensorium.multimodal.data.Splits;
import sensorium.text.SpokenText;

/**
 * Speech with its texts, what is learnt from and what is held out. Where the data knows no splits, a tenth of the texts is held out, so that
 * no sentence is in both.
 *
 * @param skipped sounds that nothing is said of
 */
public record SpeechCorpus(List<Utterance> training, List<Utterance> heldOut, Skipped skipped) {
    /** One text of so many is held out. */
    private static final int ONE_IN = 10;

    public SpeechCorpus {
        training = List.copyOf(training);
        heldOut = List.copyOf(heldOut);
    }

    /**
     * Of items that know their splits.
     *
     * @param language of sounds and texts; empty for all
     * @throws BadInputException if there is nothing to learn from
     */
    public static SpeechCorpus of(List<Item> training, List<Item> heldOut, Optional<String> language) {
        var skipped = new Skipped();
        List<Utterance> learnt = utterances(training, language, skipped);
        require(learnt, language);
        return new SpeechCorpus(learnt, utterances(heldOut, language, skipped), skipped);
    }

    /**
     * Of items without splits, held out by text.
     *
     * @throws BadInputException if there is nothing to learn from
     */
    public static SpeechCorpus of(List<Item> items, Optional<String> language) {
        var skipped = new Skipped();
        List<Utterance> all = utterances(items, language, skipped);
        List<Utterance> learnt = new ArrayList<>();
        List<Utterance> heldOut = new ArrayList<>();
        all.forEach(u -> (Splits.isHeldOut(u.text(), ONE_IN) ? heldOut : learnt).add(u));
        require(learnt, language);
        return new SpeechCorpus(learnt, heldOut, skipped);
    }

    private static void require(List<Utterance> learnt, Optional<String> language) {
        if (learnt.isEmpty()) {
            throw new BadInputException("no sound of the data has a text"
                    + language.map(l -> " in language \"" + l + "\"").orElse("")
                    + "; name a table of them: --transcripts FILE");
        }
    }

    /** Single words. */
    public List<Utterance> words() {
        return training.stream().filter(u -> u.text().indexOf(' ') < 0).toList();
    }

    private static List<Utterance> utterances(List<Item> items, Optional<String> language, Skipped skipped) {
        List<Utterance> all = new ArrayList<>();
        for (Item item : items) {
            int n = 0;
            for (Sound sound : item.sounds()) {
                if (language.isPresent() && !sound.language().equals(language.get())) {
                    continue;
                }
                Optional<String> said = said(item, sound).map(SpokenText::of).filter(t -> !t.isEmpty());
                if (said.isEmpty()) {
                    if (!sound.language().equals(Sound.NO_LANGUAGE)) {
                        skipped.add(item.id(), "nothing says what is said in it");
                    }
                    continue;
                }
                all.add(new Utterance(n == 0 ? item.id() : item.id() + "#" + n, sound.file(), said.get()));
                n++;
            }
        }
        return all;
    }

    /** The text in the sound's language; where it has none, the text that has none either. */
    private static Optional<String> said(Item item, Sound sound) {
        if (sound.language().equals(Sound.NO_LANGUAGE)) {
            return Optional.empty();
        }
        return sound.language().isEmpty()
                ? item.captions().stream().map(Caption::text).findFirst()
                : item.caption(sound.language());
    }
}
