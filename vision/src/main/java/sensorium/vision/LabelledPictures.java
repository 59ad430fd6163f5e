package sensorium.vision;

/** Pictures of classes, to learn from. */
public interface LabelledPictures extends PictureSet {
    /** The class of a picture, as a number. */
    int label(int picture);
}
