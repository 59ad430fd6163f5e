package sensorium.vision;

import sensorium.nn.Module;
import sensorium.tensor.Tensor;

/** Square pictures of one size as small maps, and back: what a model that makes maps needs to know of what makes pictures of them. */
public sealed interface PictureCodec extends Module permits PictureTokenizer, PictureAutoencoder {
    /** Channels of a picture. */
    int channels();

    /** Height and width of a picture. */
    int side();

    /** Channels of a map. */
    int width();

    /** Height and width of a map. */
    int places();

    /** (N, channels, side, side), pixels from −1 to 1 → (N, width, places, places). */
    Tensor encode(Tensor pictures);

    /** (N, width, places, places), one of its own or near such → (N, channels, side, side). Without a gradient. */
    Tensor decode(Tensor map);
}
