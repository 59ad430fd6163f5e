package sensorium.vision;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.DocumentLimits;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.parser.resources.ResourcePolicy;
import com.github.weisj.jsvg.renderer.NullPlatformSupport;
import com.github.weisj.jsvg.view.ViewBox;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import sensorium.BadInputException;

/**
 * SVG, drawn with alpha. A drawing is a program: it may read no other file or address, not even a picture within
 * itself, and nesting, repetition, size and time are bounded.
 */
final class SvgFile {
    private static final int MAX_BYTES = 8 << 20;
    private static final int MAX_DRAWN_SIDE = 4096;
    private static final int MAX_NESTING = 100;
    private static final int MAX_USE_NESTING = 15;
    private static final int MAX_INSTANCES = 20_000;
    private static final Duration TIME = Duration.ofSeconds(10);
    /** Kept, for loggers are weakly held: parts a drawing asks for and the library lacks are left out in silence. */
    private static final Logger LOG = Logger.getLogger("com.github.weisj.jsvg");

    static {
        LOG.setLevel(Level.OFF);
    }

    private SvgFile() {}

    /** Whether this is text that opens with a tag and soon has an {@code <svg>}. */
    static boolean looksLike(Source source) {
        String head = source.ascii(0, Math.min(source.length(), 1 << 16));
        String text = (head.startsWith("\u00EF\u00BB\u00BF") ? head.substring(3) : head).stripLeading();
        return text.startsWith("<") && (text.contains("<svg") || text.contains(":svg"));
    }

    static Picture decode(Source source, int side) {
        if (side < 1 || side > MAX_DRAWN_SIDE) {
            throw new IllegalArgumentException(
                    "[svg] a side of %d pixels: need 1 to %d".formatted(side, MAX_DRAWN_SIDE));
        }
        if (source.length() > MAX_BYTES) {
            throw source.fault("an SVG of %d bytes, more than the limit of %d".formatted(source.length(), MAX_BYTES));
        }
        checkWellFormed(source);
        var drawing = new FutureTask<>(() -> draw(source, side));
        Thread.ofPlatform().daemon().name("svg").start(drawing);
        try {
            return drawing.get(TIME.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new BadInputException(
                    source.name() + ": SVG not drawn within " + TIME.toSeconds() + " s; simplify it or save it as PNG",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while drawing " + source.name(), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BadInputException bad) {
                throw bad;
            }
            String detail = String.valueOf(e.getCause().getMessage())
                    .lines()
                    .findFirst()
                    .orElse("");
            throw new BadInputException(
                    "%s: damaged SVG (%s: %s)"
                            .formatted(source.name(), e.getCause().getClass().getSimpleName(), detail),
                    e);
        }
    }

    /** Read once with nothing attached, for the line and column of a fault. */
    private static void checkWellFormed(Source source) {
        var factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        try {
            var reader = factory.createXMLStreamReader(new ByteArrayInputStream(source.bytes()));
            while (reader.hasNext()) {
                reader.next();
            }
            reader.close();
        } catch (XMLStreamException | RuntimeException e) {
            String where = e instanceof XMLStreamException x && x.getLocation() != null
                    ? " at line %d, column %d"
                            .formatted(
                                    x.getLocation().getLineNumber(),
                                    x.getLocation().getColumnNumber())
                    : "";
            throw new BadInputException(source.name() + ": damaged SVG: its XML breaks off" + where, e);
        }
    }

    private static Picture draw(Source source, int side) {
        var context = LoaderContext.builder()
                .externalResourcePolicy(ResourcePolicy.DENY_ALL)
                .documentLimits(new DocumentLimits(MAX_NESTING, MAX_USE_NESTING, MAX_INSTANCES))
                .build();
        SVGDocument document = new SVGLoader().load(new ByteArrayInputStream(source.bytes()), null, context);
        if (document == null) {
            throw source.fault("damaged SVG: no drawing in it");
        }
        float width = document.size().width;
        float height = document.size().height;
        if (!(width > 0 && height > 0 && Float.isFinite(width) && Float.isFinite(height))) {
            throw source.fault("claims a size of %s x %s; not a picture".formatted(width, height));
        }
        float scale = side / Math.max(width, height);
        int pixelWidth = Math.max(1, Math.round(width * scale));
        int pixelHeight = Math.max(1, Math.round(height * scale));
        var image = new BufferedImage(pixelWidth, pixelHeight, BufferedImage.TYPE_INT_ARGB);
        var graphics = image.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            document.renderWithPlatform(NullPlatformSupport.INSTANCE, graphics, new ViewBox(pixelWidth, pixelHeight));
        } finally {
            graphics.dispose();
        }
        return Raster.picture(image);
    }
}
