package sensorium.audio;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads a Vorbis packet bit by bit, least significant bit first. Beyond its end lie zeros, and {@link #ended} says so. */
final class VorbisBits {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] packet;
    private long at; // in bits

    VorbisBits(byte[] packet) {
        this.packet = packet;
    }

    /** Whether more was read than the packet holds. */
    boolean ended() {
        return at > 8L * packet.length;
    }

    /** Bits not read yet. */
    long left() {
        return 8L * packet.length - at;
    }

    /** The next {@code count} bits, at most 32, as an unsigned number (32 bits: as an int). */
    int read(int count) {
        int bits = peek(count);
        at += count;
        return bits;
    }

    boolean flag() {
        return read(1) != 0;
    }

    void skip(int count) {
        at += count;
    }

    /** What {@link #read} would return. */
    int peek(int count) {
        int index = (int) (at >> 3);
        long window = 0;
        if (index + Long.BYTES <= packet.length) {
            window = (long) LONGS.get(packet, index);
        } else {
            for (int i = 0; i < 5 && index + i < packet.length; i++) {
                window |= (packet[index + i] & 0xffL) << (8 * i);
            }
        }
        return (int) (window >>> (at & 7) & ((1L << count) - 1));
    }
}
