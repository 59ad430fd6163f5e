package sensorium.multimodal;

import java.util.LinkedHashMap;
import java.util.Map;
import sensorium.multimodal.stamps.Recall;

/**
 * What a shared space reaches on the stamps.
 *
 * @param seen T0, by what was asked with: {@code text}, {@code speech}, {@code sound}
 * @param known T1: picture to name
 * @param languages T2, by language
 * @param newWords T2 without captions that equal one trained on, by language
 * @param folder T3: share of pictures whose nearest training picture lies in the same folder; {@code r5} is that of any of
 *     the nearest five
 */
public record Tiers(
        Map<String, Recall> seen,
        Recall known,
        Map<String, Recall> languages,
        Map<String, Recall> newWords,
        Recall folder) {

    /** The tiers as they are printed: {@code {"T0":{"text":{"r1":…,"r5":…,"n":…},…},"T1":{"image":…},"T2":…,"T3":{"folder":…}}}. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("T0", seen);
        map.put("T1", Map.of("image", known));
        map.put("T2", languages);
        map.put("T2_new_words", newWords);
        map.put("T3", Map.of("folder", folder.r1(), "n", folder.n()));
        return map;
    }
}
