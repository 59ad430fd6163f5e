package sensorium.app;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import sensorium.BadInputException;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Melodies;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.music.MusicScores;

/** {@code eval} on data of which the notes are known. */
record MusicMeasurement(CommonOptions common, DataOptions data) {

    /** Without a model: how well pitch and tempo are heard. */
    void run(SpaceData known, Material.Watcher watcher) {
        var melodies = Melodies.read(known.folder());
        if (melodies.isEmpty()) {
            throw new BadInputException(known.name()
                    + ": no notes are known of it, and no model was named; name one (eval MODEL --data "
                    + known.name() + "), or data with notes, such as music");
        }
        Map<String, Object> json = new LinkedHashMap<>();
        String words = add(json, known, melodies, OptionalDouble.empty(), watcher);
        common.print(json, words);
    }

    /** Puts the figures into {@code json}, and says them. */
    String add(
            Map<String, Object> json,
            SpaceData known,
            Melodies melodies,
            OptionalDouble family,
            Material.Watcher watcher) {
        var scores = MusicScores.of(known.scored(data.split), melodies, watcher);
        if (scores.pieces() == 0) {
            throw new BadInputException(known.name() + ": not one of its pieces can be used"
                    + Skipped.all(scores.skipped(), melodies.skipped()).summary());
        }
        json.put("pitch", scores.pitch());
        json.put("tempo", scores.tempo());
        family.ifPresent(f -> json.put("family", f));
        scores.measures().forEach(json::putIfAbsent);
        json.putIfAbsent("data", data.name);
        json.putIfAbsent(
                "skipped", known.folder().skipped().count() + scores.skipped().count());
        return String.format(
                Locale.ROOT,
                "pitch within 50 cents of %.1f %% of %d notes, tempo within 4 %% of %.1f %% of %d pieces (%.1f %% with its half and"
                        + " double); F1 of notes %.3f%s%s",
                100 * scores.pitch(),
                scores.notes(),
                100 * scores.tempo(),
                scores.pieces(),
                100.0 * scores.inTimeOrTwice() / scores.pieces(),
                (double) scores.measures().get("notes_f1"),
                family.isPresent() ? String.format(Locale.ROOT, "; family %.1f %%", 100 * family.getAsDouble()) : "",
                scores.skipped().summary());
    }
}
