package sensorium.io;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import sensorium.BadInputException;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON header: {@code {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …, "__metadata__": {…}}}.
 *
 * @param entries in the order of their bytes
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * @param begin first byte, counted from the end of the header
     * @param end one past the last
     */
    record Entry(Spec spec, long begin, long end) {}

    /**
     * @param available bytes behind the header
     * @param complain makes an exception of a fault
     */
    static SafetensorsHeader parse(byte[] json, long available, Function<String, BadInputException> complain) {
        Map<String, Entry> found = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try (JsonParser p = JSON.createParser(ObjectReadContext.empty(), json)) {
            var reader = new Reader(p, complain);
            reader.expect(p.nextToken(), JsonToken.START_OBJECT, "the header");
            while (p.nextToken() != JsonToken.END_OBJECT) {
                String name = p.currentName();
                if (name.equals(METADATA)) {
                    reader.metadata(metadata);
                } else {
                    found.put(name, reader.entry(name));
                }
            }
            reader.expect(p.nextToken(), null, "the end of the header");
        } catch (JacksonException e) {
            throw complain.apply("its header is not JSON (" + e.getOriginalMessage() + ")");
        }
        return new SafetensorsHeader(inOrder(found, available, complain), Collections.unmodifiableMap(metadata));
    }

    /** By offset; refuses bytes that two tensors claim or none. */
    private static Map<String, Entry> inOrder(
            Map<String, Entry> found, long available, Function<String, BadInputException> complain) {
        List<Map.Entry<String, Entry>> sorted = new ArrayList<>(found.entrySet());
        sorted.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> e) -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        Map<String, Entry> ordered = new LinkedHashMap<>();
        long at = 0;
        for (Map.Entry<String, Entry> e : sorted) {
            Entry entry = e.getValue();
            if (entry.begin() != at) {
                throw complain.apply(
                        "tensor " + e.getKey() + " begins at byte " + entry.begin() + " of the data, not at " + at);
            }
            if (entry.end() > available) {
                throw complain.apply("tensor " + e.getKey() + " ends at byte " + entry.end()
                        + " of the data, which has " + available);
            }
            at = entry.end();
            ordered.put(e.getKey(), entry);
        }
        if (at != available) {
            throw complain.apply((available - at) + " bytes at its end belong to no tensor");
        }
        return Collections.unmodifiableMap(ordered);
    }

    private record Reader(JsonParser p, Function<String, BadInputException> complain) {
        void expect(JsonToken actual, JsonToken expected, String what) {
            if (actual != expected) {
                throw complain.apply(what + " is malformed");
            }
        }

        void metadata(Map<String, String> into) {
            expect(p.nextToken(), JsonToken.START_OBJECT, METADATA);
            while (p.nextToken() != JsonToken.END_OBJECT) {
                String key = p.currentName();
                expect(p.nextToken(), JsonToken.VALUE_STRING, METADATA + "." + key);
                into.put(key, p.getString());
            }
        }

        Entry entry(String name) {
            expect(p.nextToken(), JsonToken.START_OBJECT, "the entry of tensor " + name);
            DType type = null;
            List<Long> shape = null;
            List<Long> offsets = null;
            while (p.nextToken() != JsonToken.END_OBJECT) {
                switch (p.currentName()) {
                    case "dtype" -> type = type(name);
                    case "shape" -> shape = numbers(name);
                    case "data_offsets" -> offsets = numbers(name);
                    default ->
                        throw complain.apply("the entry of tensor " + name + " has an unknown " + p.currentName());
                }
            }
            if (type == null || shape == null || offsets == null || offsets.size() != 2 || shape.size() > 32) {
                throw complain.apply("the entry of tensor " + name + " is incomplete");
            }
            return entry(name, type, shape, offsets.get(0), offsets.get(1));
        }

        private Entry entry(String name, DType type, List<Long> shape, long begin, long end) {
            int[] dims = new int[shape.size()];
            long bytes;
            try {
                for (int i = 0; i < dims.length; i++) {
                    dims[i] = Math.toIntExact(shape.get(i));
                }
                bytes = new Spec(type, Shape.of(dims)).bytes();
            } catch (ArithmeticException e) {
                throw complain.apply("the shape " + shape + " of tensor " + name + " is too large");
            }
            if (begin > end || end - begin != bytes) {
                throw complain.apply(
                        "tensor " + name + " needs " + bytes + " bytes but has offsets " + begin + " to " + end);
            }
            return new Entry(new Spec(type, Shape.of(dims)), begin, end);
        }

        private DType type(String name) {
            expect(p.nextToken(), JsonToken.VALUE_STRING, "the dtype of tensor " + name);
            String text = p.getString();
            for (DType type : DType.values()) {
                if (type.name().equals(text)) {
                    return type;
                }
            }
            throw complain.apply("tensor " + name + " has the element type " + text + ", which is not supported");
        }

        /** Never negative. */
        private List<Long> numbers(String name) {
            expect(p.nextToken(), JsonToken.START_ARRAY, "the entry of tensor " + name);
            List<Long> numbers = new ArrayList<>();
            while (p.nextToken() != JsonToken.END_ARRAY) {
                expect(p.currentToken(), JsonToken.VALUE_NUMBER_INT, "the entry of tensor " + name);
                long n = p.getLongValue();
                if (n < 0 || numbers.size() > 64) {
                    throw complain.apply("the entry of tensor " + name + " is malformed");
                }
                numbers.add(n);
            }
            return numbers;
        }
    }

    /** Lays {@code tensors} out one after the other. */
    static void write(Map<String, Spec> tensors, Map<String, String> metadata, OutputStream out) {
        try (JsonGenerator g = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            g.writeStartObject();
            if (!metadata.isEmpty()) {
                g.writeName(METADATA);
                g.writeStartObject();
                metadata.forEach(g::writeStringProperty);
                g.writeEndObject();
            }
            long at = 0;
            for (Map.Entry<String, Spec> e : tensors.entrySet()) {
                Spec spec = e.getValue();
                g.writeName(e.getKey());
                g.writeStartObject();
                g.writeStringProperty("dtype", spec.dtype().name());
                g.writeName("shape");
                int[] dims = spec.shape().dims();
                g.writeArray(dims, 0, dims.length);
                g.writeName("data_offsets");
                g.writeArray(new long[] {at, at + spec.bytes()}, 0, 2);
                g.writeEndObject();
                at += spec.bytes();
            }
            g.writeEndObject();
        }
    }
}
