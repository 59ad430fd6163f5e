package sensorium.audio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sensorium.audio.AudioFile.Malformed;

/**
 * The packets of the first logical stream in an Ogg file (RFC 3533), every page's checksum verified.
 *
 * @param packets the stream's packets, headers included
 * @param firstGranule position at the end of the first page that completes a packet behind {@code headers}
 * @param packetsAtFirst how many packets were complete there
 * @param lastGranule position at the stream's end
 */
record OggStream(List<byte[]> packets, long firstGranule, int packetsAtFirst, long lastGranule) {
    private static final int PAGE_HEADER = 27;
    private static final int CONTINUED = 1;
    private static final int LAST_PAGE = 4;
    private static final int CHECKSUM_AT = 22;
    private static final int[] CHECKSUMS = checksums();

    /**
     * @param headers packets that come before the coded data
     */
    static OggStream read(byte[] bytes, int headers) throws Malformed {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        var packets = new ArrayList<byte[]>();
        int serial = bytes.length >= PAGE_HEADER ? file.getInt(14) : 0;
        byte[] partial = new byte[0];
        long firstGranule = -1;
        int packetsAtFirst = 0;
        int page = 0;
        int at = 0;
        while (at < bytes.length) {
            int body = body(file, at);
            int end = end(file, at, body);
            boolean ours = file.getInt(at + 14) == serial;
            if (ours) {
                if (file.getInt(at + 18) != page++) {
                    throw new Malformed("Ogg page " + (page - 1) + " is missing; fetch it again");
                }
                boolean continued = (bytes[at + 5] & CONTINUED) != 0;
                if (continued != partial.length > 0) {
                    throw new Malformed("Ogg packet torn at page " + (page - 1) + "; fetch it again");
                }
                partial = packets(bytes, at + PAGE_HEADER, body, partial, packets);
                long granule = file.getLong(at + 6);
                if (firstGranule < 0 && packets.size() > headers && granule >= 0) {
                    firstGranule = granule;
                    packetsAtFirst = packets.size();
                }
                if ((bytes[at + 5] & LAST_PAGE) != 0) {
                    return new OggStream(packets, firstGranule, packetsAtFirst, granule);
                }
            }
            at = end;
        }
        throw new Malformed("Ogg stream without its last page; it was cut short: fetch it again");
    }

    private static int body(ByteBuffer file, int at) throws Malformed {
        int left = file.limit() - at;
        if (left < PAGE_HEADER || left < PAGE_HEADER + (file.get(at + 26) & 0xff)) {
            throw cutShort();
        }
        if (file.getInt(at) != 0x5367674f || file.get(at + 4) != 0) { // "OggS", version 0
            throw new Malformed("no Ogg page at byte " + at + "; fetch it again");
        }
        return at + PAGE_HEADER + (file.get(at + 26) & 0xff);
    }

    private static int end(ByteBuffer file, int at, int body) throws Malformed {
        int end = body;
        for (int i = at + PAGE_HEADER; i < body; i++) {
            end += file.get(i) & 0xff;
        }
        if (end > file.limit()) {
            throw cutShort();
        }
        if (checksum(file, at, end) != file.getInt(at + CHECKSUM_AT)) {
            throw new Malformed("Ogg page at byte " + at + " fails its checksum; fetch it again");
        }
        return end;
    }

    /** Of the page from {@code at} to before {@code end}, its own checksum field counted as zero. */
    static int checksum(ByteBuffer file, int at, int end) {
        int checksum = 0;
        for (int i = at; i < end; i++) {
            int value = i - at >= CHECKSUM_AT && i - at < CHECKSUM_AT + 4 ? 0 : file.get(i);
            checksum = checksum << 8 ^ CHECKSUMS[(checksum >>> 24 ^ value) & 0xff];
        }
        return checksum;
    }

    private static Malformed cutShort() {
        return new Malformed("Ogg page reaches beyond the file; it was cut short: fetch it again");
    }

    /** Adds a page's complete packets; returns the beginning of one that goes on in the next page, else nothing. */
    private static byte[] packets(byte[] bytes, int table, int body, byte[] partial, List<byte[]> packets) {
        int start = body;
        int end = body;
        byte[] head = partial;
        for (int i = table; i < body; i++) {
            int length = bytes[i] & 0xff;
            end += length;
            if (length < 255) { // a shorter segment ends its packet
                packets.add(joined(head, bytes, start, end));
                head = new byte[0];
                start = end;
            }
        }
        return joined(head, bytes, start, end);
    }

    private static byte[] joined(byte[] head, byte[] bytes, int from, int to) {
        byte[] joined = Arrays.copyOf(head, head.length + to - from);
        System.arraycopy(bytes, from, joined, head.length, to - from);
        return joined;
    }

    private static int[] checksums() {
        var table = new int[256];
        for (int i = 0; i < table.length; i++) {
            int r = i << 24;
            for (int bit = 0; bit < 8; bit++) {
                r = r << 1 ^ (r < 0 ? 0x04c11db7 : 0);
            }
            table[i] = r;
        }
        return table;
    }
}
