/**
 * The blocks of U-shaped networks on pictures: residual blocks, attention over places, and the stages that they make, on the way down
 * to small maps and up again. Denoisers and autoencoders of pictures are built of them.
 */
package sensorium.nn.unet;
