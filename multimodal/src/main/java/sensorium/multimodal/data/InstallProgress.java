package sensorium.multimodal.data;

/** Told how an installation goes, a few times a second. */
@FunctionalInterface
public interface InstallProgress {
    /**
     * One step further.
     *
     * @param phase what is being done, such as "download tuxpaint-stamps-default"
     * @param done bytes so far
     * @param total bytes in all, or -1 where nobody knows
     */
    void update(String phase, long done, long total);
}
