package sensorium.multimodal;

import java.util.List;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.SoundClips;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;

/**
 * All sounds of some items, decoded. Files that cannot be decoded are skipped and counted.
 *
 * @param clips the sounds
 * @param skipped what could not be used
 */
public record SoundMaterial(SoundClips clips, Skipped skipped) {
    /** Longest part of a sound that is kept. */
    private static final double SECONDS = 20;

    /**
     * Decodes them.
     *
     * @param rate samples a second
     * @throws BadInputException if there is not a single sound
     */
    public static SoundMaterial of(List<Item> items, int rate, Material.Watcher watcher) {
        var clips = new SoundClips(rate);
        var skipped = new Skipped();
        long sounds = items.stream().mapToLong(i -> i.sounds().size()).sum();
        if (sounds == 0) {
            throw new BadInputException("the data has no sounds; name a folder with some, or learn from its pictures:"
                    + " --sense picture");
        }
        // However many there are, they take a quarter of the heap at most.
        double room = Runtime.getRuntime().maxMemory() / 4.0 / Short.BYTES / rate / sounds;
        double seconds = Math.min(SECONDS, room);
        Material.decode(
                        items,
                        skipped,
                        "decode sounds",
                        watcher,
                        Item::sounds,
                        (_, sound) ->
                                clips.prepare(AudioFile.decode(sound.file()).mono(), seconds))
                .forEach(clips::add);
        if (clips.size() == 0) {
            throw new BadInputException("not one sound of the data can be used" + skipped.summary());
        }
        return new SoundMaterial(clips, skipped);
    }
}
