package sensorium.multimodal.judge;

import java.util.LinkedHashSet;
import java.util.List;
import sensorium.audio.Waveform;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.SpaceEvaluation;
import sensorium.multimodal.stamps.Recall;
import sensorium.vision.Picture;

/** Asks a shared space whether a picture, a sound or a text that was made is what was asked for: of all names, is the right one near? */
public final class PromptJudge {
    private final Embedder embedder;
    private final List<String> names;
    private final float[][] gallery;

    /** @param names what pictures may be of; each counts once */
    public PromptJudge(Embedder embedder, List<String> names) {
        this.embedder = embedder;
        this.names = List.copyOf(new LinkedHashSet<>(names));
        this.gallery = embedder.texts(this.names);
    }

    /** How many names there are. */
    public int names() {
        return names.size();
    }

    /**
     * How often the right name is the nearest, and among the nearest five.
     *
     * @param pictures opaque, seen whole
     * @param asked the name of each
     */
    public Recall recognised(List<Picture> pictures, List<String> asked) {
        return Recall.of(SpaceEvaluation.scores(embedder.whole(pictures), gallery), asked, names);
    }

    /** Likewise of sounds. */
    public Recall heard(List<Waveform> sounds, List<String> asked) {
        return Recall.of(SpaceEvaluation.scores(embedder.sounds(sounds), gallery), asked, names);
    }

    /** Likewise of texts. */
    public Recall read(List<String> texts, List<String> asked) {
        return Recall.of(SpaceEvaluation.scores(embedder.texts(texts), gallery), asked, names);
    }
}
