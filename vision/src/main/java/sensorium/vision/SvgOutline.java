package sensorium.vision;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import sensorium.BadInputException;

/**
 * What an SVG would draw, counted without drawing it. Elements may be drawn again by reference ({@code <use>}, patterns,
 * markers, masks), references may nest, and a few lines can thus ask for 10^12 shapes.
 */
final class SvgOutline {
    private static final int MAX_NESTING = 100;
    private static final int MAX_CHAIN = 500;
    private static final long MAX_DRAWN = 200_000;
    private static final Pattern REFERENCE = Pattern.compile("#([\\w.:-]+)");

    private final Source source;
    private final Map<String, Element> byId = new HashMap<>();

    private static final class Element {
        private final List<Element> children = new ArrayList<>();
        private final List<String> references = new ArrayList<>();
        private long drawn = -1;
    }

    private SvgOutline(Source source) {
        this.source = source;
    }

    /** Refuses what is not well-formed XML, and what would draw too much. */
    static void check(Source source, String text) {
        var outline = new SvgOutline(source);
        long drawn = outline.drawn(outline.read(text), 0);
        if (drawn > MAX_DRAWN) {
            throw source.fault(
                    "SVG that draws more than %d elements; simplify it or save it as PNG".formatted(MAX_DRAWN));
        }
    }

    /** Reads XML and nothing that it refers to. */
    static XMLInputFactory xml() {
        var factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        return factory;
    }

    private Element read(String text) {
        var document = new Element();
        var open = new ArrayDeque<>(List.of(document));
        try {
            var reader = xml().createXMLStreamReader(new StringReader(text));
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        if (open.size() > MAX_NESTING) {
                            throw source.fault("SVG nested more than %d deep; save it as PNG".formatted(MAX_NESTING));
                        }
                        var element = element(reader);
                        open.getLast().children.add(element);
                        open.addLast(element);
                    }
                    case XMLStreamConstants.END_ELEMENT -> open.removeLast();
                    default -> {}
                }
            }
            reader.close();
        } catch (XMLStreamException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line %d, column %d"
                            .formatted(
                                    e.getLocation().getLineNumber(),
                                    e.getLocation().getColumnNumber());
            throw new BadInputException(
                    source.name() + ": damaged SVG: its XML breaks off" + where + "; get the file again", e);
        }
        return document;
    }

    private Element element(XMLStreamReader reader) {
        var element = new Element();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String value = reader.getAttributeValue(i);
            if (reader.getAttributeLocalName(i).equals("id")) {
                byId.putIfAbsent(value, element);
            } else {
                REFERENCE.matcher(value).results().forEach(found -> element.references.add(found.group(1)));
            }
        }
        return element;
    }

    /** How many elements drawing this one draws, in all; more than the limit is all the same. */
    private long drawn(Element element, int depth) {
        if (depth > MAX_CHAIN) {
            throw source.fault("SVG with references nested more than %d deep".formatted(MAX_CHAIN));
        }
        if (element.drawn < 0) {
            element.drawn = 0; // a reference to itself, which draws nothing, ends here
            long sum = 1;
            for (Element child : element.children) {
                sum = Math.min(sum + drawn(child, depth + 1), MAX_DRAWN + 1);
            }
            for (String id : element.references) {
                Element target = byId.get(id);
                sum = Math.min(sum + (target == null ? 0 : drawn(target, depth + 1)), MAX_DRAWN + 1);
            }
            element.drawn = sum;
        }
        return element.drawn;
    }
}
