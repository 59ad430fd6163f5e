/**
 * The sense of sight, in the order a picture travels.
 *
 * <ol>
 *   <li><b>file → pixels</b>: {@link sensorium.vision.PictureFile} reads PNG, JPEG, GIF, BMP, WebP and SVG into a
 *       {@link sensorium.vision.Picture}, 8-bit sRGB with or without alpha, and trusts nothing it is told.
 *   <li><b>resize</b>: {@link sensorium.vision.Resize}, antialiased, bit for bit Pillow's.
 *   <li><b>normalise</b>: {@link sensorium.vision.ImageProcessor} follows a {@code preprocessor_config.json} to the
 *       {@link sensorium.vision.PixelValues} a model was trained on; {@link sensorium.vision.PictureAugment} makes the
 *       varied pictures of training instead.
 *   <li><b>patches → vectors</b>: the encoder's work.
 * </ol>
 */
package sensorium.vision;
