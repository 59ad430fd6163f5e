package sensorium.multimodal.data;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import sensorium.random.Philox;

/** Draws a thing of the toy world: 64 x 64 pixels, its place, tilt, exact size, shade and background left to chance. */
final class ToyPicture {
    static final int SIDE = 64;

    private ToyPicture() {}

    static void write(Toy.Thing thing, Path file) throws IOException {
        if (!ImageIO.write(draw(thing), "png", file.toFile())) {
            throw new IOException("this Java writes no PNG");
        }
    }

    private static BufferedImage draw(Toy.Thing thing) {
        var random = thing.random(0);
        var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        var graphics = background(image, random);
        double radius = thing.small() ? random.uniform(6, 8.5, 11) : random.uniform(6, 20, 25);
        double room = SIDE / 2.0 - radius - 1;
        shape(
                graphics,
                thing.shape(),
                thing.colour(),
                random.uniform(10, .88, 1.12),
                radius,
                SIDE / 2.0 + room * random.uniform(7, -1, 1),
                SIDE / 2.0 + room * random.uniform(8, -1, 1),
                random.uniform(9, -12, 12));
        graphics.dispose();
        return image;
    }

    /** A quiet gradient, by the first six of these random numbers. */
    static Graphics2D background(BufferedImage image, Philox random) {
        var graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        var top = Color.getHSBColor(random.uniform(0), .15f * random.uniform(1), .8f + .2f * random.uniform(2));
        var bottom = Color.getHSBColor(random.uniform(3), .15f * random.uniform(4), .8f + .2f * random.uniform(5));
        graphics.setPaint(new GradientPaint(0, 0, top, 0, SIDE, bottom));
        graphics.fillRect(0, 0, SIDE, SIDE);
        return graphics;
    }

    /** @param x of its middle, likewise y; degrees it is turned by */
    static void shape(
            Graphics2D graphics,
            Toy.Shape shape,
            Toy.Colour colour,
            double brightness,
            double radius,
            double x,
            double y,
            double degrees) {
        var place = new AffineTransform();
        place.translate(x, y);
        place.rotate(Math.toRadians(degrees));
        place.scale(radius, radius);
        var outline = place.createTransformedShape(outline(shape));
        graphics.setColor(shade(colour.rgb(), brightness));
        graphics.fill(outline);
        graphics.setColor(new Color(0, 0, 0, 90));
        graphics.setStroke(new BasicStroke(1));
        graphics.draw(outline);
    }

    private static Color shade(int rgb, double factor) {
        return new Color(
                (int) Math.min(255, (rgb >> 16 & 0xff) * factor), (int) Math.min(255, (rgb >> 8 & 0xff) * factor), (int)
                        Math.min(255, (rgb & 0xff) * factor));
    }

    /** The shape within the unit circle, y downwards. */
    private static Shape outline(Toy.Shape shape) {
        return switch (shape) {
            case CIRCLE -> new Ellipse2D.Double(-1, -1, 2, 2);
            case SQUARE -> new Rectangle2D.Double(-.8, -.8, 1.6, 1.6);
            case TRIANGLE -> polygon(3, 1);
            case STAR -> polygon(5, .42);
            case CROSS -> {
                var cross = new Area(new Rectangle2D.Double(-.95, -.3, 1.9, .6));
                cross.add(new Area(new Rectangle2D.Double(-.3, -.95, .6, 1.9)));
                yield cross;
            }
            case MOON -> without(new Ellipse2D.Double(-1, -1, 2, 2), new Ellipse2D.Double(-.4, -.9, 1.8, 1.8));
            case RING -> without(new Ellipse2D.Double(-1, -1, 2, 2), new Ellipse2D.Double(-.55, -.55, 1.1, 1.1));
            case HEART -> {
                var heart = new Path2D.Double();
                heart.moveTo(0, .95);
                heart.curveTo(-1.7, -.3, -.7, -1.4, 0, -.5);
                heart.curveTo(.7, -1.4, 1.7, -.3, 0, .95);
                heart.closePath();
                yield heart;
            }
        };
    }

    /** Corners on the unit circle, the first on top; with {@code inner} &lt; 1 a star with that inner radius. */
    private static Shape polygon(int corners, double inner) {
        var path = new Path2D.Double();
        for (int i = 0; i < 2 * corners; i++) {
            double radius = i % 2 == 0 ? 1 : inner;
            if (i % 2 == 1 && inner == 1) {
                continue;
            }
            double x = radius * Math.sin(Math.PI * i / corners);
            double y = -radius * Math.cos(Math.PI * i / corners);
            if (i == 0) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
        }
        path.closePath();
        return path;
    }

    private static Area without(Shape whole, Shape part) {
        var area = new Area(whole);
        area.subtract(new Area(part));
        return area;
    }
}
