package sensorium.vision;

/** Pictures of one size, to learn from. */
public interface PictureSet {
    int size();

    /** Writes a picture's pixels (C, H, W), from −1 to 1, from {@code at} on. Called by several threads at once. */
    void draw(int picture, float[] out, int at);

    /** Likewise a variation of it, to learn from; the key decides which. As it is where pictures are not varied. */
    default void draw(int picture, long key, float[] out, int at) {
        draw(picture, out, at);
    }
}
