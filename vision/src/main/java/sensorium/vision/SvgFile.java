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
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
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
    private static final int MAX_INSTANCES = 200_000;
    private static final Pattern ENCODING = Pattern.compile("encoding\\s*=\\s*[\"']([\\w.:-]+)[\"']");
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
        String text = text(source);
        SvgOutline.check(source, text);
        var drawing = new FutureTask<>(() -> draw(source, text, side));
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

    /**
     * The characters, in the encoding that the XML declaration names. The library draws nothing within a
     * {@code <switch>}; as a group it is what Illustrator means by it, whose other branch is for itself alone.
     */
    private static String text(Source source) {
        var declared = ENCODING.matcher(source.ascii(0, Math.min(source.length(), 200)));
        String name = declared.find() ? declared.group(1) : "UTF-8";
        try {
            return Charset.forName(name)
                    .newDecoder()
                    .decode(ByteBuffer.wrap(source.bytes()))
                    .toString()
                    .replaceFirst("^\\uFEFF?\\s*", "")
                    .replaceAll("<(/?)switch\\b", "<$1g");
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw new BadInputException(source.name() + ": damaged SVG: its text is not the " + name + " it says", e);
        }
    }

    private static Picture draw(Source source, String text, int side) throws XMLStreamException {
        var context = LoaderContext.builder()
                .externalResourcePolicy(ResourcePolicy.DENY_ALL)
                .documentLimits(new DocumentLimits(MAX_NESTING, MAX_USE_NESTING, MAX_INSTANCES))
                .build();
        SVGDocument document = new SVGLoader()
                .load(() -> SvgOutline.xml().createXMLEventReader(new StringReader(text)), null, context);
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
