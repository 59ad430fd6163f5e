package sensorium.multimodal.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;

/** Draws a moving thing of the toy world as an animated GIF: ten frames of 64 x 64 pixels, a second in all. */
final class ToyFilm {
    static final int FRAMES = 10;
    private static final String DELAY = "10"; // hundredths of a second
    private static final String FORMAT = "javax_imageio_gif_image_1.0";

    private ToyFilm() {}

    static void write(ToyMotion.Moving moving, Path file) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (var out = ImageIO.createImageOutputStream(file.toFile())) {
            if (out == null) {
                throw new IOException(file + ": cannot be written");
            }
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int f = 0; f < FRAMES; f++) {
                BufferedImage image = draw(moving, (double) f / (FRAMES - 1));
                var metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
                delay(metadata);
                writer.writeToSequence(new IIOImage(image, null, metadata), null);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
    }

    private static void delay(IIOMetadata metadata) throws IOException {
        var control = new IIOMetadataNode("GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("transparentColorIndex", "0");
        control.setAttribute("delayTime", DELAY);
        var root = new IIOMetadataNode(FORMAT);
        root.appendChild(control);
        metadata.mergeTree(FORMAT, root);
    }

    /** @param done how much of the way lies behind, 0…1 */
    private static BufferedImage draw(ToyMotion.Moving moving, double done) {
        var random = moving.random(0);
        var image = new BufferedImage(ToyPicture.SIDE, ToyPicture.SIDE, BufferedImage.TYPE_INT_RGB);
        var graphics = ToyPicture.background(image, random);
        double radius = random.uniform(6, 9, 15);
        double room = ToyPicture.SIDE / 2.0 - radius - 1;
        double way = room * random.uniform(7, .6, 1) * (2 * done - 1);
        double aside = room * random.uniform(8, -.8, .8);
        var motion = moving.motion();
        ToyPicture.shape(
                graphics,
                moving.shape(),
                moving.colour(),
                random.uniform(10, .88, 1.12),
                radius,
                ToyPicture.SIDE / 2.0 + (motion.x() == 0 ? aside : motion.x() * way),
                ToyPicture.SIDE / 2.0 + (motion.y() == 0 ? aside : motion.y() * way),
                random.uniform(9, -12, 12));
        graphics.dispose();
        return image;
    }
}
