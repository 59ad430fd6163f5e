package sensorium.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import sensorium.BadInputException;

/**
 * Walks the fields of one message in Protocol Buffers' wire format: a varint of number and type, then a varint, 4 or 8 bytes, or a
 * length and so many bytes. Nothing is copied but strings, and no length is believed that reaches beyond the message.
 */
final class ProtobufReader {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int LONGEST_VARINT = 10;

    /** How a field is stored. */
    enum Wire {
        VARINT,
        FIXED64,
        BYTES,
        FIXED32
    }

    private final MemorySegment message;
    private final Function<String, BadInputException> complain;
    private long at;
    private int field;
    private Wire wire = Wire.VARINT;
    private long number;
    private MemorySegment bytes = MemorySegment.NULL;

    /** @param complain makes an exception of a fault */
    ProtobufReader(MemorySegment message, Function<String, BadInputException> complain) {
        this.message = message;
        this.complain = complain;
    }

    /** Goes to the next field; false at the end of the message. */
    boolean next() {
        if (at == message.byteSize()) {
            return false;
        }
        long key = varint();
        if (key >>> 3 == 0 || key >>> 3 > Integer.MAX_VALUE) {
            throw complain.apply("has a field of number " + Long.toUnsignedString(key >>> 3));
        }
        field = (int) (key >>> 3);
        switch ((int) (key & 7)) {
            case 0 -> {
                wire = Wire.VARINT;
                number = varint();
            }
            case 1 -> {
                wire = Wire.FIXED64;
                number = take(8).get(LONG, 0);
            }
            case 2 -> {
                wire = Wire.BYTES;
                bytes = take(varint());
            }
            case 5 -> {
                wire = Wire.FIXED32;
                number = take(4).get(INT, 0);
            }
            default -> throw complain.apply("has a field of the unknown wire type " + (key & 7));
        }
        return true;
    }

    /** The number of the field. */
    int field() {
        return field;
    }

    Wire wire() {
        return wire;
    }

    /** The field's value, where it is a number. */
    long number() {
        require(wire != Wire.BYTES);
        return number;
    }

    /** The field's bytes, where it has a length. */
    MemorySegment bytes() {
        require(wire == Wire.BYTES);
        return bytes;
    }

    /** @param most bytes that it may have */
    String string(int most) {
        if (bytes().byteSize() > most) {
            throw complain.apply("has a name of " + bytes.byteSize() + " bytes");
        }
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** The message that the field holds. */
    ProtobufReader message() {
        return new ProtobufReader(bytes(), complain);
    }

    /** Numbers that follow each other without keys, as repeated ones are packed. */
    boolean hasPacked() {
        return at < message.byteSize();
    }

    /** The next of {@link #hasPacked}. */
    long varint() {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            byte b = take(1).get(ValueLayout.JAVA_BYTE, 0);
            value |= (b & 0x7FL) << 7 * i;
            if (b >= 0) {
                return value;
            }
        }
        throw complain.apply("has a number of more than " + LONGEST_VARINT + " bytes");
    }

    private MemorySegment take(long count) {
        if (count < 0 || count > message.byteSize() - at) {
            throw complain.apply("claims " + Long.toUnsignedString(count) + " bytes where " + (message.byteSize() - at)
                    + " are left");
        }
        MemorySegment taken = message.asSlice(at, count);
        at += count;
        return taken;
    }

    private void require(boolean condition) {
        if (!condition) {
            throw complain.apply("has field " + field + " in another form than ONNX has it");
        }
    }
}
