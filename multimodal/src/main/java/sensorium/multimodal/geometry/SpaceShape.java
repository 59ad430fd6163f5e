package sensorium.multimodal.geometry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sensorium.multimodal.Material;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SpaceVectors;

/**
 * All that is measured of a shared space beside how well it finds things.
 *
 * @param geometry how its senses lie
 * @param arithmetic words added to and taken from the other senses, by sense; without those that the data cannot ask for
 * @param zeroShot classes by their names; nothing where the data holds out no labelled things
 * @param probe classes by a linear map; likewise
 */
public record SpaceShape(
        SpaceGeometry geometry,
        Map<String, Arithmetic> arithmetic,
        Optional<ZeroShotScores> zeroShot,
        Optional<Probe> probe) {

    /**
     * Measures it.
     *
     * @param material of {@code vectors}
     * @param labelled things to tell apart, where there are any
     * @param seed of the draws of examples
     */
    public static SpaceShape of(
            SharedSpace space, Material material, SpaceVectors vectors, Optional<Labelled> labelled, long seed) {
        Map<String, Arithmetic> arithmetic = new LinkedHashMap<>();
        for (String sense : List.of("picture", "sound")) {
            var rows = vectors.senses().get(sense);
            Arithmetic asked = rows == null ? null : Arithmetic.of(space, material.concepts(), vectors, rows);
            if (asked != null) {
                arithmetic.put(sense, asked);
            }
        }
        return new SpaceShape(
                SpaceGeometry.of(vectors),
                arithmetic,
                labelled.map(ZeroShotScores::of),
                labelled.map(data -> Probe.of(data, seed)));
    }

    /** {@code {"geometry":…,"arithmetic":{"picture":…},"zero_shot":…,"probe":…}}, without what is not there. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("geometry", geometry.toMap());
        Map<String, Object> sums = new LinkedHashMap<>();
        arithmetic.forEach((sense, a) -> sums.put(sense, a.toMap()));
        map.put("arithmetic", sums);
        zeroShot.ifPresent(z -> map.put("zero_shot", z.toMap()));
        probe.ifPresent(p -> map.put("probe", p.toMap()));
        return map;
    }
}
