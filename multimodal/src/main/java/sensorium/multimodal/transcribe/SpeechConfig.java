package sensorium.multimodal.transcribe;

import sensorium.BadInputException;
import sensorium.audio.speech.SpeechModel;
import sensorium.text.Units;

/**
 * What a model of speech is built from.
 *
 * @param units what it writes in
 */
public record SpeechConfig(Units.Config units, SpeechModel.Config model) {
    /** The small model for these units. */
    public static SpeechConfig small(Units units) {
        return new SpeechConfig(units.config(), SpeechModel.Config.small(units.size()));
    }

    /** @throws BadInputException if the model has not as many outputs as there are units */
    public Units requireUnits() {
        Units known = new Units(units);
        if (known.size() != model.units()) {
            throw new BadInputException("a vocabulary of " + known.size() + " units does not fit a model of "
                    + model.units() + "; restore the file or train afresh");
        }
        return known;
    }
}
